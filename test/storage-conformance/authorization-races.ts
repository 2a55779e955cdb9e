/** What must hold whoever is first: operations that race, and what is true of their results in every order. */
import assert from 'node:assert/strict';
import type {
  CodeRedemption,
  DeviceAuthorization,
  Grant,
  RefreshToken,
} from '../../src/core/oauth/authorization.ts';
import type { SharedStores } from '../../src/storage/sql/stores.ts';
import { codeOf, deviceOf, grantOf, now, successorOf, tokenOf, whole } from './authorizations.ts';
import { freshRealm, uuids } from './engines.ts';
import type { Operation } from './interleaving.ts';

export interface Race {
  name: string;
  /** The most steps that each operation takes, with the commit. */
  steps: number[];
  arrange(stores: SharedStores): Promise<Arranged>;
}

interface Arranged {
  operations: Operation<unknown>[];
  /** Given the result of each operation. */
  verify(results: unknown[]): Promise<void>;
}

const grace = 30_000;

type World = Awaited<ReturnType<typeof startWorld>>;

/** A realm with a grant, a code of it, and a family whose first token was redeemed. */
async function startWorld(stores: SharedStores) {
  const realm = freshRealm();
  const grant = await stores.grants(realm).allow(grantOf());
  const [used, code, token] = [codeOf(grant), codeOf(grant), tokenOf(grant)];
  const codes = stores.authorizationCodes(realm);
  await codes.add(used);
  await codes.add(code);
  await codes.redeem(used.digest, token.family, token, now);

  const redeem =
    (first: RefreshToken): Operation<CodeRedemption> =>
    (each) =>
      each.authorizationCodes(realm).redeem(code.digest, first.family, first, now);
  /** As the core does it: what came of a replayed code ends. */
  const redeemStrictly =
    (first: RefreshToken): Operation<string> =>
    async (each) => {
      const redemption = await redeem(first)(each);
      if (redemption.kind === 'replayed') await each.refreshTokens(realm).revokeFamily(redemption.family, []);
      return redemption.kind;
    };
  const rotate =
    (spent: RefreshToken, successor: RefreshToken, within = grace): Operation<string> =>
    async (each) => {
      const tokens = each.refreshTokens(realm);
      const rotation = await tokens.rotate(spent.digest, successor, successor.digest, now, within, []);
      return rotation.kind === 'grace' ? `grace ${rotation.sealedSuccessor}` : rotation.kind;
    };
  const revokeFamily: Operation<boolean> = (each) => each.refreshTokens(realm).revokeFamily(token.family, []);
  const revokeGrant: Operation<boolean> = (each) => each.grants(realm).revoke(grant.id, []);
  /** Digests of those that can be used. */
  async function alive(tokens: RefreshToken[]): Promise<string[]> {
    const found = await Promise.all(tokens.map(({ digest }) => stores.refreshTokens(realm).find(digest)));
    return found.flatMap((one) => (one && !one.spent ? [one.digest] : []));
  }
  return { realm, grant, code, token, redeem, redeemStrictly, rotate, revokeFamily, revokeGrant, alive };
}

async function pendingDevice(stores: SharedStores, { realm }: World): Promise<DeviceAuthorization> {
  const device = deviceOf();
  await stores.deviceAuthorizations(realm).add(device);
  return device;
}

const count = (results: unknown[], result: unknown): number => results.filter((one) => one === result).length;

function redemptions(competitors: number): Race {
  return {
    name: `S076 of ${competitors} redemptions of a code one gets it, and only its token is stored`,
    steps: Array(competitors).fill(5),
    async arrange(stores) {
      const world = await startWorld(stores);
      const tokens = Array.from({ length: competitors }, () => tokenOf(world.grant));
      return {
        operations: tokens.map((token) => world.redeem(token)),
        async verify(results) {
          const outcomes = results as CodeRedemption[];
          const winner = outcomes.findIndex(({ kind }) => kind === 'redeemed');
          for (const [at, outcome] of outcomes.entries()) {
            if (at === winner) continue;
            const { family } = tokens[winner]!;
            assert.deepEqual(outcome, { kind: 'replayed', family });
          }
          assert.deepEqual(await world.alive(tokens), [tokens[winner]!.digest]);
        },
      };
    },
  };
}

export function strictRedemptions(competitors: number): Race {
  return {
    name: `S075 S076 of ${competitors} redemptions that end what was replayed no token is left`,
    steps: Array(competitors).fill(5),
    async arrange(stores) {
      const world = await startWorld(stores);
      const tokens = Array.from({ length: competitors }, () => tokenOf(world.grant));
      return {
        operations: tokens.map((token) => world.redeemStrictly(token)),
        async verify(results) {
          assert.equal(count(results, 'redeemed'), 1);
          assert.equal(count(results, 'replayed'), competitors - 1);
          assert.deepEqual(await world.alive(tokens), []);
        },
      };
    },
  };
}

