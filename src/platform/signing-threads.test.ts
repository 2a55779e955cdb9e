import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { describe, test } from 'node:test';
import { runWithoutThreads } from '../../test/support/without-threads.ts';
import { createSigner } from './signing.ts';
import { places, signingRing } from './signing-ring.ts';
import { type SigningThreads, startSigningThreads } from './signing-threads.ts';

const pair = (): { privateKey: KeyObject; publicKey: KeyObject } =>
  generateKeyPairSync('rsa', { modulusLength: 2048 });
const signHere = async (key: KeyObject, bytes: Buffer): Promise<Buffer> => sign('sha256', bytes, key);
const isGenuine = (key: KeyObject, bytes: Buffer, signature: Buffer): boolean =>
  verify('sha256', bytes, key, signature);

/** Signs by the threads, as soon as there is one. */
async function signByThreads(threads: SigningThreads, key: KeyObject, bytes: Buffer): Promise<Buffer> {
  for (;;) {
    const signing = threads.sign(key, bytes);
    if (signing) return signing;
    await new Promise(setImmediate);
  }
}

describe('the ring', () => {
  test('gives out in the order of asking, to each thread others, and answers by place', () => {
    const ring = signingRing();
    const other = signingRing(ring.shared);
    for (let round = 0; round < 3 * places; round += 1) {
      const first = ring.nextPlace();
      ring.ask(7, Buffer.from(`one ${round}`));
      const second = ring.nextPlace();
      ring.ask(8, Buffer.from(`two ${round}`));
      assert.equal(other.waiting(), 2);
      const [one, two] = [other.take()!, ring.take()!];
      assert.deepEqual([one.place, one.key, one.bytes.toString()], [first, 7, `one ${round}`]);
      assert.deepEqual([two.place, two.key, two.bytes.toString()], [second, 8, `two ${round}`]);
      assert.equal(ring.take(), undefined);
      assert.equal(ring.answerAt(first), 'open');
      other.answer(first, Buffer.from('signature'));
      other.answer(second, undefined);
      assert.deepEqual([ring.answerAt(first), ring.answerAt(second)], [Buffer.from('signature'), 'failed']);
    }
  });

  test('rings once until it was heard, and wakes nobody for nothing', () => {
    const ring = signingRing();
    assert.deepEqual([ring.ring(), ring.ring()], [true, false]);
    ring.heard();
    assert.equal(ring.ring(), true);
    assert.equal(ring.sleep(1), false);
    ring.ask(1, Buffer.from('x'));
    assert.equal(ring.sleep(60_000), true);
  });
});

test('many signatures at the same time are each of their own text, by their own key', async () => {
  const signer = createSigner();
  const keys = [pair(), pair(), pair()];
  const texts = Array.from({ length: 600 }, (_, number) =>
    Buffer.from(`text ${number} ${'.'.repeat(number * 10)}`),
  );
  const signatures = await Promise.all(
    texts.map((text, number) => signer.sign('RS256', keys[number % 3]!.privateKey, text)),
  );
  for (const [number, signature] of signatures.entries())
    assert.ok(isGenuine(keys[number % 3]!.publicKey, texts[number]!, signature), `${number}`);
});

test('threads sign more than they have places for, one call after the other', async () => {
  const { privateKey, publicKey } = pair();
  const threads = startSigningThreads({ count: 2, otherwise: signHere, onEnd: () => undefined });
  const texts = Array.from({ length: 5 * places }, (_, number) => Buffer.from(`text ${number}`));
  const signatures = await Promise.all(texts.map((text) => signByThreads(threads, privateKey, text)));
  for (const [at, signature] of signatures.entries())
    assert.ok(isGenuine(publicKey, texts[at]!, signature), `${at}`);
});

test('what no thread can sign is signed or refused otherwise', async () => {
  const { privateKey, publicKey } = pair();
  const refusal = new Error('no private key');
  const otherwise = async (): Promise<Buffer> => Promise.reject(refusal);
  const threads = startSigningThreads({ count: 1, otherwise, onEnd: () => undefined });
  await signByThreads(threads, privateKey, Buffer.from('x'));
  await assert.rejects(signByThreads(threads, publicKey, Buffer.from('x')), refusal);
  assert.equal(threads.sign(privateKey, Buffer.alloc(5000)), undefined);
  const text = Buffer.from('a thread that failed goes on');
  assert.ok(isGenuine(publicKey, text, await signByThreads(threads, privateKey, text)));
});

test('threads end when nothing was asked for a while, and leave nothing unsigned', async () => {
  const { privateKey, publicKey } = pair();
  const ended = Promise.withResolvers<void>();
  let isOver = false;
  const onEnd = (): void => {
    isOver = true;
    ended.resolve();
  };
  const threads = startSigningThreads({ count: 2, endsAfterMilliseconds: 1, otherwise: signHere, onEnd });
  const text = Buffer.from('x');
  // Threads that have nothing to do keep no process from ending.
  const keepAlive = setInterval(() => undefined, 1000);
  while (!isOver) {
    const signing = threads.sign(privateKey, text);
    if (signing) assert.ok(isGenuine(publicKey, text, await signing));
    await (signing ? ended.promise : new Promise(setImmediate));
  }
  clearInterval(keepAlive);
  assert.equal(threads.sign(privateKey, text), undefined);
});

test('where no thread can be started, many signatures are made all the same', async () => {
  const made = await runWithoutThreads(`
    import { generateKeyPairSync, verify } from 'node:crypto';
    import { createSigner } from '${import.meta.resolve('./signing.ts')}';
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const signer = createSigner();
    const texts = Array.from({ length: 20 }, (_, number) => Buffer.from('text ' + number));
    const signatures = await Promise.all(texts.map((text) => signer.sign('RS256', privateKey, text)));
    console.log(texts.filter((text, at) => verify('sha256', text, publicKey, signatures[at])).length);
  `);
  assert.equal(made, '20\n');
});
