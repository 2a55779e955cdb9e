/** `keygrid client rotate`: a new secret; the old one and its tokens end, at a running server too. */
import { type CommandResult, type Invocation, parameter } from '../command.ts';
import { renderFacts } from '../output.ts';
import { requireClientOwner } from '../references.ts';
import { withKeygrid } from '../visit-keygrid.ts';

export const run = (invocation: Invocation): Promise<CommandResult> =>
  withKeygrid(invocation, async ({ keygrid: { core } }) => {
    const { name, owner } = await requireClientOwner(core, parameter(invocation, 0));
    const { clientId, clientSecret } = await core.tenancy.regenerateCredentials(owner);
    return {
      json: { client: { owner: name, clientId, clientSecret } },
      text: renderFacts([
        ['client of', name],
        ['client id', clientId],
        ['client secret', clientSecret],
      ]),
    };
  });
