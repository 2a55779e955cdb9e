/**
 * Collects why requests were refused, for `keygrid explain`. A refusal costs its request no write and no look-up: it is
 * kept in memory, and a batch is completed with names and stored about once a second. What exceeds the batch is
 * dropped, and of many alike only some are kept, so that a flood is cheap and does not drown the rest.
 */
import type { Refusal, RefusalStore } from './explain.ts';
import type { PrincipalNames } from './identity/name-principal.ts';
import type { Principal } from './identity/principal.ts';
import type { Log } from './ports.ts';
import type { RealmKey } from './tenancy/tenancy.ts';

export interface NotedRefusal {
  refusal: Refusal;
  /** Whose credentials they were, proven or not; named when the batch is stored. */
  principal?: Principal | undefined;
  /** Where and as whom somebody tried to sign in. What was typed is kept only if there is such an account. */
  signIn?: { realm: RealmKey; reference: string } | undefined;
}

export interface ExplainLog {
  note(noted: NotedRefusal): void;
  /** Stores what was collected. Never throws: an answer was given, and the explanation is a convenience. */
  flush(): Promise<void>;
}

export interface ExplainLogOptions {
  store: Pick<RefusalStore, 'append'>;
  names: PrincipalNames;
  log: Log;
  flushMilliseconds?: number;
}

type Facts = Refusal['facts'];
type SignIn = NonNullable<NotedRefusal['signIn']>;

const gone = '(gone)';
const usualFlushMilliseconds = 1000;
export const batchLimit = 100;
/** Of the same error and the same caller, in one batch. */
export const alikeLimit = 20;

export function createExplainLog(options: ExplainLogOptions): ExplainLog {
  const { store, names, log, flushMilliseconds = usualFlushMilliseconds } = options;
  let batch: NotedRefusal[] = [];
  let alike = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let storing: Promise<void> = Promise.resolve();

  async function storeBatch(noted: NotedRefusal[]): Promise<void> {
    try {
      await store.append(await Promise.all(noted.map((each) => complete(each, names))));
    } catch (error) {
      log.warn({ err: error, refusals: noted.length }, 'why requests were refused could not be stored');
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const noted = batch;
    batch = [];
    alike = new Map();
    if (noted.length > 0) storing = storing.then(() => storeBatch(noted));
    return storing;
  }

  return {
    flush,
    note(noted) {
      const kind = kindOf(noted);
      const count = alike.get(kind) ?? 0;
      if (batch.length >= batchLimit || count >= alikeLimit) return;
      alike.set(kind, count + 1);
      batch.push(noted);
      timer ??= setTimeout(() => void flush(), flushMilliseconds).unref();
    },
  };
}

const kindOf = ({ refusal, principal }: NotedRefusal): string =>
  `${refusal.code} ${refusal.status} ${principal?.uuid ?? refusal.facts.address}`;

async function complete(
  { refusal, principal, signIn }: NotedRefusal,
  names: PrincipalNames,
): Promise<Refusal> {
  const facts = {
    ...refusal.facts,
    ...(principal ? await describePrincipal(principal, refusal.code, names) : {}),
    ...(signIn ? await describeSignIn(signIn, refusal.code, names) : {}),
  };
  return { ...refusal, facts };
}

async function describePrincipal(principal: Principal, code: string, names: PrincipalNames): Promise<Facts> {
  const { kind, uuid, realm } = principal;
  const facts: Facts = {
    caller: kind,
    callerUuid: uuid,
    callerName: (await names.principal(principal)) ?? gone,
  };
  if (kind !== 'application_user') return facts;
  facts.callerRealm = (await names.realm(realm)) ?? gone;
  if (code === 'permission_missing') facts.callerRoles = (await names.roles(principal)).join(', ');
  return facts;
}

async function describeSignIn(
  { realm, reference }: SignIn,
  code: string,
  names: PrincipalNames,
): Promise<Facts> {
  const account = await names.account(realm, reference);
  const place = { signInTo: (await names.realm(realm)) ?? gone };
  if (!account) return { ...place, account: 'there is none of the name given' };
  const verdict = code === 'invalid_grant' ? ' (there is one, so the password was wrong)' : '';
  return { ...place, account: `${account.name}${verdict}`, accountUuid: account.uuid };
}
