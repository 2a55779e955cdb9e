/** What a client is when nothing else was said: by type and dialect. design.md 3; aps-auth.md 2; oauth-standards.md 0. */
import { autodeskSupportedScopes } from '../oauth/scope-catalogue.ts';
import type { Client, ClientDialect, ClientLifetimes, ClientType, GrantType } from './client.ts';

export const deviceCodeGrantType = 'urn:ietf:params:oauth:grant-type:device_code';

/** Which grants a type may have at all: public clients none of their own, services no users' (S090, aps-auth.md 2.1). */
export const possibleGrantTypes: Readonly<Record<ClientType, readonly GrantType[]>> = {
  web: [
    'authorization_code',
    'refresh_token',
    'client_credentials',
    'password',
    'implicit',
    deviceCodeGrantType,
  ],
  native: ['authorization_code', 'refresh_token', 'password', 'implicit', deviceCodeGrantType],
  service: ['client_credentials'],
};

const defaultGrantTypes: Readonly<Record<ClientDialect, Readonly<Record<ClientType, readonly GrantType[]>>>> =
  {
    standard: {
      web: ['authorization_code', 'refresh_token'],
      native: ['authorization_code', 'refresh_token'],
      service: ['client_credentials'],
    },
    autodesk: {
      web: ['authorization_code', 'refresh_token', 'client_credentials', 'implicit'],
      native: ['authorization_code', 'refresh_token', 'implicit'],
      service: ['client_credentials'],
    },
    usergrid: {
      web: ['authorization_code', 'refresh_token', 'client_credentials', 'implicit'],
      native: ['authorization_code', 'refresh_token', 'implicit'],
      service: ['client_credentials'],
    },
  };

const userScopes = ['openid', 'profile', 'email', 'offline_access'];
const dataScopes = ['data:read', 'data:create', 'data:write', 'data:search'];

const defaultScopes: Readonly<Record<ClientDialect, readonly string[]>> = {
  standard: userScopes,
  // aps-auth.md 4: offline_access is taken and has no effect.
  autodesk: [...autodeskSupportedScopes, 'offline_access'],
  usergrid: [...userScopes, ...dataScopes],
};

/** What an administrator may choose, and a client has a default for. */
export type ClientChoices = Pick<
  Client,
  | 'redirectUris'
  | 'postLogoutRedirectUris'
  | 'grantTypes'
  | 'scopes'
  | 'lifetimes'
  | 'implicitReturn'
  | 'pkce'
  | 'allowPlainPkce'
  | 'consent'
  | 'accessTokenFormat'
  | 'logoUri'
  | 'policyUri'
  | 'termsUri'
  | 'corsOrigins'
>;

export function clientDefaults(type: ClientType, dialect: ClientDialect): ClientChoices {
  return {
    redirectUris: [],
    postLogoutRedirectUris: [],
    grantTypes: [...defaultGrantTypes[dialect][type]],
    scopes: type === 'service' && dialect === 'standard' ? [] : [...defaultScopes[dialect]],
    lifetimes: {},
    implicitReturn: dialect === 'autodesk' ? 'query' : 'fragment',
    pkce: type === 'web' && dialect !== 'standard' ? 'exempt' : 'required',
    allowPlainPkce: false,
    consent: 'ask',
    accessTokenFormat: dialect === 'autodesk' ? 'jwt' : 'opaque',
    logoUri: undefined,
    policyUri: undefined,
    termsUri: undefined,
    corsOrigins: [],
  };
}

const day = 86_400;
/** aps-auth.md 3.2, rule 4: fifteen days from each refresh, and no end to refreshing. */
const practicallyEndless = 3650 * day;

/** Seconds. */
export const clientLifetimes: Readonly<Record<ClientDialect, Required<ClientLifetimes>>> = {
  standard: {
    accessToken: 3600,
    idToken: 900,
    refreshTokenIdle: 14 * day,
    refreshTokenAbsolute: 90 * day,
    authorizationCode: 60,
  },
  usergrid: {
    accessToken: 3600,
    idToken: 900,
    refreshTokenIdle: 14 * day,
    refreshTokenAbsolute: 90 * day,
    authorizationCode: 60,
  },
  autodesk: {
    accessToken: 3599,
    idToken: 3600,
    refreshTokenIdle: 15 * day,
    refreshTokenAbsolute: practicallyEndless,
    authorizationCode: 300,
  },
};

/** Seconds. */
export const lifetimesOf = (client: Pick<Client, 'dialect' | 'lifetimes'>): Required<ClientLifetimes> => ({
  ...clientLifetimes[client.dialect],
  ...client.lifetimes,
});

/** Seconds: what may be set. Codes as RFC 6749 §4.1.2 bounds them. */
export const lifetimeBounds: Readonly<Record<keyof ClientLifetimes, { least: number; most: number }>> = {
  accessToken: { least: 30, most: 7 * day },
  idToken: { least: 30, most: 7 * day },
  refreshTokenIdle: { least: 60, most: practicallyEndless },
  refreshTokenAbsolute: { least: 60, most: practicallyEndless },
  authorizationCode: { least: 10, most: 600 },
};
