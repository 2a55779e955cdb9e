import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Interaction, Session } from '../../src/core/sessions/session-store.ts';
import { digest, minute, now, ofAnyAge, requestOf, sessionOf, whole } from './authorizations.ts';
import { freshRealm, onEachEngine, uuids } from './engines.ts';

const interactionOf = (parts: Partial<Interaction> = {}): Interaction => ({
  id: digest(),
  browserDigest: digest(),
  request: requestOf(7),
  responseMode: 'query',
  authenticatedAt: undefined,
  createdAt: now,
  expiresAt: now + minute,
  ...parts,
});

onEachEngine('sessions', ({ storage, open }) => {
  test('a session is found by the digest of its value, before sign-in and after', async () => {
    const sessions = storage().sessions(freshRealm());
    const anonymous = sessionOf({ user: undefined, authenticatedAt: undefined, authenticationMethods: [] });
    const signedIn = sessionOf();
    await sessions.create(anonymous);
    await sessions.create(signedIn);
    assert.deepEqual(await sessions.find(anonymous.digest), anonymous);
    assert.deepEqual(await sessions.find(signedIn.digest), signedIn);
    assert.equal(await sessions.find(digest()), undefined);
  });

  test('S042 at sign-in the value is replaced, and the old one is dead', async () => {
    const sessions = storage().sessions(freshRealm());
    const before = sessionOf({ user: undefined, authenticatedAt: undefined });
    const after = sessionOf({ id: before.id, createdAt: before.createdAt });
    await sessions.create(before);
    assert.equal(await sessions.replace(before.digest, after), true);
    assert.equal(await sessions.find(before.digest), undefined);
    assert.deepEqual(await sessions.find(after.digest), after);
    assert.equal(await sessions.replace(before.digest, sessionOf({ id: before.id })), false);
  });

  test('S042 of three replacements of one value at once one succeeds', async () => {
    const [realm, second] = [freshRealm(), await open()];
    for (let round = 0; round < 30; round++) {
      const before = sessionOf();
      await storage().sessions(realm).create(before);
      const successors = [0, 1, 2].map(() => sessionOf({ id: before.id }));
      const replaced = await Promise.all(
        successors.map((after, at) =>
          [storage(), second][at % 2]!.sessions(realm).replace(before.digest, after),
        ),
      );
      assert.equal(replaced.filter(Boolean).length, 1);
      const alive = await Promise.all(successors.map((after) => second.sessions(realm).find(after.digest)));
      assert.deepEqual(
        alive.map((found) => found !== undefined),
        replaced,
      );
    }
  });

  test('a session that ends while its value is replaced does not come back', async () => {
    const [realm, second] = [freshRealm(), await open()];
    for (let round = 0; round < 30; round++) {
      const before = sessionOf();
      const after = sessionOf({ id: before.id });
      await storage().sessions(realm).create(before);
      await Promise.all([
        storage().sessions(realm).replace(before.digest, after),
        second.sessions(realm).end(before.id),
      ]);
      assert.equal(await second.sessions(realm).find(before.digest), undefined);
      assert.equal(await second.sessions(realm).find(after.digest), undefined);
    }
  });

  test('a session was last seen when it was seen last, whatever the order of the notes', async () => {
    const sessions = storage().sessions(freshRealm());
    const session = sessionOf();
    await sessions.create(session);
    await sessions.touch(session.digest, now + 9);
    await sessions.touch(session.digest, now + 5);
    assert.deepEqual(await sessions.find(session.digest), { ...session, lastSeenAt: now + 9 });
    await sessions.touch(digest(), now);
  });

  test('a session ends by its id', async () => {
    const sessions = storage().sessions(freshRealm());
    const session = sessionOf();
    await sessions.create(session);
    await sessions.end(uuids.next());
    assert.ok(await sessions.find(session.digest));
    await sessions.end(session.id);
    assert.equal(await sessions.find(session.digest), undefined);
    await sessions.end(session.id);
  });

  test('the sessions of a user are listed newest first, and end together, all or all but one', async () => {
    const sessions = storage().sessions(freshRealm());
    const user = uuids.next();
    const own = [3, 1, 2].map((at) => sessionOf({ user, createdAt: now + at }));
    const other = sessionOf();
    for (const session of [...own, other, sessionOf({ user: undefined })]) await sessions.create(session);
    assert.deepEqual(await sessions.listOfUser(user, ofAnyAge, whole), [own[0], own[2], own[1]]);
    await sessions.endAllOfUser(user, own[1]!.id);
    assert.deepEqual(await sessions.listOfUser(user, ofAnyAge, whole), [own[1]]);
    await sessions.endAllOfUser(user);
    assert.deepEqual(await sessions.listOfUser(user, ofAnyAge, whole), []);
    assert.deepEqual(await sessions.listOfUser(other.user!, ofAnyAge, whole), [other]);
  });

  test('sessions of a user are read a part at a time, in both directions, and only those that live', async () => {
    const sessions = storage().sessions(freshRealm());
    const user = uuids.next();
    const own = [4, 3, 2, 1].map((at) => sessionOf({ user, createdAt: now + at }));
    const expired = sessionOf({ user, createdAt: now + 3, expiresAt: now - 1 });
    const idle = sessionOf({ user, createdAt: now + 2, lastSeenAt: now - minute });
    for (const session of [...own, expired, idle]) await sessions.create(session);
    const live = { expiresAfter: now, seenAfter: now - minute };
    const first = await sessions.listOfUser(user, live, { limit: 2, from: undefined });
    assert.deepEqual(first, own.slice(0, 2));
    const read = (direction: 'after' | 'before', { createdAt, id }: Session) =>
      sessions.listOfUser(user, live, { limit: 2, from: { direction, place: { at: createdAt, id } } });
    assert.deepEqual(await read('after', own[1]!), own.slice(2));
    assert.deepEqual(await read('before', own[3]!), own.slice(1, 3));
    assert.equal((await sessions.listOfUser(user, ofAnyAge, whole)).length, 6);
  });

  test('a session ends by its user, and stays where it is another’s', async () => {
    const sessions = storage().sessions(freshRealm());
    const session = sessionOf();
    await sessions.create(session);
    await sessions.endOfUser(uuids.next(), session.id);
    assert.ok(await sessions.find(session.digest));
    await sessions.endOfUser(session.user!, session.id);
    assert.equal(await sessions.find(session.digest), undefined);
  });

  test('a session of one realm is nothing in another', async () => {
    const [own, foreign] = [storage().sessions(freshRealm()), storage().sessions(freshRealm())];
    const session = sessionOf();
    await own.create(session);
    assert.equal(await foreign.find(session.digest), undefined);
    assert.equal(await foreign.replace(session.digest, sessionOf()), false);
    await foreign.touch(session.digest, now + 1);
    await foreign.end(session.id);
    await foreign.endAllOfUser(session.user!);
    assert.deepEqual(await foreign.listOfUser(session.user!, ofAnyAge, whole), []);
    assert.deepEqual(await own.find(session.digest), session);
  });

  test('an interaction is found by its id, with every text of the request as it was sent', async () => {
    const interactions = storage().interactions(freshRealm());
    const whole = interactionOf({ authenticatedAt: now / 1000 });
    const bare = interactionOf({
      request: requestOf(7, { state: undefined, nonce: '', redirectUri: undefined, maxAge: undefined }),
    });
    await interactions.create(whole);
    await interactions.create(bare);
    assert.deepEqual(await interactions.find(whole.id), whole);
    assert.deepEqual(await interactions.find(bare.id), bare);
    assert.equal(await interactions.find(digest()), undefined);
    assert.equal(await interactions.find('\u0000'), undefined);
    assert.equal(await interactions.complete('\u0000'), undefined);
  });

  test('an update of an interaction is kept, of one that is over it is not', async () => {
    const interactions = storage().interactions(freshRealm());
    const interaction = interactionOf();
    await interactions.create(interaction);
    const signedIn = { ...interaction, browserDigest: digest(), authenticatedAt: now / 1000 };
    await interactions.update(signedIn);
    assert.deepEqual(await interactions.complete(interaction.id), signedIn);
    await interactions.update(interaction);
    assert.equal(await interactions.find(interaction.id), undefined);
  });

  test('of three answers to one interaction at once one gets it', async () => {
    const [realm, second] = [freshRealm(), await open()];
    for (let round = 0; round < 30; round++) {
      const interaction = interactionOf();
      await storage().interactions(realm).create(interaction);
      const taken = await Promise.all(
        [storage(), second, storage()].map((from) => from.interactions(realm).complete(interaction.id)),
      );
      assert.deepEqual(
        taken.filter((one) => one !== undefined),
        [interaction],
      );
    }
  });

  test('an interaction of one realm is nothing in another', async () => {
    const [own, foreign] = [storage().interactions(freshRealm()), storage().interactions(freshRealm())];
    const interaction = interactionOf();
    await own.create(interaction);
    assert.equal(await foreign.find(interaction.id), undefined);
    assert.equal(await foreign.complete(interaction.id), undefined);
    await foreign.update({ ...interaction, responseMode: 'form_post' });
    assert.deepEqual(await own.find(interaction.id), interaction);
  });
});
