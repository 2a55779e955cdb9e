/**
 * `keygrid client rotate`: a new secret. Of an organization's or application's own client the old one and its tokens
 * end, at a running server too; that of a registered client may go on for a while.
 */
import type { Core } from '../../core/core.ts';
import { clientFacts, clientJson } from '../client-output.ts';
import { type CommandResult, type Invocation, parameter, textOption } from '../command.ts';
import { renderFacts } from '../output.ts';
import { CommandProblem } from '../problem.ts';
import { requireClientOwner } from '../references.ts';
import { withKeygrid } from '../visit-keygrid.ts';

export const run = (invocation: Invocation): Promise<CommandResult> =>
  withKeygrid(invocation, async ({ keygrid: { core } }) => {
    const reference = parameter(invocation, 0);
    const oldSecretSeconds = readSeconds(invocation);
    const client = await core.clients.find(reference);
    if (client && !client.builtIn) return rotateRegistered(core, client.clientId, oldSecretSeconds ?? 0);
    if (oldSecretSeconds !== undefined) throw new CommandProblem('--keep-old is for registered clients.');
    return rotateOwn(core, reference);
  });

async function rotateOwn(core: Core, reference: string): Promise<CommandResult> {
  const { name, owner } = await requireClientOwner(core, reference);
  const { clientId, clientSecret } = await core.tenancy.regenerateCredentials(owner);
  return {
    json: { client: { owner: name, clientId, clientSecret } },
    text: renderFacts([
      ['client of', name],
      ['client id', clientId],
      ['client secret', clientSecret],
    ]),
  };
}

async function rotateRegistered(core: Core, id: string, oldSecretSeconds: number): Promise<CommandResult> {
  const { client, clientSecret } = await core.clientChangesAs(undefined).rotateSecret(id, {
    oldSecretSeconds,
  });
  return {
    json: { client: await clientJson(core, client, clientSecret) },
    text: await clientFacts(core, client, clientSecret),
  };
}

/** @throws CommandProblem */
function readSeconds(invocation: Invocation): number | undefined {
  const text = textOption(invocation, 'keepOld');
  if (text === undefined || /^\d{1,9}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new CommandProblem('--keep-old must be a whole number of seconds.');
}
