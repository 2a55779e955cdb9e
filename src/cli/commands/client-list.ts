/** `keygrid client list`: the registered clients of an organization, in order of client id. */
import { clientJson, realmName } from '../client-output.ts';
import { type CommandResult, type Invocation, parameter, textOption } from '../command.ts';
import { renderMore, renderTable } from '../output.ts';
import { readLimit } from '../paging.ts';
import { withKeygrid } from '../visit-keygrid.ts';

const usualLimit = 100;

export const run = (invocation: Invocation): Promise<CommandResult> =>
  withKeygrid(invocation, async ({ keygrid: { core } }) => {
    const { uuid } = await core.tenancy.requireOrganization(parameter(invocation, 0));
    const limit = readLimit(invocation, usualLimit);
    const { items, cursor } = await core.clients.list(uuid, limit, textOption(invocation, 'cursor'));
    const rows = await Promise.all(
      items.map(async (client) => [
        client.clientId,
        client.name,
        client.type,
        client.dialect,
        await realmName(core, client),
        client.disabled ? 'yes' : 'no',
      ]),
    );
    const clients = await Promise.all(items.map((client) => clientJson(core, client)));
    const head = ['client id', 'name', 'type', 'dialect', 'users of', 'disabled'];
    return {
      json: { clients, cursor: cursor ?? null },
      text: renderTable(head, rows) + renderMore('--cursor', cursor),
    };
  });
