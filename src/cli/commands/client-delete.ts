/** `keygrid client delete`: ends the client and everything that it holds, at a running server too. */
import { type CommandResult, type Invocation, parameter } from '../command.ts';
import { withKeygrid } from '../visit-keygrid.ts';

export const run = (invocation: Invocation): Promise<CommandResult> =>
  withKeygrid(invocation, async ({ keygrid: { core } }) => {
    const clientId = parameter(invocation, 0);
    await core.clientChangesAs(undefined).delete(clientId);
    return { json: { deleted: clientId }, text: `Deleted ${clientId}, and ended everything that it held.` };
  });
