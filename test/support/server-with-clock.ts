/** The whole server in this process, with a clock that moves when told: for what happens after a while. */
import { setTimeout } from 'node:timers/promises';
import { loadConfiguration } from '../../src/config/index.ts';
import { openKeygrid } from '../../src/main/open-keygrid.ts';
import { serve } from '../../src/main/serve.ts';
import { createLog, createRandomSource } from '../../src/platform/index.ts';
import { makeTemporaryDirectory } from './guardian.ts';

export interface ServerWithClock {
  url: string;
  /** Moves the clock on, and waits until the server has looked for changes since. */
  advance(milliseconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** The clock begins at the present and stands still unless it is moved. */
export async function startServerWithClock(): Promise<ServerWithClock> {
  const environment = {
    KEYGRID_DATA: await makeTemporaryDirectory('data'),
    KEYGRID_PORT: '0',
    KEYGRID_SIGNUP: 'open',
  };
  const { configuration } = loadConfiguration({ environment });
  const clock = { time: Date.now(), now: () => clock.time };
  const ports = { clock, random: createRandomSource(), log: createLog({ level: 'error' }) };
  const keygrid = await openKeygrid({ configuration, ports, exclusive: true });
  const { url, stop } = await serve(keygrid, configuration, true, ports);
  return {
    url,
    stop,
    async advance(milliseconds) {
      clock.time += milliseconds;
      while (keygrid.storage.changes.ageMilliseconds() > 0) await setTimeout(10);
    },
  };
}
