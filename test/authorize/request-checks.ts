/** Authorization requests against clients in memory: what the steps make of them. */
import assert from 'node:assert/strict';
import type { Client } from '../../src/core/clients/client.ts';
import { clientDefaults } from '../../src/core/clients/client-defaults.ts';
import type {
  AuthorizationDialect,
  RawParameters,
} from '../../src/core/oauth/authorize/authorization-service.ts';
import { type CheckedRequest, checkRequest } from '../../src/core/oauth/authorize/check-request.ts';
import type { StepPorts } from '../../src/core/oauth/authorize/step.ts';

export const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
export const registeredUri = 'https://app.example/cb';
export const realm = 7;

export function clientOf(parts: Partial<Client> = {}): Client {
  const { dialect = 'standard', type = 'web' } = parts;
  return {
    ...clientDefaults(type, dialect),
    ...{ clientId: 'app', name: 'App', type, dialect, realm, organizationUuid: 'o', secrets: [] },
    redirectUris: [registeredUri],
    ...{ disabled: false, builtIn: false, created: 0, modified: 0 },
    ...parts,
  };
}

export const hintedUser = '11111111-1111-1111-8111-111111111111';
export const portsFor = (client: Client): StepPorts => ({
  findClient: async (clientId) => (clientId === client.clientId ? client : undefined),
  idTokenHints: {
    read: async (_realm, _dialect, text) =>
      text === 'genuine' ? { user: hintedUser, clientId: 'app', session: undefined } : undefined,
  },
});

export const soundParameters = {
  client_id: 'app',
  redirect_uri: registeredUri,
  response_type: 'code',
  scope: 'openid',
  state: 'xyz',
  code_challenge: challenge,
  code_challenge_method: 'S256',
};

type Given = Record<string, string | string[] | undefined>;

/** The sound request, changed: undefined leaves a parameter out, a list repeats it. */
export function raw(changes: Given = {}): RawParameters {
  return Object.entries({ ...soundParameters, ...changes }).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((each) => [name, each] as const),
  );
}

export const check = (
  changes: Given = {},
  client = clientOf(),
  dialect: AuthorizationDialect = 'standard',
): Promise<CheckedRequest> => checkRequest({ parameters: raw(changes), dialect, realm }, portsFor(client));

export async function valid(...given: Parameters<typeof check>) {
  const checked = await check(...given);
  assert.equal(checked.kind, 'valid', checked.kind === 'valid' ? '' : checked.error.message);
  return checked as Extract<CheckedRequest, { kind: 'valid' }>;
}

export async function isLocal(code: string, ...given: Parameters<typeof check>): Promise<void> {
  const checked = await check(...given);
  assert.equal(checked.kind, 'local_error');
  if (checked.kind === 'local_error') assert.equal(checked.error.code, code);
}

export async function isTold(code: string, ...given: Parameters<typeof check>) {
  const checked = await check(...given);
  assert.equal(checked.kind, 'redirect_error');
  if (checked.kind !== 'redirect_error') throw new Error('unreachable');
  assert.equal(checked.error.code, code);
  return checked;
}

export const autodesk = (parts: Partial<Client> = {}): Client => clientOf({ dialect: 'autodesk', ...parts });
export const implicit = (parts: Partial<Client> = {}): Client =>
  clientOf({ grantTypes: ['authorization_code', 'implicit'], ...parts });
