/** `keygrid client show`: the id, and the secret only on demand. */
import { type CommandResult, type Invocation, isSet, parameter } from '../command.ts';
import { renderFacts } from '../output.ts';
import { requireClientOwner } from '../references.ts';
import { withKeygrid } from '../visit-keygrid.ts';

export const run = (invocation: Invocation): Promise<CommandResult> =>
  withKeygrid(invocation, async ({ keygrid: { core } }) => {
    const { name, owner } = await requireClientOwner(core, parameter(invocation, 0));
    const { clientId, clientSecret } = core.tenancy.credentialsOf(owner);
    const reveal = isSet(invocation, 'reveal');
    return {
      json: { client: { owner: name, clientId, ...(reveal ? { clientSecret } : {}) } },
      text: renderFacts([
        ['client of', name],
        ['client id', clientId],
        ['client secret', reveal ? clientSecret : '(hidden; --reveal shows it)'],
      ]),
    };
  });
