/** What a client may be: every rule between its properties, with the name of the property that breaks it. */
import { KeygridError } from '../errors.ts';
import { isScopeName } from '../oauth/scope.ts';
import type { Client, ClientLifetimes } from './client.ts';
import { lifetimeBounds, possibleGrantTypes } from './client-defaults.ts';
import { parseHttpUri, requireRegistrableRedirectUri } from './redirect-uri.ts';

export interface ClientProblem {
  property: keyof Client;
  problem: string;
}

const longestList = 100;
const longestName = 100;
/** Those of the direction of text too, which would turn around what a page says behind the name. */
const controlCharacter = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

/** Every rule looks at one property, in the light of the others. */
const rules: readonly ((client: Client) => ClientProblem[])[] = [
  checkName,
  checkListLengths,
  checkRedirectUris,
  checkPostLogoutRedirectUris,
  checkGrantTypes,
  checkScopes,
  checkLifetimes,
  checkImplicitReturn,
  checkPkce,
  checkConsent,
  checkLinks,
  checkOrigins,
];

export const findClientProblems = (client: Client): ClientProblem[] => rules.flatMap((rule) => rule(client));

/**
 * Names every problem at once; `subject.property` is the first one's.
 * @throws KeygridError `invalid_redirect_uri`, `invalid_client_metadata`
 */
export function requireSoundClient(client: Client): void {
  const problems = findClientProblems(client);
  const [first] = problems;
  if (!first) return;
  const code = problems.every(({ property }) => property === 'redirectUris')
    ? 'invalid_redirect_uri'
    : 'invalid_client_metadata';
  const description = problems.map(({ property, problem }) => `${property}: ${problem}`).join('; ');
  throw new KeygridError(code, description, { subject: { property: first.property } });
}

const problemIf = (wrong: boolean, property: keyof Client, problem: string): ClientProblem[] =>
  wrong ? [{ property, problem }] : [];

function checkName({ name }: Client): ClientProblem[] {
  const wrong = name.trim() === '' || name.length > longestName || controlCharacter.test(name);
  return problemIf(
    wrong,
    'name',
    `must have 1 to ${longestName} characters, none of them a control character`,
  );
}

function checkListLengths(client: Client): ClientProblem[] {
  const lists = ['redirectUris', 'postLogoutRedirectUris', 'grantTypes', 'scopes', 'corsOrigins'] as const;
  return lists.flatMap((property) => [
    ...problemIf(client[property].length > longestList, property, `has more than ${longestList} entries`),
    ...problemIf(new Set(client[property]).size < client[property].length, property, 'names one twice'),
  ]);
}

function checkRedirectUris(client: Client): ClientProblem[] {
  const { redirectUris, grantTypes, type, builtIn } = client;
  const comesBack = grantTypes.includes('authorization_code') || grantTypes.includes('implicit');
  return [
    ...problemIf(
      comesBack && redirectUris.length === 0 && !builtIn,
      'redirectUris',
      'needs one where a user comes back to',
    ),
    ...problemIf(type === 'service' && redirectUris.length > 0, 'redirectUris', 'a service client has none'),
    ...checkUris(client, 'redirectUris'),
  ];
}

function checkPostLogoutRedirectUris(client: Client): ClientProblem[] {
  const { postLogoutRedirectUris } = client;
  const pattern = postLogoutRedirectUris.find((uri) => uri.includes('*'));
  return [
    ...problemIf(pattern !== undefined, 'postLogoutRedirectUris', `${pattern}: must not have a "*"`),
    ...checkUris(client, 'postLogoutRedirectUris'),
  ];
}

function checkUris(client: Client, property: 'redirectUris' | 'postLogoutRedirectUris'): ClientProblem[] {
  return client[property].flatMap((uri) => {
    try {
      requireRegistrableRedirectUri(uri, client);
      return [];
    } catch (error) {
      if (!(error instanceof KeygridError)) throw error;
      return [{ property, problem: `${uri}: ${error.message}` }];
    }
  });
}

function checkGrantTypes({ grantTypes, type, consent }: Client): ClientProblem[] {
  const impossible = grantTypes.filter((grantType) => !possibleGrantTypes[type].includes(grantType));
  const onlyRefresh = grantTypes.length === 1 && grantTypes[0] === 'refresh_token';
  return [
    ...problemIf(grantTypes.length === 0, 'grantTypes', 'must name at least one'),
    ...problemIf(
      grantTypes.includes('password') && consent !== 'trusted',
      'grantTypes',
      'password is for first-party clients: consent must be trusted (S093)',
    ),
    ...problemIf(onlyRefresh, 'grantTypes', 'refresh_token needs a grant that gives a refresh token'),
    ...problemIf(impossible.length > 0, 'grantTypes', `not for a ${type} client: ${impossible.join(', ')}`),
  ];
}

function checkScopes({ scopes }: Client): ClientProblem[] {
  return problemIf(!scopes.every(isScopeName), 'scopes', 'has a name that is no scope (RFC 6749 §3.3)');
}

function checkLifetimes({ lifetimes }: Client): ClientProblem[] {
  const problems: ClientProblem[] = [];
  for (const [name, { least, most }] of Object.entries(lifetimeBounds)) {
    const seconds = lifetimes[name as keyof ClientLifetimes];
    const wrong =
      seconds !== undefined && !(Number.isInteger(seconds) && seconds >= least && seconds <= most);
    problems.push(...problemIf(wrong, 'lifetimes', `${name} must be ${least} to ${most} seconds`));
  }
  return problems;
}

function checkImplicitReturn({ implicitReturn, dialect }: Client): ClientProblem[] {
  const wrong = dialect !== 'autodesk' && implicitReturn !== 'fragment';
  return problemIf(wrong, 'implicitReturn', 'must be fragment outside the autodesk dialect');
}

function checkPkce({ pkce, type }: Client): ClientProblem[] {
  return problemIf(pkce === 'exempt' && type !== 'web', 'pkce', 'only a web client can be exempt (S016)');
}

/** S049: who comes back to such an address cannot be known, so that the user must always be asked. */
function checkConsent({ consent, redirectUris }: Client): ClientProblem[] {
  const wrong = consent === 'trusted' && redirectUris.some((uri) => isClaimable(uri));
  return problemIf(wrong, 'consent', 'cannot be trusted with a loopback or own-scheme redirect URI (S049)');
}

/** Whether any program on the user's machine could receive what is sent there. */
export function isClaimable(redirectUri: string): boolean {
  const host = parseHttpUri(redirectUri)?.host;
  return host === undefined || ['127.0.0.1', '[::1]', 'localhost'].includes(host.toLowerCase());
}

function checkLinks(client: Client): ClientProblem[] {
  return (['logoUri', 'policyUri', 'termsUri'] as const).flatMap((property) => {
    const link = client[property];
    const wrong = link !== undefined && !(/^https?:\/\/[!-~]{1,2000}$/.test(link) && URL.canParse(link));
    return problemIf(wrong, property, 'must be an http or https URL (S053)');
  });
}

function checkOrigins({ corsOrigins }: Client): ClientProblem[] {
  const wrong = corsOrigins.filter(
    (origin) => !(parseHttpUri(origin) && URL.canParse(origin) && new URL(origin).origin === origin),
  );
  return problemIf(
    wrong.length > 0,
    'corsOrigins',
    `must be origins as browsers write them, not ${wrong.join(', ')}`,
  );
}
