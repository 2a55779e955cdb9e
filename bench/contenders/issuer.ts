/** A whole authorization server (Keygrid, oidc-provider) in X1 to X7: signed in to over the wire, as a browser does. */
import { goThrough } from '../../test/standard/world.ts';
import { createPlainBrowser } from '../../test/support/plain-browser.ts';
import {
  authorizePath,
  authorizeRequest,
  documentRequest,
  exchangeForm,
  exchangeRequest,
  type IssuerClient,
  introspectionRequest,
  type RedirectStatus,
  refreshChains,
  userinfoRequest,
} from '../authorization.ts';
import type { BenchContext } from '../context.ts';
import { describeWrongAnswers, runLoad } from '../load.ts';
import type { ServerProcess } from '../processes.ts';
import { oneEach } from '../requests.ts';
import { auditIdTokens } from './audit-id-tokens.ts';
import { auditDistinctTokens, type Contender } from './contender.ts';

export interface Issuer {
  name: string;
  server: ServerProcess;
  client: IssuerClient;
  account: { username: string; password: string; email: string };
  paths: {
    authorize: string;
    token: string;
    introspection: string;
    userinfo: string;
    jwks: string;
    discovery: string;
  };
  /** Of an answer to GET that sends the browser back to the client. */
  redirectStatus: RedirectStatus;
  /** More than it ever redeems in a second. */
  codesPerSecond: number;
}

/** What makes a contender of an issuer for one item. */
export type IssuerPart = (issuer: Issuer, context: BenchContext) => Promise<Contender>;

interface SignedIn {
  cookie: string;
  code: string;
}

/** X1: the codes of a round are fetched before it, through a session of each connection. */
export const exchangeCodes: IssuerPart = async (issuer, context) => {
  const { server, client, paths } = issuer;
  const cookies = (await signInEach(issuer, context, 'openid')).map(({ cookie }) => cookie);
  let codes: string[] = [];
  return {
    ...{ name: issuer.name, server },
    prepareRound: async (seconds) => {
      codes = await fetchCodes(issuer, cookies, Math.ceil(issuer.codesPerSecond * seconds));
    },
    nextRequest: () => {
      const code = codes.pop();
      return code === undefined ? undefined : exchangeRequest(paths.token, client, code);
    },
    audit: async (lastBodies) => [
      ...auditDistinctTokens(lastBodies),
      ...auditIdTokens(lastBodies, await (await fetch(urlOf(issuer, paths.jwks))).text()),
    ],
  };
};

/** X2: without `openid`, so that it is the rotation that is measured and not a signature. */
export const refreshTokens: IssuerPart = async (issuer, context) => {
  const { server, client, paths } = issuer;
  const signedIn = await signInEach(issuer, context, 'offline_access', 'consent');
  const firstTokens: string[] = [];
  for (const { code } of signedIn) firstTokens.push((await redeem(issuer, code)).refresh_token ?? '');
  return {
    ...{ name: issuer.name, server, audit: async (bodies) => auditDistinctTokens(bodies) },
    nextRequest: refreshChains(paths.token, client, firstTokens),
  };
};

/** X3 */
export const introspectTokens: IssuerPart = async (issuer, context) => {
  const { server, client, paths } = issuer;
  const tokens = await accessTokens(issuer, context, 'openid profile email');
  const requests = tokens.map((token) => introspectionRequest(paths.introspection, client, token));
  return { ...{ name: issuer.name, server, nextRequest: oneEach(requests) }, audit: async () => [] };
};

/** X4 */
export const readUserinfo: IssuerPart = async (issuer, context) => {
  const { server, paths, account } = issuer;
  const tokens = await accessTokens(issuer, context, 'openid profile email');
  const requests = tokens.map((token) => userinfoRequest(paths.userinfo, token, account.email));
  return { ...{ name: issuer.name, server, nextRequest: oneEach(requests) }, audit: async () => [] };
};

