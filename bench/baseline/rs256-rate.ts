/**
 * The machine's own RS256 rate: signs an ID token's worth of text over and over and prints `{"signaturesPerSecond":…}`.
 *
 *     node bench/baseline/rs256-rate.ts SECONDS
 */
import { generateKeyPairSync, sign } from 'node:crypto';

const [seconds = '3'] = process.argv.slice(2);
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const text = Buffer.alloc(400, 'x');
let signatures = 0;

const startedAt = performance.now();
const endsAt = startedAt + Number(seconds) * 1000;
while (performance.now() < endsAt) {
  sign('sha256', text, privateKey);
  signatures += 1;
}
const elapsedSeconds = (performance.now() - startedAt) / 1000;
console.log(JSON.stringify({ signaturesPerSecond: signatures / elapsedSeconds }));
