/** How often passwords may be tried, and how often mail may be asked for. On by default. */
import { BoundedCache } from '../bounded-cache.ts';
import type { Clock } from '../ports.ts';
import type { RealmKey } from '../tenancy/tenancy.ts';
import { networkOf } from './address-network.ts';
import { createGrowingDelay, type GrowingDelay } from './growing-delay.ts';
import { createRateLimit } from './rate-limit.ts';
import { createTurns } from './turns.ts';

export interface LoginKeys {
  realm: RealmKey;
  /** The account's uuid, so that all its names count as one; as it was typed when there is no such account. */
  identifier: string;
  /** Of the network, as seen by the server. */
  address: string;
  /** The organization, or the management realm. */
  tenant: string;
}

/** What attempts are counted by. */
interface Places {
  network: string;
  account: string;
  /** Account and network. */
  pair: string;
}

export interface LoginThrottle {
  /**
   * Lets the proof run, and counts its failure: an undefined answer. A proof that throws has decided nothing and does
   * not count.
   * @throws KeygridError `throttled`, before the proof runs.
   */
  attempt<Result>(keys: LoginKeys, prove: () => Promise<Result | undefined>): Promise<Result | undefined>;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Ten mistakes are free. Then attackers, who share one pause over all addresses, get some ninety tries a day. */
const strangers = {
  freeFailures: 10,
  longestMilliseconds: 15 * minute,
  forgottenAfterMilliseconds: 6 * hour,
};
const familiars = { freeFailures: 10, longestMilliseconds: minute, forgottenAfterMilliseconds: hour };
const familiarFor = 30 * 24 * hour;
const failuresOfAddress = { limit: 100, windowMilliseconds: 10 * minute };
const failuresOfTenant = { limit: 1000, windowMilliseconds: 10 * minute };
const pairsRemembered = 50_000;
/** Longer than any email address (RFC 5321 §4.5.3.1); what follows tells no accounts apart. */
const longestIdentifier = 320;

/**
 * Login throttling by account, address and tenant. Who signed in from an address before is held back there by own
 * mistakes only, so that an attack delays the owner of an account neither for long nor at all at the usual place.
 */
export function createLoginThrottle({ clock }: { clock: Clock }): LoginThrottle {
  const byAddress = createRateLimit({ clock, ...failuresOfAddress });
  const byTenant = createRateLimit({ clock, ...failuresOfTenant });
  const delayOfStrangers = createGrowingDelay({ clock, ...strangers });
  const delayOfFamiliars = createGrowingDelay({ clock, ...familiars });
  const turnsOfAccount = createTurns();
  const turnsOfNetwork = createTurns();
  /** Account and address -> when the one last signed in from the other. */
  const signedIn = new BoundedCache<string, number>(pairsRemembered);

  const isFamiliar = (pair: string): boolean =>
    clock.now() - (signedIn.get(pair) ?? Number.NEGATIVE_INFINITY) < familiarFor;

  function placesOf({ realm, identifier, address }: LoginKeys): Places {
    const account = [realm, identifier.slice(0, longestIdentifier).toLowerCase()];
    const network = networkOf(address);
    return { network, account: JSON.stringify(account), pair: JSON.stringify([...account, network]) };
  }

  /** In the turn of what is held back: an account, or an account at an address. */
  function inTurn<Result>(
    delay: GrowingDelay,
    delayed: string,
    task: () => Promise<Result>,
  ): Promise<Result> {
    return turnsOfAccount.take(delayed, () => delay.attemptsAtOnce(delayed), task);
  }

  /** @throws KeygridError `throttled`, before the proof runs */
  async function proveUnlessDelayed<Result>(
    delay: GrowingDelay,
    delayed: string,
    prove: () => Promise<Result>,
  ) {
    const takeBack = delay.begin(delayed);
    const result = await prove().catch((error: unknown) => {
      takeBack();
      throw error;
    });
    if (result === undefined) delay.failed(delayed);
    return result;
  }

  function count(result: unknown, { tenant }: LoginKeys, { network, pair }: Places): void {
    if (result === undefined) {
      byAddress.count(network);
      byTenant.count(tenant);
    } else {
      signedIn.set(pair, clock.now());
      delayOfFamiliars.forget(pair);
    }
  }

  return {
    // In turn: hundreds of guesses sent at the same moment would else all begin, and cost a hash each, before the first
    // of them has failed. So no more are under way than may fail, of an account and of an address.
    async attempt(keys, prove) {
      const places = placesOf(keys);
      const { network, account, pair } = places;
      const run = async (delay: GrowingDelay, delayed: string) => {
        const result = await proveUnlessDelayed(delay, delayed, prove);
        count(result, keys, places);
        return result;
      };
      if (isFamiliar(pair)) return inTurn(delayOfFamiliars, pair, () => run(delayOfFamiliars, pair));
      return turnsOfNetwork.take(
        network,
        () => Math.max(1, byAddress.left(network)),
        () =>
          inTurn(delayOfStrangers, account, async () => {
            byAddress.check(network);
            byTenant.check(keys.tenant);
            return run(delayOfStrangers, account);
          }),
      );
    },
  };
}

export interface MailLimit {
  /**
   * Counts a request for mail about an account, named as it was typed, whether or not it exists.
   * @throws KeygridError `throttled`
   */
  take(keys: { realm: RealmKey; reference: string; address: string }): void;
}

const mailsOfAccount = { limit: 5, windowMilliseconds: hour };
const mailsOfAddress = { limit: 30, windowMilliseconds: hour };

/** How often mail may be asked for by those who have shown nothing yet. */
export function createMailLimit({ clock }: { clock: Clock }): MailLimit {
  const byAccount = createRateLimit({ clock, ...mailsOfAccount });
  const byAddress = createRateLimit({ clock, ...mailsOfAddress });
  return {
    take({ realm, reference, address }) {
      const account = JSON.stringify([realm, reference.slice(0, longestIdentifier).toLowerCase()]);
      byAddress.check(networkOf(address));
      byAccount.take(account);
      byAddress.count(networkOf(address));
    },
  };
}