/** X5 */
export const readKeys: IssuerPart = async ({ name, server, paths }) => {
  const request = documentRequest(paths.jwks, '"kty":"RSA"');
  return { ...{ name, server, nextRequest: oneEach([request]) }, audit: async () => [] };
};

/** X6 */
export const readMetadata: IssuerPart = async ({ name, server, paths }) => {
  const request = documentRequest(paths.discovery, '"token_endpoint":"');
  return { ...{ name, server, nextRequest: oneEach([request]) }, audit: async () => [] };
};

/** X7: a session of each connection, the consent remembered. */
export const authorizeAgain: IssuerPart = async (issuer, context) => {
  const { server } = issuer;
  const codes: string[] = [];
  const path = authorizePath(issuer.paths.authorize, issuer.client, 'openid');
  const requests = (await signInEach(issuer, context, 'openid')).map(({ cookie }, connection) =>
    authorizeRequest(path, cookie, issuer.redirectStatus, (code) => {
      codes[connection] = code;
    }),
  );
  return {
    ...{ name: issuer.name, server, nextRequest: oneEach(requests) },
    audit: async () => {
      const last = codes.splice(0);
      const problems = new Set(last).size === last.length ? [] : ['the same code was issued twice'];
      // A code that opens nothing would be issued quickly too. @throws Error, which fails the item
      await redeem(issuer, last[0] ?? '');
      return problems;
    },
  };
};

const urlOf = ({ server }: Issuer, path: string): string => `http://127.0.0.1:${server.port}${path}`;

async function signInEach(
  issuer: Issuer,
  { connections }: BenchContext,
  scope: string,
  prompt?: string,
): Promise<SignedIn[]> {
  const signedIn: SignedIn[] = [];
  for (let number = 0; number < connections; number++) signedIn.push(await signIn(issuer, scope, prompt));
  return signedIn;
}

/** In a browser of its own; allows the client what it asks for. */
async function signIn(issuer: Issuer, scope: string, prompt: string | undefined): Promise<SignedIn> {
  const browser = createPlainBrowser({ url: urlOf(issuer, '') });
  const path = authorizePath(issuer.paths.authorize, issuer.client, scope, prompt);
  const page = await goThrough(browser, issuer.account, await browser.open(path));
  const code = page.leavesTo?.searchParams.get('code');
  if (!code) throw new Error(`${issuer.name} gave no code: ${page.status} ${page.leavesTo} ${page.text}`);
  return { code, cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
}

async function accessTokens(issuer: Issuer, context: BenchContext, scope: string): Promise<string[]> {
  const tokens: string[] = [];
  for (const { code } of await signInEach(issuer, context, scope)) {
    tokens.push((await redeem(issuer, code)).access_token ?? '');
  }
  return tokens;
}

/** @throws Error when the code is refused */
async function redeem(issuer: Issuer, code: string): Promise<Record<string, string>> {
  const { id, secret } = issuer.client;
  const body = new URLSearchParams({ ...exchangeForm(code), client_id: id, client_secret: secret });
  const response = await fetch(urlOf(issuer, issuer.paths.token), { method: 'POST', body });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${issuer.name} refused a code: ${text}`);
  return JSON.parse(text) as Record<string, string>;
}

/** By the authorize journey, as quickly as it goes. @throws Error when an answer is wrong */
async function fetchCodes(issuer: Issuer, cookies: readonly string[], count: number): Promise<string[]> {
  const codes: string[] = [];
  const path = authorizePath(issuer.paths.authorize, issuer.client, 'openid');
  const requests = cookies.map((cookie) =>
    authorizeRequest(path, cookie, issuer.redirectStatus, (code) => codes.push(code)),
  );
  let asked = 0;
  const result = await runLoad({
    port: issuer.server.port,
    connections: cookies.length,
    seconds: 60,
    warmUpSeconds: 0,
    nextRequest: (connection) => (asked++ < count ? requests[connection] : undefined),
  });
  const problems = describeWrongAnswers(result);
  if (problems.length > 0) throw new Error(`${issuer.name} while it made codes: ${problems.join('; ')}`);
  return codes;
}
