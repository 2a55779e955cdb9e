/** `keygrid client update`: changes what is named of a registered client, or suspends it. */
import { clientFacts, clientJson } from '../client-output.ts';
import { readClientSettings, readWord } from '../client-settings.ts';
import { type CommandResult, type Invocation, parameter, textOption } from '../command.ts';
import { CommandProblem } from '../problem.ts';
import { withKeygrid } from '../visit-keygrid.ts';

export const run = (invocation: Invocation): Promise<CommandResult> =>
  withKeygrid(invocation, async ({ keygrid: { core } }) => {
    const clientId = parameter(invocation, 0);
    const name = textOption(invocation, 'name');
    const settings = { ...readClientSettings(invocation), ...(name !== undefined && { name }) };
    const disabled = readWord(invocation, 'disabled', ['yes', 'no'] as const);
    if (Object.keys(settings).length === 0 && disabled === undefined) {
      throw new CommandProblem('Nothing to change was named: add --help to see what can be.');
    }
    const changes = core.clientChangesAs(undefined);
    if (Object.keys(settings).length > 0) await changes.update(clientId, settings);
    if (disabled !== undefined) await changes.setDisabled(clientId, disabled === 'yes');
    const client = await core.clients.require(clientId);
    return { json: { client: await clientJson(core, client) }, text: await clientFacts(core, client) };
  });
