/** Requests that wait for a person, each bound to the browser that sent it (S043). */
import { KeygridError } from '../../errors.ts';
import type { Clock, RandomSource } from '../../ports.ts';
import { randomToken } from '../../random-text.ts';
import { type BrowserValue, browserDigestOf, parseBrowserValue } from '../../sessions/browser-value.ts';
import type { Interaction, InteractionStore } from '../../sessions/session-store.ts';
import type { RealmKey } from '../../tenancy/tenancy.ts';
import type { Browser } from './authorization-service.ts';

export interface OpenInteraction {
  stored: Interaction;
  realm: RealmKey;
  /** For URLs and forms. */
  reference: string;
  /** What the browser holds. */
  value: BrowserValue;
}

export interface Interactions {
  start(
    value: BrowserValue,
    waiting: Pick<Interaction, 'request' | 'responseMode' | 'refusal' | 'authenticatedAt'>,
  ): Promise<OpenInteraction>;
  /** @throws KeygridError `interaction_not_found`: unknown, over, or another browser's */
  open(reference: string, browser: Browser): Promise<OpenInteraction>;
  /** Notes that the account is chosen, or proved afresh. Epoch seconds. */
  noteProof(open: OpenInteraction, authenticatedAt: number): Promise<OpenInteraction>;
  /** Ends it: of two answers at once, one gets through. @throws KeygridError `interaction_not_found` */
  complete(open: OpenInteraction): Promise<void>;
}

export interface InteractionsOptions {
  storeFor(realm: RealmKey): InteractionStore;
  clock: Clock;
  random: RandomSource;
}

/** oauth-standards.md 0. Milliseconds. */
const lifetime = 30 * 60_000;
/** The realm stands before the id, so that the cookie and the store of the realm can be found. */
const referencePattern = /^([1-9][0-9]{0,14})\.([A-Za-z0-9_-]{43})$/;

export function createInteractions({ storeFor, clock, random }: InteractionsOptions): Interactions {
  const referenceOf = (realm: RealmKey, id: string): string => `${realm}.${id}`;

  return {
    async start(value, waiting) {
      const { realm } = waiting.request;
      const now = clock.now();
      const stored: Interaction = {
        ...waiting,
        id: randomToken(random),
        browserDigest: browserDigestOf(value),
        createdAt: now,
        expiresAt: now + lifetime,
      };
      await storeFor(realm).create(stored);
      return { stored, realm, reference: referenceOf(realm, stored.id), value };
    },
    async open(reference, browser) {
      const [, realmText, id] = referencePattern.exec(reference) ?? [];
      if (realmText === undefined || id === undefined) throw notFound();
      const realm = Number(realmText);
      const value = parseBrowserValue(browser.valueFor(realm));
      const stored = value && (await storeFor(realm).find(id));
      if (!stored || stored.browserDigest !== browserDigestOf(value)) throw notFound();
      if (stored.expiresAt <= clock.now()) throw notFound();
      return { stored, realm, reference, value };
    },
    async noteProof(open, authenticatedAt) {
      const stored = { ...open.stored, authenticatedAt };
      await storeFor(open.realm).update(stored);
      return { ...open, stored };
    },
    async complete({ realm, stored }) {
      if (!(await storeFor(realm).complete(stored.id))) throw notFound();
    },
  };
}

const notFound = (): KeygridError =>
  new KeygridError('interaction_not_found', 'The sign-in is over, or was begun in another browser');
