/**
 * The machine's own argon2id rate: checks one password over and over and prints `{"hashesPerSecond":…}`.
 *
 *     node bench/baseline/argon2-rate.ts SECONDS IN-FLIGHT
 */
import { hash, verify } from '@node-rs/argon2';

const [seconds = '3', inFlight = '2'] = process.argv.slice(2);
const password = 'correct horse battery staple';
// argon2id is the package's default.
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const passwordHash = await hash(password, options);
let checks = 0;

const startedAt = performance.now();
const endsAt = startedAt + Number(seconds) * 1000;
await Promise.all(Array.from({ length: Number(inFlight) }, checkUntilTheEnd));
// Those in flight at the end are whole checks too, so the time they took counts as well.
const elapsedSeconds = (performance.now() - startedAt) / 1000;
console.log(JSON.stringify({ hashesPerSecond: checks / elapsedSeconds }));

async function checkUntilTheEnd(): Promise<void> {
  while (performance.now() < endsAt) {
    if (!(await verify(passwordHash, password))) throw new Error('argon2 refused the right password');
    checks += 1;
  }
}
