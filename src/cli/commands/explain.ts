/** `keygrid explain`: why a request was refused, in plain words. */
import { errorCatalogue, isErrorCode } from '../../core/errors.ts';
import type { Refusal } from '../../core/explain.ts';
import { type RefusalRule, refusalRules } from '../../core/explain-rules.ts';
import { type CommandResult, type Invocation, parameter } from '../command.ts';
import { jsonTime, renderFacts, renderTime } from '../output.ts';
import { CommandProblem } from '../problem.ts';
import { withKeygrid } from '../visit-keygrid.ts';

export const run = (invocation: Invocation): Promise<CommandResult> =>
  withKeygrid(invocation, async ({ keygrid: { core } }) => {
    const requestId = parameter(invocation, 0);
    const refusal = await core.refusals.find(requestId);
    if (!refusal) {
      throw new CommandProblem(
        `Nothing is kept about a request ${requestId}: either it was not refused for its credentials or permissions, or that is long ago, or it was one of very many alike. What was refused just now can be explained after a second. The id is the x-request-id header of the answer.`,
      );
    }
    const rule =
      isErrorCode(refusal.code) || refusal.code === 'fault' ? refusalRules[refusal.code] : undefined;
    return {
      json: { refusal: { ...refusal, at: jsonTime(refusal.at), meaning: meaningOf(refusal), ...rule } },
      text: renderRefusal(refusal, rule),
    };
  });

const meaningOf = ({ code }: Refusal): string =>
  isErrorCode(code) ? errorCatalogue[code] : 'Something went wrong that nobody foresaw.';

/** Facts in the order that tells the story; whatever else was kept comes after them. */
const labels: Readonly<Record<string, string>> = {
  caller: 'caller',
  callerName: 'caller is',
  proven: 'identity proven',
  callerUuid: 'caller uuid',
  callerRealm: 'caller is of',
  callerRoles: 'roles of the caller',
  credentials: 'credentials sent',
  tokenId: 'token id',
  tokenIssued: 'token issued',
  tokenExpires: 'token expires',
  tokenClient: 'token was given to',
  tokenScopes: 'scopes of the token',
  grantType: 'grant type',
  signInTo: 'sign-in to',
  account: 'account',
  accountUuid: 'account uuid',
  application: 'application asked for',
  step: 'step of the request',
  source: 'which rests on',
  guard: 'needed',
  lookedFor: 'permission looked for',
  as: 'judged as',
  retryAfterSeconds: 'seconds to wait',
  cause: 'cause',
  error: 'error',
  address: 'address',
};

function renderRefusal(refusal: Refusal, rule: RefusalRule | undefined): string {
  const { requestId, at, method, path, status, description } = refusal;
  const known = renderFacts(factsOf(refusal)).replace(/^/gm, '  ');
  const why = [
    `Why: ${meaningOf(refusal)} (${refusal.code})`,
    ...(rule ? [`Rule: ${rule.rule} (${rule.source})`, `What to do: ${rule.remedy}`] : []),
  ];
  return [
    `Request ${requestId} was refused with ${status} at ${renderTime(at)}.`,
    `  ${method} ${path}\n  The caller was told: ${description}`,
    why.join('\n'),
    `What is known of it:\n${known}`,
  ].join('\n\n');
}

function factsOf({ facts }: Refusal): [string, string][] {
  const order = Object.keys(labels);
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return Object.keys(facts)
    .toSorted((one, other) => place(one) - place(other))
    .map((name) => [labels[name] ?? name, wordsFor(name, facts[name])]);
}

function wordsFor(name: string, value: unknown): string {
  if (name === 'guard') {
    return value === 'permission' ? 'a permission for the path' : 'to be an administrator of the application';
  }
  if (name !== 'caller' && name !== 'as') return String(value);
  return String(value).replace('_', ' ');
}
