/** Clients in the administration API: what is sent, and checked before anything else looks at it. */
import { Type } from 'typebox';

const optional = Type.Optional;
const uri = Type.String({ maxLength: 2000 });
const list = (description: string) => Type.Array(uri, { maxItems: 100, description });
const link = (description: string) => Type.Union([uri, Type.Null()], { description });
const choice = <const Values extends readonly string[]>(values: Values, description: string) =>
  Type.Unsafe<Values[number]>(Type.Enum([...values], { description }));

const seconds = optional(Type.Integer({ minimum: 10, description: 'Seconds' }));

export const grantTypes = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'password',
  'implicit',
  'urn:ietf:params:oauth:grant-type:device_code',
] as const;

const settings = {
  redirectUris: optional(list('Exact; for autodesk with * in path and query')),
  postLogoutRedirectUris: optional(list('Where a browser may go after logout')),
  grantTypes: optional(Type.Array(choice(grantTypes, 'Grant types'), { maxItems: grantTypes.length })),
  scopes: optional(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 100 })),
  lifetimes: optional(
    Type.Object(
      {
        accessToken: seconds,
        idToken: seconds,
        refreshTokenIdle: seconds,
        refreshTokenAbsolute: seconds,
        authorizationCode: seconds,
      },
      { additionalProperties: false, description: 'Those left out are the defaults' },
    ),
  ),
  implicitReturn: optional(choice(['query', 'fragment', 'both'], 'autodesk: where the token goes')),
  pkce: optional(choice(['required', 'exempt'], 'exempt: web clients only')),
  allowPlainPkce: optional(Type.Boolean()),
  consent: optional(choice(['ask', 'trusted'], 'trusted: users are not asked')),
  accessTokenFormat: optional(choice(['opaque', 'jwt'], 'Of access tokens')),
  logoUri: optional(link('Shown when users are asked')),
  policyUri: optional(link('Privacy policy')),
  termsUri: optional(link('Terms of service')),
  corsOrigins: optional(list('Origins of pages that may call the token endpoint')),
};

const name = Type.String({ minLength: 1, maxLength: 100 });

export const newClientBody = Type.Object(
  {
    name,
    type: choice(['web', 'native', 'service'], 'native is public: it gets no secret'),
    dialect: optional(choice(['standard', 'autodesk', 'usergrid'], 'standard when absent')),
    application: optional(
      Type.String({ description: 'Whose users sign in, by name or UUID; admin users when absent' }),
    ),
    ...settings,
  },
  { additionalProperties: false },
);

export const clientChangesBody = Type.Object(
  {
    name: optional(name),
    ...settings,
    disabled: optional(Type.Boolean({ description: 'true ends everything that the client holds' })),
  },
  { additionalProperties: false },
);

export const rotationBody = Type.Object(
  {
    oldSecretSeconds: optional(
      Type.Integer({ minimum: 0, maximum: 2_592_000, description: 'How long the old one goes on; a day' }),
    ),
  },
  { additionalProperties: false },
);

export const pageQuery = Type.Object({
  limit: optional(Type.Integer({ minimum: 1, maximum: 1000, description: '100 when absent' })),
  cursor: optional(Type.String({ description: 'As the page before gave it' })),
});
