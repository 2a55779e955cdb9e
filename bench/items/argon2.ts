import { runScript } from '../processes.ts';

/** Password checks per second of this machine with `inFlight` at a time, in a process of its own. */
export async function measureArgon2Rate(seconds: number, inFlight: number, cores: string): Promise<number> {
  const output = await runScript({
    script: 'bench/baseline/argon2-rate.ts',
    args: [String(seconds), String(inFlight)],
    cores,
  });
  return (JSON.parse(output) as { hashesPerSecond: number }).hashesPerSecond;
}
