/** The revocations that live, in memory: fed by this process, and by the store as the change feed tells. */
import {
  type AccessToken,
  type Delegation,
  type Principal,
  principalSubject,
} from '../identity/principal.ts';
import type { Clock, Log } from '../ports.ts';
import type { RealmKey } from '../tenancy/tenancy.ts';
import type { Uuid } from '../uuid.ts';
import { createCatchUp } from './catch-up.ts';
import type {
  ChangeFeed,
  Revocation,
  RevocationReason,
  RevocationStore,
  StoreRevocations,
} from './revocation-store.ts';

export interface LiveRevocations {
  add(revocations: readonly Revocation[], store?: StoreRevocations): Promise<void>;
  reasonFor(token: AccessToken): RevocationReason | undefined;
  /** How many so far. */
  heard(): number;
  /** Whether something that the token would rest on was ended after the `since`th revocation. */
  endedSince(since: number, principal: Principal, delegation?: Delegation): boolean;
  /** Issue times up to this one are dead; 0 when neither principal nor client was ever revoked. */
  lastRevocation(principal: Principal, delegation?: Delegation): number;
  lastRevocationOfClient(clientId: string): number;
  /** For how long revocations have been announced that could not be read yet. */
  unreadMilliseconds(): number;
}

export interface LiveRevocationsOptions {
  revocations: RevocationStore;
  changes: ChangeFeed;
  clock: Clock;
  log: Log;
}

/** Names a grant or a family among all realms'. */
export const realmSubject = (realm: RealmKey, uuid: Uuid): string => `${realm}:${uuid}`;

interface Cutoff {
  issuedBefore: number;
  reason: RevocationReason;
  heard: number;
  expiresAt: number;
}

const forgetEveryMilliseconds = 600_000;

export async function openLiveRevocations(options: LiveRevocationsOptions): Promise<LiveRevocations> {
  const { revocations: store, changes, clock, log } = options;
  /** By kind and subject, when the last token concerned has expired. */
  const ended = {
    token: new Map<string, number>(),
    family: new Map<string, number>(),
    grant: new Map<string, number>(),
  };
  const cutoffs = { principal: new Map<string, Cutoff>(), client: new Map<string, Cutoff>() };
  const kept = new Map<string, { issuedBefore: number; expiresAt: number }>();
  let heard = 0;
  let position: number | undefined;
  let forgotAt = clock.now();

  function apply({ kind, subject, issuedBefore, reason, expiresAt }: Revocation): void {
    switch (kind) {
      case 'token':
      case 'family':
      case 'grant':
        ended[kind].set(subject, Math.max(expiresAt, ended[kind].get(subject) ?? 0));
        return;
      case 'kept':
        if ((kept.get(subject)?.issuedBefore ?? 0) < issuedBefore) {
          kept.set(subject, { issuedBefore, expiresAt });
        }
        return;
      case 'principal':
      case 'client':
        cutOff(cutoffs[kind], subject, { issuedBefore, reason, expiresAt });
    }
  }

  function cutOff(those: Map<string, Cutoff>, subject: string, given: Omit<Cutoff, 'heard'>): void {
    const before = those.get(subject);
    const expiresAt = Math.max(given.expiresAt, before?.expiresAt ?? 0);
    if (before && before.issuedBefore >= given.issuedBefore) before.expiresAt = expiresAt;
    else {
      heard += 1;
      those.set(subject, { ...given, expiresAt, heard });
    }
  }

  async function readNew(): Promise<void> {
    const found = await store.listLive(clock.now(), position);
    for (const revocation of found.revocations) apply(revocation);
    position = found.position;
    forget();
  }

  /** What concerns no living token any more. */
  function forget(): void {
    const now = clock.now();
    if (now - forgotAt < forgetEveryMilliseconds) return;
    forgotAt = now;
    for (const map of Object.values(ended)) {
      for (const [subject, expiresAt] of map) if (expiresAt <= now) map.delete(subject);
    }
    for (const map of [...Object.values(cutoffs), kept]) {
      for (const [subject, { expiresAt }] of map) if (expiresAt <= now) map.delete(subject);
    }
  }

  const isEnded = (realm: RealmKey, { grant, family }: Delegation): boolean =>
    (family !== undefined && ended.family.has(realmSubject(realm, family))) ||
    (grant !== undefined && ended.grant.has(realmSubject(realm, grant)));

  function delegationReason(token: AccessToken, delegation: Delegation): RevocationReason | undefined {
    if (isEnded(token.principal.realm, delegation)) return 'revoked';
    const cutoff = clientCutoff(delegation);
    return cutoff && token.issuedAt <= cutoff.issuedBefore ? cutoff.reason : undefined;
  }

  const principalCutoff = (principal: Principal): Cutoff | undefined =>
    cutoffs.principal.size === 0 ? undefined : cutoffs.principal.get(principalSubject(principal));
  const clientCutoff = (delegation: Delegation | undefined): Cutoff | undefined =>
    delegation && cutoffs.client.get(delegation.clientId);

  await readNew();
  const catchUp = createCatchUp(readNew, { clock, log });
  changes.subscribe(({ topic }) => {
    if (topic === 'revocations') catchUp.announced();
  });
  return {
    async add(added, keep = store.add) {
      // In memory first: no token slips out between the two.
      for (const revocation of added) apply(revocation);
      await keep(added);
    },
    reasonFor(token) {
      if (ended.token.has(token.id)) return 'revoked';
      if (token.delegation) {
        const reason = delegationReason(token, token.delegation);
        if (reason) return reason;
      }
      const found = principalCutoff(token.principal);
      if (!found || token.issuedAt > found.issuedBefore) return undefined;
      return (kept.get(token.id)?.issuedBefore ?? 0) >= found.issuedBefore ? undefined : found.reason;
    },
    heard: () => heard,
    endedSince: (since, principal, delegation) =>
      (delegation !== undefined && isEnded(principal.realm, delegation)) ||
      (principalCutoff(principal)?.heard ?? 0) > since ||
      (clientCutoff(delegation)?.heard ?? 0) > since,
    lastRevocation: (principal, delegation) =>
      Math.max(principalCutoff(principal)?.issuedBefore ?? 0, clientCutoff(delegation)?.issuedBefore ?? 0),
    lastRevocationOfClient: (clientId) => cutoffs.client.get(clientId)?.issuedBefore ?? 0,
    unreadMilliseconds: catchUp.behindMilliseconds,
  };
}
