/** `keygrid token inspect`: whose a token is, and whether it is good or why not. The token is not printed. */

import type { Core } from '../../core/core.ts';
import { type ErrorCode, errorCatalogue, KeygridError } from '../../core/errors.ts';
import type { AccessToken, Delegation } from '../../core/identity/principal.ts';
import type { CommandResult, Invocation } from '../command.ts';
import { jsonTime, renderFacts, renderTime } from '../output.ts';
import { readInput } from '../read-input.ts';
import { withKeygrid } from '../visit-keygrid.ts';

export async function run(invocation: Invocation): Promise<CommandResult> {
  const text = (invocation.parameters[0] ?? (await readInput('the token'))).trim();
  return withKeygrid(invocation, ({ keygrid: { core } }) => inspect(core, text));
}

async function inspect({ tokens, principalNames }: Core, text: string): Promise<CommandResult> {
  const { token, problem } = await judge(tokens, text);
  const judgement = { valid: problem === undefined, problem: problem ?? null };
  const verdict = problem === undefined ? 'yes' : `no: ${errorCatalogue[problem]} (${problem})`;
  const exitCode = problem === undefined ? 0 : 1;
  if (!token) return { json: { token: judgement }, text: renderFacts([['valid', verdict]]), exitCode };
  const { id, principal, issuedAt, expiresAt, delegation } = token;
  const name = (await principalNames.principal(principal)) ?? null;
  const realm = (await principalNames.realm(principal.realm)) ?? null;
  return {
    exitCode,
    json: {
      token: {
        ...judgement,
        id,
        principal: { kind: principal.kind, name, uuid: principal.uuid, realm },
        issued: jsonTime(issuedAt),
        expires: jsonTime(expiresAt),
        givenTo: delegation ? { clientId: delegation.clientId, scopes: delegation.scopes } : null,
      },
    },
    text: renderFacts([
      ['valid', verdict],
      ['token id', id],
      ['speaks for', principal.kind.replace('_', ' ')],
      ['name', name ?? '(gone)'],
      ['uuid', principal.uuid],
      ['realm', realm ?? '(gone)'],
      ['issued', renderTime(issuedAt)],
      ['expires', renderTime(expiresAt)],
      ...(delegation ? renderDelegation(delegation) : []),
    ]),
  };
}

const renderDelegation = ({ clientId, scopes }: Delegation): [string, string][] => [
  ['given to', clientId],
  ['scopes', scopes.join(' ') || 'none'],
];

async function judge(
  tokens: Core['tokens'],
  text: string,
): Promise<{ token: AccessToken | undefined; problem?: ErrorCode }> {
  try {
    return { token: await tokens.check(text) };
  } catch (error) {
    if (error instanceof KeygridError) return { token: tokens.read(text), problem: error.code };
    throw error;
  }
}