function rotations(competitors: number): Race {
  return {
    name: `S082 of ${competitors} rotations of a token within the grace one makes the successor, all give it`,
    steps: Array(competitors).fill(4),
    async arrange(stores) {
      const world = await startWorld(stores);
      const successors = Array.from({ length: competitors }, () => successorOf(world.token));
      return {
        operations: successors.map((successor) => world.rotate(world.token, successor)),
        async verify(results) {
          const winner = successors[results.indexOf('rotated')]!;
          assert.equal(count(results, `grace ${winner.digest}`), competitors - 1);
          assert.deepEqual(await world.alive([world.token, ...successors]), [winner.digest]);
        },
      };
    },
  };
}

function rotationsWithoutGrace(competitors: number): Race {
  return {
    name: `S081 S082 of ${competitors} rotations of a token without grace no lineage survives`,
    steps: Array(competitors).fill(4),
    async arrange(stores) {
      const world = await startWorld(stores);
      const successors = Array.from({ length: competitors }, () => successorOf(world.token));
      return {
        operations: successors.map((successor) => world.rotate(world.token, successor, 0)),
        async verify(results) {
          assert.deepEqual(results.toSorted(), ['reused', 'rotated', 'unknown'].slice(0, competitors));
          assert.deepEqual(await world.alive([world.token, ...successors]), []);
        },
      };
    },
  };
}

