/** Goes through the steps: a request as it came in, one that may be acted on or a refusal out. */
import type { Client } from '../../clients/client.ts';
import { KeygridError } from '../../errors.ts';
import type { ResponseMode, ValidAuthorizationRequest } from '../authorization.ts';
import type { AuthorizationInput } from './authorization-service.ts';
import { dialectRules } from './dialect-rules.ts';
import { readRequestParameters } from './request-parameters.ts';
import type { Described, Draft, Found, StepPorts, Target } from './step.ts';
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
  for (const step of redirectSteps) {
    if (!countsFor(step, rules.dialect)) continue;
    const outcome = await take(step, () => step.check({ ...received, client, found }, ports));
    if (outcome instanceof KeygridError) {
      error = outcome;
      break;
    }
    found = { ...found, ...outcome };
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
  for (const step of pageSteps) {
    if (!countsFor(step, received.rules.dialect)) continue;
    const outcome = await take(step, () => step.check({ ...received, ...target }, ports));
    if (outcome instanceof KeygridError) return outcome;
    target = { ...target, ...outcome };
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

/**
 * What the step found, or its refusal with the step and the source that it rests on, for `keygrid explain`. What is not
 * the request's fault is not told to its client, and thrown.
 */
async function take<Result>(
  { name, source }: Described,
  check: () => Result | Promise<Result>,
): Promise<Result | KeygridError> {
  try {
    return await check();
  } catch (thrown) {
    if (!(thrown instanceof KeygridError) || notRefusals.has(thrown.code)) throw thrown;
    const { code, message, cause, subject } = thrown;
    return new KeygridError(code, message, { cause, subject: { ...subject, step: name, source } });
  }
}
