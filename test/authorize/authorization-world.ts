/** The whole core over a SQLite store of its own, with a clock that moves when told, and browsers that keep cookies. */
import assert from 'node:assert/strict';
import { loadConfiguration } from '../../src/config/index.ts';
import type { Client } from '../../src/core/clients/client.ts';
import type { ClientSettings } from '../../src/core/clients/client-service.ts';
import { KeygridError } from '../../src/core/errors.ts';
import { guest } from '../../src/core/identity/principal.ts';
import type {
  AuthorizationDialect,
  AuthorizationOutcome,
  AuthorizationPage,
  AuthorizationResponse,
  Browser,
  CookieChange,
} from '../../src/core/oauth/authorize/authorization-service.ts';
import type { RealmKey } from '../../src/core/tenancy/tenancy.ts';
import { composeCore } from '../../src/main/compose-core.ts';
import {
  createLog,
  createOutboxMailer,
  createPasswordHasher,
  createRandomSource,
} from '../../src/platform/index.ts';
import { createSigner } from '../../src/platform/signing.ts';
import { openSqliteStorage } from '../../src/storage/sqlite/index.ts';
import { makeTemporaryDirectory } from '../support/guardian.ts';
import { rememberSecret } from '../support/secrets.ts';

export const password = 'correct horse battery';
rememberSecret(password);
export const redirectUri = 'https://app.example/cb';
export const publicUrl = 'https://id.example';
/** RFC 7636 appendix B. */
export const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
export const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';

export type World = Awaited<ReturnType<typeof openWorld>>;

/** A browser, or a stranger's: what it holds, by realm. */
export class TestBrowser implements Browser {
  readonly cookies = new Map<RealmKey, string>();
  address = '192.0.2.1';
  userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

  valueFor(realm: RealmKey): string | undefined {
    return this.cookies.get(realm);
  }
  realms(): RealmKey[] {
    return [...this.cookies.keys()];
  }
  keep(...changes: (CookieChange | undefined)[]): void {
    for (const change of changes) {
      if (change?.value !== undefined) this.cookies.set(change.realm, change.value);
      else if (change) this.cookies.delete(change.realm);
    }
  }
}

export async function openWorld() {
  const directory = await makeTemporaryDirectory('authorize');
  const clock = { time: 1_800_000_000_500, now: () => clock.time };
  const random = createRandomSource();
  const log = createLog({ level: 'fatal' });
  const storage = await openSqliteStorage({ directory, exclusive: true, clock, log });
  const cheap = { memoryKibibytes: 8, passes: 1, lanes: 1 };
  const { configuration } = loadConfiguration({ environment: { KEYGRID_SIGNUP: 'open' } });
  const core = await composeCore({
    ...{ configuration, storage, clock, random, log, rootKey: random.bytes(32) },
    hasher: createPasswordHasher({ random, concurrency: 2, parameters: cheap }),
    mailer: createOutboxMailer({ store: storage.outbox, clock }),
    signer: createSigner(),
    place: { publicUrl },
  });
  const owner = { username: 'olga', email: 'olga@example.test', name: 'Olga', password };
  const { organization, owner: admin } = await core.signUp.createOrganization(guest, { name: 'Acme' }, owner);
  const application = await core.tenancy.createApplication(organization, 'shop');
  const createUser = (username: string) =>
    core.applicationAccounts.create(
      application,
      { username, email: `${username}@example.test`, name: username.toUpperCase(), password },
      { administrator: true },
    );
  const user = await createUser('ann');

  return {
    ...{ core, clock, storage, organization, admin, application, user, createUser },
    realm: application.key,
    ...core.authorization,
    advance(milliseconds: number) {
      clock.time += milliseconds;
    },
    async register(
      settings: ClientSettings = {},
      foundation: Partial<Pick<Client, 'name' | 'type' | 'dialect' | 'realm'>> = {},
    ): Promise<Client> {
      const { client } = await core.clients.register(
        {
          ...{ name: 'App', type: 'web', dialect: 'standard', realm: application.key },
          ...foundation,
          organizationUuid: organization.uuid,
        },
        { redirectUris: [redirectUri], ...settings },
      );
      return client;
    },
    close: () => storage.close(),
  };
}

