/** `keygrid organization list`. */
import { type CommandResult, type Invocation, textOption } from '../command.ts';
import { renderMore, renderTable, renderTime } from '../output.ts';
import { readLimit } from '../paging.ts';
import { withKeygrid } from '../visit-keygrid.ts';

const usualLimit = 100;

export const run = (invocation: Invocation): Promise<CommandResult> =>
  withKeygrid(invocation, async ({ keygrid: { core } }) => {
    const limit = readLimit(invocation, usualLimit);
    const { items, cursor } = await core.tenancyStore.listOrganizations(
      limit,
      textOption(invocation, 'cursor'),
    );
    const rows = items.map(({ name, uuid, activated, created }) => [
      name,
      uuid,
      activated ? 'yes' : 'no',
      renderTime(created),
    ]);
    return {
      json: {
        organizations: items.map(({ name, uuid, activated, created }) => ({
          name,
          uuid,
          activated,
          created: new Date(created).toISOString(),
        })),
        cursor: cursor ?? null,
      },
      text: renderTable(['name', 'uuid', 'activated', 'created'], rows) + renderMore('--cursor', cursor),
    };
  });
