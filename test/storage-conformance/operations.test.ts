import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Refusal } from '../../src/core/explain.ts';
import type { Revocation } from '../../src/core/oauth/revocation-store.ts';
import { onEachEngine, uuids } from './engines.ts';

const revocation = (parts: Partial<Revocation> = {}): Revocation => ({
  kind: 'principal',
  subject: uuids.next(),
  issuedBefore: 100,
  reason: 'revoked',
  expiresAt: 1_000_000,
  ...parts,
});

const refusal = (parts: Partial<Refusal> = {}): Refusal => ({
  requestId: uuids.next(),
  at: 5,
  method: 'GET',
  path: '/org/app/dogs',
  status: 401,
  code: 'token_expired',
  description: 'The access token has expired.',
  facts: { principal: 'user', age: 4, guest: false },
  ...parts,
});

onEachEngine('operations', ({ storage, open }) => {
  const live = async (subject: string, now = 0): Promise<Revocation | undefined> =>
    (await storage().revocations.listLive(now)).revocations.find((one) => one.subject === subject);

  test('revocations are listed while they live', async () => {
    const { revocations } = storage();
    const [short, endless] = [
      revocation({ kind: 'token', expiresAt: 500 }),
      revocation({ expiresAt: Number.POSITIVE_INFINITY, reason: 'account_disabled' }),
    ];
    await revocations.add([short, endless]);
    assert.deepEqual(await live(short.subject, 499), short);
    assert.equal(await live(short.subject, 500), undefined);
    assert.deepEqual(await live(endless.subject, Number.MAX_SAFE_INTEGER), endless);
  });

  test('a second revocation of one subject widens the first and never narrows it', async () => {
    const { revocations } = storage();
    const first = revocation({ issuedBefore: 100, expiresAt: 1000 });
    await revocations.add([first]);
    await revocations.add([{ ...first, issuedBefore: 50, expiresAt: 800, reason: 'principal_gone' }]);
    assert.deepEqual(await live(first.subject), { ...first, reason: 'principal_gone' });
    await revocations.add([{ ...first, issuedBefore: 200, expiresAt: Number.POSITIVE_INFINITY }]);
    const widest = { ...first, issuedBefore: 200, expiresAt: Number.POSITIVE_INFINITY };
    assert.deepEqual(await live(first.subject), widest);
    await revocations.add([{ ...first, issuedBefore: 150, expiresAt: 2000 }]);
    assert.deepEqual(await live(first.subject), widest);
  });

  test('a token and a principal of one name are two subjects', async () => {
    const token = revocation({ kind: 'token' });
    await storage().revocations.add([token, { ...token, kind: 'principal' }, token]);
    const found = (await storage().revocations.listLive(0)).revocations.filter(
      ({ subject }) => subject === token.subject,
    );
    assert.deepEqual(found.map(({ kind }) => kind).sort(), ['principal', 'token']);
  });

  test('revocations of one subject from many at once end as the widest of them', async () => {
    const second = await open();
    const subject = uuids.next();
    await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        [storage(), second][at % 2]!.revocations.add([
          revocation({ subject, issuedBefore: at, expiresAt: 1000 + at }),
        ]),
      ),
    );
    assert.deepEqual(await live(subject), revocation({ subject, issuedBefore: 19, expiresAt: 1019 }));
  });

  /** On PostgreSQL a position stands still while any older transaction goes on, in whatever database. */
  async function positionAfter(added: Revocation[]): Promise<number> {
    const { revocations } = storage();
    await revocations.add(added);
    let { position } = await revocations.listLive(0);
    for (let tries = 0; (await revocations.listLive(0, position)).revocations.length > 0; tries++) {
      if (tries > 1000) throw new Error('the position did not go on');
      await nextTurn();
      ({ position } = await revocations.listLive(0));
    }
    return position;
  }

  test('a listing that goes on from a position holds what was added or widened since, and no more', async () => {
    const [old, widened] = [revocation(), revocation()];
    const position = await positionAfter([old, widened]);
    const added = revocation({ kind: 'family' });
    await storage().revocations.add([added, { ...widened, issuedBefore: 500 }]);
    const since = await storage().revocations.listLive(0, position);
    const subjects = since.revocations.map(({ subject }) => subject);
    assert.deepEqual(subjects.sort(), [added.subject, widened.subject].sort());
  });

  test('whoever goes on from position to position misses none of what two processes add at once', async () => {
    const [reader, second] = [await open(), await open()];
    const added = Array.from({ length: 120 }, () => revocation({ kind: 'token' }));
    const heard = new Set<string>();
    let position: number | undefined;
    const read = async (): Promise<void> => {
      const found = await reader.revocations.listLive(0, position);
      for (const { subject } of found.revocations) heard.add(subject);
      position = found.position;
    };
    let writing = true;
    const writes = Promise.all(
      added.map((one, at) => [storage(), second][at % 2]!.revocations.add([one])),
    ).then(() => {
      writing = false;
    });
    while (writing) {
      await read();
      // SQLite writes when the event loop comes round.
      await nextTurn();
    }
    await writes;
    await read();
    assert.deepEqual(
      added.filter(({ subject }) => !heard.has(subject)),
      [],
    );
  });

  test('expired revocations are deleted and counted, endless ones stay', async () => {
    const { revocations } = storage();
    await revocations.deleteExpired(20);
    const endless = revocation({ expiresAt: Number.POSITIVE_INFINITY });
    await revocations.add([revocation({ expiresAt: 21 }), revocation({ expiresAt: 22 }), endless]);
    assert.equal(await revocations.deleteExpired(22), 2);
    assert.deepEqual(await live(endless.subject), endless);
  });

  test('server keys are listed by when they become active, and an id is given once', async () => {
    const { serverKeys } = storage();
    assert.equal(await serverKeys.add({ id: 7, sealed: 'b', activeFrom: 200 }), true);
    assert.equal(await serverKeys.add({ id: 9, sealed: 'a', activeFrom: 100 }), true);
    assert.equal(await serverKeys.add({ id: 7, sealed: 'c', activeFrom: 300 }), false);
    assert.deepEqual(await serverKeys.list(), [
      { id: 9, sealed: 'a', activeFrom: 100 },
      { id: 7, sealed: 'b', activeFrom: 200 },
    ]);
    await serverKeys.remove(9);
    assert.deepEqual(
      (await serverKeys.list()).map(({ id }) => id),
      [7],
    );
  });

  test('of ten that add a server key of one id at once one does', async () => {
    const second = await open();
    const added = await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        [storage(), second][at % 2]!.serverKeys.add({ id: 50, sealed: `${at}`, activeFrom: 1 }),
      ),
    );
    assert.equal(added.filter(Boolean).length, 1);
  });

  test('a named value is written once and everybody gets the one that stands', async () => {
    const second = await open();
    assert.equal(await storage().serverKeys.readState('check'), undefined);
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, at) =>
        [storage(), second][at % 2]!.serverKeys.writeStateOnce('check', `v${at}`),
      ),
    );
    assert.equal(new Set(answers).size, 1);
    assert.equal(await storage().serverKeys.readState('check'), answers[0]);
  });

  test('a refusal is found by its request id', async () => {
    const kept = refusal();
    await storage().refusals.append([kept, kept, refusal()]);
    assert.deepEqual(await storage().refusals.find(kept.requestId), kept);
    assert.equal(await storage().refusals.find('none'), undefined);
  });

  test('the newest ten thousand refusals are kept', async () => {
    const { refusals } = storage();
    const [old, young] = [refusal({ at: 1 }), refusal({ at: 60_000 })];
    await refusals.append([old]);
    await refusals.append(Array.from({ length: 10_000 }, (_, at) => refusal({ at: 1000 + at })));
    await refusals.append([young]);
    assert.equal(await refusals.find(old.requestId), undefined);
    assert.deepEqual(await refusals.find(young.requestId), young);
  });

  test('the outbox shows the newest message first, in pages', async () => {
    const { outbox } = storage();
    for (let at = 0; at < 5; at++)
      await outbox.append({ to: 'a@b', subject: `s${at}`, text: 'x\ny', sentAt: at });
    const first = await outbox.list(2, undefined);
    assert.deepEqual(
      first.map(({ subject }) => subject),
      ['s4', 's3'],
    );
    const second = await outbox.list(10, first.at(-1)!.id);
    assert.deepEqual(
      second.map(({ subject }) => subject),
      ['s2', 's1', 's0'],
    );
    const { id: _, ...oldest } = second.at(-1)!;
    assert.deepEqual(oldest, { to: 'a@b', subject: 's0', text: 'x\ny', sentAt: 0 });
  });

  test('the store answers while it is open', async () => {
    await storage().ping();
  });
});