export type Changes = Record<string, string | undefined>;

/** A request of the client that is sound, with changes; undefined leaves a parameter out. */
export function parametersFor(client: Client, changes: Changes = {}): [string, string][] {
  const sound: Changes = {
    ...{ client_id: client.clientId, redirect_uri: redirectUri, response_type: 'code', state: 'xyz' },
    ...(client.dialect === 'standard' && { scope: 'openid', code_challenge: challenge }),
    ...(client.dialect === 'standard' && { code_challenge_method: 'S256' }),
    ...changes,
  };
  return Object.entries(sound).filter((entry): entry is [string, string] => entry[1] !== undefined);
}

export async function begin(
  world: World,
  browser: TestBrowser,
  client: Client,
  changes: Changes = {},
  dialect: AuthorizationDialect = 'standard',
): Promise<AuthorizationOutcome> {
  const parameters = parametersFor(client, changes);
  const realm = dialect.startsWith('autodesk') ? undefined : client.realm;
  const outcome = await world.authorize.begin({ parameters, dialect, realm, browser });
  browser.keep(outcome.cookie);
  return outcome;
}

type PageOf<Kind extends AuthorizationPage['kind']> = Extract<AuthorizationPage, { kind: Kind }>;

export function pageOf<Kind extends AuthorizationPage['kind']>(
  outcome: AuthorizationOutcome,
  kind: Kind,
): PageOf<Kind> {
  assert.equal(outcome.kind, 'page', JSON.stringify(outcome));
  if (outcome.kind !== 'page') throw new Error('unreachable');
  assert.equal(outcome.page.kind, kind);
  return outcome.page as PageOf<Kind>;
}

export function responseOf(outcome: AuthorizationOutcome): AuthorizationResponse {
  assert.equal(outcome.kind, 'response', JSON.stringify(outcome));
  if (outcome.kind !== 'response') throw new Error('unreachable');
  return outcome.response;
}

/** What came back on the redirect URI, from query and fragment together. */
export function returned(outcome: AuthorizationOutcome): Record<string, string> {
  const response = responseOf(outcome);
  assert.equal(response.kind, 'redirect');
  if (response.kind !== 'redirect') throw new Error('unreachable');
  const url = new URL(response.location);
  return Object.fromEntries([...url.searchParams, ...new URLSearchParams(url.hash.slice(1))]);
}

/** Types name and password into the sign-in page, and keeps the cookie. */
export async function signIn(
  world: World,
  browser: TestBrowser,
  outcome: AuthorizationOutcome,
  username = 'ann',
  typed = password,
): Promise<AuthorizationOutcome> {
  const { interaction, formToken } = pageOf(outcome, 'sign_in');
  const form = { formToken, username, password: typed };
  const next = await world.authorize.signIn(interaction!, form, browser);
  browser.keep(next.cookie);
  return next;
}

/** Allows what the consent page asks for, or what of it is named. */
export async function allow(
  world: World,
  browser: TestBrowser,
  outcome: AuthorizationOutcome,
  scopes?: string[],
): Promise<AuthorizationOutcome> {
  const { interaction, formToken } = pageOf(outcome, 'consent');
  const next = await world.authorize.consent(interaction, { formToken, scopes }, browser);
  browser.keep(next.cookie);
  return next;
}

/** A browser where the user has signed in and allowed the client what it asks for. */
export async function familiarBrowser(world: World, client: Client, changes: Changes = {}) {
  const browser = new TestBrowser();
  const dialect: AuthorizationDialect = client.dialect === 'autodesk' ? 'autodesk_v2' : 'standard';
  const signedIn = await signIn(world, browser, await begin(world, browser, client, changes, dialect));
  if (signedIn.kind === 'page') await allow(world, browser, signedIn);
  return browser;
}

export const rejectsWith = (code: string, promise: Promise<unknown>): Promise<void> =>
  assert.rejects(promise, (error) => {
    assert.ok(error instanceof KeygridError, String(error));
    assert.equal(error.code, code);
    return true;
  });