const otherRaces: Race[] = [
  {
    name: 'S082 an end of the family that races a rotation leaves no successor',
    steps: [4, 2],
    async arrange(stores) {
      const world = await startWorld(stores);
      const successor = successorOf(world.token);
      return {
        operations: [world.rotate(world.token, successor), world.revokeFamily],
        async verify([rotated, ended]) {
          assert.ok(rotated === 'rotated' || rotated === 'unknown');
          assert.equal(ended, true);
          assert.deepEqual(await world.alive([world.token, successor]), []);
        },
      };
    },
  },
  {
    name: 'S082 an end of the family that races two rotations leaves no successor',
    steps: [4, 4, 2],
    async arrange(stores) {
      const world = await startWorld(stores);
      const successors = [successorOf(world.token), successorOf(world.token)];
      return {
        operations: [...successors.map((one) => world.rotate(world.token, one)), world.revokeFamily],
        async verify(results) {
          assert.equal(results[2], true);
          assert.deepEqual(await world.alive([world.token, ...successors]), []);
        },
      };
    },
  },
  {
    name: 'S081 the reuse of an old token that races the rotation of the newest leaves no token',
    steps: [3, 4],
    async arrange(stores) {
      const world = await startWorld(stores);
      const [second, third, fourth, vain] = Array.from({ length: 4 }, () => successorOf(world.token));
      await world.rotate(world.token, second!)(stores);
      await world.rotate(second!, third!)(stores);
      return {
        operations: [world.rotate(world.token, vain!), world.rotate(third!, fourth!)],
        async verify([reused, rotated]) {
          assert.equal(reused, 'reused');
          assert.ok(rotated === 'rotated' || rotated === 'unknown');
          assert.deepEqual(await world.alive([world.token, second!, third!, fourth!, vain!]), []);
        },
      };
    },
  },
  {
    name: 'a revocation of the grant that races a redemption and a rotation leaves no token',
    steps: [5, 4, 3],
    async arrange(stores) {
      const world = await startWorld(stores);
      const [first, successor] = [tokenOf(world.grant), successorOf(world.token)];
      return {
        operations: [world.redeem(first), world.rotate(world.token, successor), world.revokeGrant],
        async verify(results) {
          assert.equal(results[2], true);
          assert.deepEqual(await world.alive([world.token, first, successor]), []);
          assert.equal(await stores.authorizationCodes(world.realm).find(world.code.digest), undefined);
        },
      };
    },
  },
  {
    name: 'a revocation of the grant that races a redemption leaves no token',
    steps: [5, 3],
    async arrange(stores) {
      const world = await startWorld(stores);
      const first = tokenOf(world.grant);
      return {
        operations: [world.redeem(first), world.revokeGrant],
        async verify([redemption]) {
          assert.notEqual((redemption as CodeRedemption).kind, 'replayed');
          assert.deepEqual(await world.alive([world.token, first]), []);
        },
      };
    },
  },
  {
    name: 'a revocation of all grants of a user that races a rotation leaves no token',
    steps: [4, 3],
    async arrange(stores) {
      const world = await startWorld(stores);
      const successor = successorOf(world.token);
      return {
        operations: [
          world.rotate(world.token, successor),
          (each) => each.grants(world.realm).revokeAllOfUser(world.grant.user, []),
        ],
        async verify([, revoked]) {
          assert.deepEqual(revoked, [world.grant.id]);
          assert.deepEqual(await world.alive([world.token, successor]), []);
        },
      };
    },
  },
  {
    name: 'of two revocations of a grant one ends it',
    steps: [3, 3],
    async arrange(stores) {
      const world = await startWorld(stores);
      return {
        operations: [world.revokeGrant, world.revokeGrant],
        verify: async (results) => assert.equal(count(results, true), 1),
      };
    },
  },
  {
    name: 'two consents of a user to a client are one grant with the scopes of both',
    steps: [5, 5],
    async arrange(stores) {
      const realm = freshRealm();
      const [one, other] = [grantOf({ scopes: ['a'] }), grantOf({ scopes: ['b'] })];
      other.user = one.user;
      return {
        operations: [one, other].map((grant) => (each) => each.grants(realm).allow(grant)),
        async verify(results) {
          const [kept, ...more] = await stores.grants(realm).listOfUser(one.user, whole);
          assert.deepEqual(more, []);
          assert.deepEqual(kept?.scopes.toSorted(), ['a', 'b']);
          for (const { id } of results as Grant[]) assert.equal(id, kept?.id);
        },
      };
    },
  },
  {
    name: 'a consent that races the revocation of the grant is kept whole or not at all',
    steps: [5, 3],
    async arrange(stores) {
      const world = await startWorld(stores);
      const more = grantOf({ user: world.grant.user, scopes: ['more'] });
      return {
        operations: [(each) => each.grants(world.realm).allow(more), world.revokeGrant],
        async verify([allowed, revoked]) {
          assert.equal(revoked, true);
          const kept = await stores.grants(world.realm).findOf(more.user, more.clientId);
          if ((allowed as Grant).id === world.grant.id) assert.equal(kept, undefined);
          else assert.deepEqual(kept, more);
          assert.deepEqual(await world.alive([world.token]), []);
        },
      };
    },
  },
  {
    name: 'of an approval and a denial of a device one counts',
    steps: [2, 2],
    async arrange(stores) {
      const world = await startWorld(stores);
      const device = await pendingDevice(stores, world);
      const statuses = ['approved', 'denied'] as const;
      return {
        operations: statuses.map((status) => (each) => decide(world, each, device, status)),
        async verify(results) {
          assert.equal(count(results, true), 1);
          const found = await stores.deviceAuthorizations(world.realm).findByUserCode(device.userCode);
          assert.equal(found?.status, statuses[results.indexOf(true)]);
        },
      };
    },
  },
  {
    name: 'of two redemptions of a device one gets it, and only its token is stored',
    steps: [5, 5],
    async arrange(stores) {
      const world = await startWorld(stores);
      const device = await pendingDevice(stores, world);
      await decide(world, stores, device, 'approved');
      const tokens = [tokenOf(world.grant), tokenOf(world.grant)];
      return {
        operations: tokens.map((token) => redeemDevice(world, device, token)),
        async verify(results) {
          const winner = results.findIndex((one) => one !== undefined);
          assert.equal(results[1 - winner], undefined);
          assert.deepEqual(await world.alive(tokens), [tokens[winner]!.digest]);
        },
      };
    },
  },
  {
    name: 'a revocation of the grant that races the redemption of a device leaves no token',
    steps: [5, 3],
    async arrange(stores) {
      const world = await startWorld(stores);
      const device = await pendingDevice(stores, world);
      await decide(world, stores, device, 'approved');
      const token = tokenOf(world.grant);
      return {
        operations: [redeemDevice(world, device, token), world.revokeGrant],
        verify: async () => assert.deepEqual(await world.alive([token, world.token]), []),
      };
    },
  },
  {
    name: 'two polls of a device at once count as one and one too early',
    steps: [3, 3],
    async arrange(stores) {
      const world = await startWorld(stores);
      const { deviceCodeDigest } = await pendingDevice(stores, world);
      const poll: Operation<unknown> = (each) =>
        each.deviceAuthorizations(world.realm).poll(deviceCodeDigest, now);
      return {
        operations: [poll, poll],
        async verify(results) {
          const outcomes = results as { tooEarly: boolean; interval: number }[];
          assert.deepEqual(
            outcomes.toSorted((one, other) => one.interval - other.interval),
            [
              { tooEarly: false, interval: 5 },
              { tooEarly: true, interval: 10 },
            ],
          );
        },
      };
    },
  },
];

const decide = (
  { realm, grant }: World,
  stores: SharedStores,
  { userCode }: DeviceAuthorization,
  status: 'approved' | 'denied',
) =>
  stores.deviceAuthorizations(realm).decide(userCode, {
    status,
    grant: status === 'approved' ? grant.id : undefined,
    user: grant.user,
    session: uuids.next(),
    authenticatedAt: now / 1000,
  });

const redeemDevice =
  ({ realm }: World, { deviceCodeDigest }: DeviceAuthorization, token: RefreshToken): Operation<unknown> =>
  (stores) =>
    stores.deviceAuthorizations(realm).redeem(deviceCodeDigest, token, now);

export const races: Race[] = [
  ...[redemptions, strictRedemptions, rotations, rotationsWithoutGrace].flatMap((race) => [race(2), race(3)]),
  ...otherRaces,
];
