/** A server with two tenants and a client of each kind in both, for whoever tries to get more than they were given. */
import assert from 'node:assert/strict';
import { type Answer, call, type WireJson } from '../support/http.ts';
import { rememberSecret } from '../support/secrets.ts';
import { type RunningServer, type ServerOptions, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';
import { type Visited, Visitor } from '../support/visitor.ts';

export const redirectUri = 'https://client.example/cb';
/** RFC 7636 appendix B. */
export const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
export const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
rememberSecret(verifier);

export interface AttackedClient {
  id: string;
  /** Undefined for public clients. */
  secret: string | undefined;
  dialect: 'standard' | 'autodesk' | 'usergrid';
  /** `/org/app`, or `/management`. */
  realmPath: string;
}

export interface AttackedTenant extends Tenant {
  path: string;
  register(properties?: Record<string, unknown>): Promise<AttackedClient>;
  registerForAdmins(properties?: Record<string, unknown>): Promise<AttackedClient>;
}

export interface AttackedServer extends RunningServer {
  acme: AttackedTenant;
  rival: AttackedTenant;
}

export async function startAttackedServer(options: ServerOptions = {}): Promise<AttackedServer> {
  const environment = { KEYGRID_AUTODESK_RATE_LIMITS: 'false', ...options.environment };
  const server = await startServer({ ...options, environment });
  try {
    return { ...server, acme: await openTenant(server), rival: await openTenant(server) };
  } catch (error) {
    await server.kill();
    throw error;
  }
}

async function openTenant(server: RunningServer): Promise<AttackedTenant> {
  const tenant = await createTenant(server);
  const { organization, application } = tenant;
  const path = `/${organization}/${application}`;
  const bearer = tenant.admin.token;

  async function register(properties: Record<string, unknown>): Promise<AttackedClient> {
    const json = { name: 'Plan Viewer', type: 'web', redirectUris: [redirectUri], ...properties };
    const answer = await call(server, `POST /api/v1/organizations/${organization}/clients`, { bearer, json });
    assert.equal(answer.status, 201, answer.text);
    const { clientId: id, clientSecret: secret, dialect, application: of } = answer.body;
    if (secret !== undefined) rememberSecret(secret);
    return { id, secret, dialect, realmPath: of === null ? '/management' : path };
  }

  return {
    ...tenant,
    path,
    register: (properties = {}) => register({ application, ...properties }),
    registerForAdmins: (properties = {}) => register(properties),
  };
}

/** A request that is sound for the client; undefined leaves a parameter out. */
export function requestOf(
  client: AttackedClient,
  changes: Record<string, string | undefined> = {},
): Record<string, string> {
  const sound = {
    client_id: client.id,
    redirect_uri: redirectUri,
    response_type: 'code',
    state: 'a-state-of-the-client',
    ...(client.dialect === 'standard' && { scope: 'openid profile offline_access' }),
    ...(client.dialect === 'autodesk' && { scope: 'data:read' }),
    ...(client.dialect !== 'usergrid' && { code_challenge: challenge, code_challenge_method: 'S256' }),
    ...changes,
  };
  return Object.fromEntries(
    Object.entries(sound).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

export const authorizePath = ({ dialect, realmPath }: AttackedClient): string =>
  ({
    standard: `${realmPath}/oauth2/authorize`,
    autodesk: '/authentication/v2/authorize',
    usergrid: `${realmPath}/authorize`,
  })[dialect];

export const tokenPath = ({ dialect, realmPath }: AttackedClient): string =>
  ({
    standard: `${realmPath}/oauth2/token`,
    autodesk: '/authentication/v2/token',
    usergrid: `${realmPath}/token`,
  })[dialect];

type Account = { username: string; password: string };

/** From the client's request to its answer: signs in where that is asked, and allows what is asked. */
export async function authorize(
  visitor: Visitor,
  client: AttackedClient,
  account: Account,
  changes: Record<string, string | undefined> = {},
): Promise<Visited> {
  const first = await visitor.get(authorizePath(client), { query: requestOf(client, changes) });
  return finish(visitor, await visitor.follow(first), account);
}

/** Answers pages until there is none. */
export async function finish(
  visitor: Visitor,
  page: Visited,
  { username, password }: Account,
): Promise<Visited> {
  let current = page;
  for (let step = 0; step < 4 && current.status === 200 && current.forms.length > 0; step++) {
    const names = current.forms[0]?.fields.map(([name]) => name) ?? [];
    const typed: Record<string, string> = names.includes('password')
      ? { username, password }
      : { decision: 'allow' };
    current = await visitor.follow(await visitor.submit(current, typed));
  }
  return current;
}

/** The client's answer, which must be one. */
export function answerAt(answer: Visited, uri = redirectUri): URLSearchParams {
  const location = answer.headers.location ?? '';
  assert.ok(location.startsWith(uri), `${answer.status} ${location || answer.text.slice(0, 2000)}`);
  const { search, hash } = new URL(location);
  return new URLSearchParams(hash === '' ? search : hash.slice(1));
}

export function codeIn(answer: Visited): string {
  const code = answerAt(answer).get('code');
  assert.ok(code, `${answer.headers.location}`);
  rememberSecret(code);
  return code;
}

const credentialsOf = ({ id, secret }: AttackedClient): Record<string, string> => ({
  client_id: id,
  ...(secret !== undefined && { client_secret: secret }),
});

/** Any call of the client to its token endpoint, or to the one at `path`. */
export async function askForTokens(
  server: { url: string },
  client: AttackedClient,
  fields: Record<string, string>,
  path: string = tokenPath(client),
): Promise<Answer> {
  const answer = await call(server, `POST ${path}`, { form: { ...credentialsOf(client), ...fields } });
  if (typeof answer.body?.user_code === 'string') rememberSecret(answer.body.user_code);
  return answer;
}

export async function redeem(
  server: { url: string },
  client: AttackedClient,
  code: string,
  changes: Record<string, string> = {},
): Promise<Answer> {
  const proof: Record<string, string> = client.dialect === 'usergrid' ? {} : { code_verifier: verifier };
  const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...proof, ...changes };
  return askForTokens(server, client, fields);
}

/** What a user of the client's realm lets it have, from the request to the tokens. */
export async function obtainTokens(
  server: { url: string },
  client: AttackedClient,
  account: Account,
): Promise<WireJson> {
  const code = codeIn(await authorize(new Visitor(server), client, account));
  const answer = await redeem(server, client, code);
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
}

export const refusal = ({ status, body }: Answer): string => `${status} ${body?.error ?? body?.errorCode}`;
