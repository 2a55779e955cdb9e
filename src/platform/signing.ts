/** Signing keys and signatures, by OpenSSL. */
import { generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import type { GeneratedSigningKey, Signer, SigningAlgorithm } from '../core/ports.ts';
import { type SigningThreads, startSigningThreads } from './signing-threads.ts';

const generatePair = promisify(generateKeyPair);
const rsaBits = 2048;
/** Bytes of r and of s in a P-256 signature. */
const coordinateBytes = 32;

/** As many signatures at the same time are load, for which threads of their own are started. */
const load = 4;
/** Two sign more than one thread can ask for. */
const mostThreads = 2;

export function createSigner(): Signer {
  const threadCount = Math.min(availableParallelism() - 1, mostThreads);
  let threads: SigningThreads | undefined;
  let inPool = 0;

  /** RS256 takes a quarter of a millisecond: off this thread, so that requests go on. */
  function signElsewhere(key: KeyObject, bytes: Buffer): Promise<Buffer> {
    if (threadCount > 0 && inPool >= load)
      threads ??= startSigningThreads({ count: threadCount, otherwise: signCounted, onEnd: forget });
    return threads?.sign(key, bytes) ?? signCounted(key, bytes);
  }

  function signCounted(key: KeyObject, bytes: Buffer): Promise<Buffer> {
    inPool += 1;
    return signInPool(key, bytes).finally(() => {
      inPool -= 1;
    });
  }

  function forget(): void {
    threads = undefined;
  }

  return {
    generate,
    // ES256 takes less than the way to another thread and back.
    sign: (algorithm, key, bytes) =>
      algorithm === 'RS256'
        ? signElsewhere(key, bytes)
        : new Promise((resolve) => resolve(joseSignature(sign('sha256', bytes, key)))),
  };
}

async function generate(algorithm: SigningAlgorithm): Promise<GeneratedSigningKey> {
  const { privateKey, publicKey } =
    algorithm === 'RS256'
      ? await generatePair('rsa', { modulusLength: rsaBits })
      : await generatePair('ec', { namedCurve: 'P-256' });
  return {
    privateKeyPkcs8: privateKey.export({ format: 'der', type: 'pkcs8' }),
    publicJwk: publicKey.export({ format: 'jwk' }) as Record<string, string>,
  };
}

const signInPool = (key: KeyObject, bytes: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    sign('sha256', bytes, key, (error, signature) => (error ? reject(error) : resolve(signature)));
  });

/**
 * RFC 7518 §3.4: r and s side by side, each filled up to 32 bytes, out of the DER sequence of two integers. By hand,
 * since asking OpenSSL for this form makes each signature cost 60 % more.
 */
export function joseSignature(der: Buffer): Buffer {
  const signature = Buffer.alloc(2 * coordinateBytes);
  const secondAt = copyInteger(der, 2, signature, 0);
  copyInteger(der, secondAt, signature, coordinateBytes);
  return signature;
}

/** Copies the DER integer at `at`, without its sign byte and right-aligned; answers where the next one begins. */
function copyInteger(der: Buffer, at: number, signature: Buffer, into: number): number {
  const length = der[at + 1]!;
  const end = at + 2 + length;
  const start = Math.max(at + 2, end - coordinateBytes);
  der.copy(signature, into + coordinateBytes - (end - start), start, end);
  return end;
}
