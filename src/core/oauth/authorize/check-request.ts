/** Goes through the steps: a request as it came in, one that may be acted on or a refusal out. */
import type { Client } from '../../clients/client.ts';
import { KeygridError } from '../../errors.ts';
import type { ResponseMode, ValidAuthorizationRequest } from '../authorization.ts';
import type { AuthorizationInput } from './authorization-service.ts';
import { dialectRules } from './dialect-rules.ts';
import { readRequestParameters } from './request-parameters.ts';
import type { Draft, Found, StepPorts, Target } from './step.ts';
import { countsFor, pageSteps, redirectSteps } from './steps.ts';

export type CheckedRequest =
  /** Shown on a page of our own: there is no address that it may be sent to. */
  | { kind: 'local_error'; error: KeygridError }
  /** `request` holds what of it could be read before the refusal; its client and redirect URI are sound. */
  | ({ kind: 'redirect_error'; error: KeygridError } & Readable)
  | ({ kind: 'valid' } & Readable);

interface Readable {
  request: ValidAuthorizationRequest;
  responseMode: ResponseMode;
  client: Client;
  /** The request forbids every page, whether or not it is sound. */
  silent: boolean;
}

type Received = Pick<AuthorizationInput, 'parameters' | 'dialect' | 'realm'>;

export async function checkRequest(input: Received, ports: StepPorts): Promise<CheckedRequest> {
  const parameters = readRequestParameters(input.parameters);
  const rules = dialectRules[input.dialect];
  const received = { parameters, rules, endpointRealm: input.realm };
  const target = await findTarget(received, ports);
  if (target instanceof KeygridError) return { kind: 'local_error', error: target };
  const { client } = target;

  let found = startOf(client, target, received);
  let error: KeygridError | undefined;
  try {
    for (const step of redirectSteps) {
      if (!countsFor(step, rules.dialect)) continue;
      found = { ...found, ...(await step.check({ ...received, client, found }, ports)) };
    }
  } catch (thrown) {
    error = requireRefusal(thrown);
  }

  const { responseMode, ...request } = found;
  const silent = rules.prompts.includes('none') && parameters.find('prompt')?.split(' ').includes('none');
  const readable: Readable = { request, responseMode, client, silent: silent === true };
  if (!error) return { kind: 'valid', ...readable };
  // What is not told on a redirect URI is told on a page.
  if (request.redirectUri === undefined) return { kind: 'local_error', error };
  return { kind: 'redirect_error', error, ...readable };
}

type ReceivedDraft = Pick<Draft, 'parameters' | 'rules' | 'endpointRealm'>;
type FoundTarget = Target & { client: Client };

async function findTarget(received: ReceivedDraft, ports: StepPorts): Promise<FoundTarget | KeygridError> {
  let target: Target = { client: undefined, redirectUri: undefined, redirectUriWasSent: false };
  try {
    for (const step of pageSteps) {
      if (!countsFor(step, received.rules.dialect)) continue;
      target = { ...target, ...(await step.check({ ...received, ...target }, ports)) };
    }
  } catch (thrown) {
    return requireRefusal(thrown);
  }
  return { ...target, client: target.client! };
}

/** Before the first step that looks at it, a request asks for nothing. */
const startOf = (client: Client, target: Target, { parameters, rules }: ReceivedDraft): Found => ({
  realm: client.realm,
  clientId: client.clientId,
  dialect: rules.dialect,
  responseType: 'code',
  responseMode: 'query',
  redirectUri: target.redirectUri,
  redirectUriWasSent: target.redirectUriWasSent,
  scopes: [],
  state: rules.echoesEmptyState ? parameters.verbatim('state') : parameters.verbatim('state') || undefined,
  nonce: undefined,
  codeChallenge: undefined,
  codeChallengeMethod: undefined,
  prompts: [],
  maxAge: undefined,
  loginHint: undefined,
  hintedUser: undefined,
});

const notRefusals: ReadonlySet<string> = new Set(['store_unavailable', 'overloaded', 'throttled']);

/** What is not the request's fault is not told to its client. */
function requireRefusal(thrown: unknown): KeygridError {
  if (thrown instanceof KeygridError && !notRefusals.has(thrown.code)) return thrown;
  throw thrown;
}
