import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { ErrorCode } from '../../src/core/errors.ts';
import type { ClientTokenAnswer } from '../../src/core/oauth/token-pipeline.ts';
import { onEachEngine } from '../storage-conformance/engines.ts';
import { createMovableClock } from './oauth-world.ts';
import { type Fields, openTokenWorld, outcomeOf, type TokenWorld } from './token-world.ts';

/** S076: two at once a thousand times, side by side in batches, as a busy server has them. */
const roundsOf: Record<number, number> = { 2: 1000, 3: 200 };
const batch = 50;

/** What became of simultaneous attempts, and the answers of those that succeeded. */
interface Race {
  outcomes: (ErrorCode | 'done')[];
  answers: ClientTokenAnswer[];
}

async function race(attempts: Promise<ClientTokenAnswer>[]): Promise<Race> {
  const outcomes = await Promise.all(attempts.map(outcomeOf));
  const settled = await Promise.allSettled(attempts);
  const answers = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  return { outcomes, answers };
}

async function inBatches(count: number, round: (at: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < count; from += batch) {
    const size = Math.min(batch, count - from);
    await Promise.all(Array.from({ length: size }, (_, at) => round(from + at)));
  }
}

/** As soon as the change feed has told it, which is no matter of the test. */
async function untilDead(world: TokenWorld, text: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while ((await world.tokens.find(text)) !== undefined) {
    assert.ok(Date.now() < deadline, 'a token outlived its family');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

onEachEngine('authorizations raced by two processes', ({ open }) => {
  /** Two processes of one installation, with a client of each kind that is raced here. */
  let worlds: [TokenWorld, TokenWorld];
  let web: Awaited<ReturnType<TokenWorld['registered']>>;
  let user: string;
  before(async () => {
    const clock = createMovableClock();
    const first = await openTokenWorld({ clock, storage: await open() });
    worlds = [first, await openTokenWorld({ clock, storage: await open(), beside: first })];
    web = await first.registered();
    user = (await first.createUser()).uuid;
  });

  /** A family of tokens of its own grant, so that rounds do not meet. */
  async function start(): Promise<{ code: string; client: Fields; grant: string; user: string }> {
    const { code, grant } = await worlds[0].authorize(web.client, { user });
    return { code, client: web.credentials, grant, user };
  }
  const of = (at: number): TokenWorld => worlds[at % 2]!;

  async function assertEnded(answers: ClientTokenAnswer[]): Promise<void> {
    for (const { refreshToken, accessToken } of answers) {
      for (const world of worlds) {
        assert.equal(await outcomeOf(world.refresh(web.credentials, refreshToken!)), 'invalid_grant');
        await untilDead(world, accessToken.text);
      }
    }
  }

  for (const many of [2, 3]) {
    test(`S076 of ${many} simultaneous redemptions one succeeds, and nothing of it lives on`, async () => {
      const all: ClientTokenAnswer[] = [];
      await inBatches(roundsOf[many]!, async (round) => {
        const { code, client } = await start();
        const attempts = Array.from({ length: many }, (_, at) => of(round + at).exchange(client, code));
        const { outcomes, answers } = await race(attempts);
        const expected = ['done', ...Array<string>(many - 1).fill('invalid_grant')];
        assert.deepEqual(outcomes.sort(), expected);
        all.push(...answers);
      });
      await assertEnded(all.slice(0, 20));
      for (const { accessToken } of all) await untilDead(of(1), accessToken.text);
    });

    test(`S082 APS-73 ${many} simultaneous refreshes share one successor`, async () => {
      await inBatches(100, async (round) => {
        const { code, client } = await start();
        const { refreshToken } = await of(round).exchange(client, code);
        const attempts = Array.from({ length: many }, (_, at) =>
          of(round + at).refresh(client, refreshToken!),
        );
        const { outcomes, answers } = await race(attempts);
        assert.deepEqual(outcomes, Array<string>(many).fill('done'));
        assert.equal(new Set(answers.map((answer) => answer.refreshToken)).size, 1);
        await of(round + 1).refresh(client, answers[0]!.refreshToken!);
      });
    });
  }

  test('S081 S082 after the grace simultaneous reuse ends the family, whoever comes first', async () => {
    const families = await Promise.all(
      Array.from({ length: 20 }, async (_, round) => {
        const { code, client } = await start();
        const first = await of(round).exchange(client, code);
        return { client, first, second: await of(round).refresh(client, first.refreshToken!) };
      }),
    );
    worlds[0].clock.time += 60_000;
    const answers: ClientTokenAnswer[] = [];
    for (const [round, { client, first, second }] of families.entries()) {
      const raced = await race([
        of(round).refresh(client, first.refreshToken!),
        of(round + 1).refresh(client, second.refreshToken!),
        of(round).refresh(client, first.refreshToken!),
      ]);
      assert.deepEqual([raced.outcomes[0], raced.outcomes[2]], ['invalid_grant', 'invalid_grant']);
      answers.push(second, ...raced.answers);
    }
    await assertEnded(answers);
  });

  test('S082 a revocation that races a rotation leaves nothing usable', async () => {
    const answers: ClientTokenAnswer[] = [];
    await inBatches(100, async (round) => {
      const { code, client } = await start();
      const first = await of(round).exchange(client, code);
      const token = first.refreshToken!;
      const world = of(round + 1);
      const [raced] = await Promise.all([
        race([of(round).refresh(client, token), world.refresh(client, token)]),
        world.tokenRevocation.revoke(world.request({ token, ...client })),
      ]);
      assert.ok(raced.outcomes.every((outcome) => outcome === 'done' || outcome === 'invalid_grant'));
      answers.push(first, ...raced.answers);
    });
    await assertEnded(answers);
  });

  test('S051 S087 the end of a grant that races code and refresh leaves nothing usable', async () => {
    const answers: ClientTokenAnswer[] = [];
    for (let round = 0; round < 30; round++) {
      const first = await start();
      const second = await start();
      const { client, grant } = first;
      const family = await of(round).exchange(client, first.code);
      const [raced] = await Promise.all([
        race([of(round).refresh(client, family.refreshToken!), of(round + 1).exchange(client, second.code)]),
        of(round + 1).grantManagement.end(web.client.realm, user, grant),
      ]);
      assert.ok(raced.outcomes.every((outcome) => outcome === 'done' || outcome === 'invalid_grant'));
      answers.push(family, ...raced.answers);
    }
    await assertEnded(answers);
  });
});
