/** `keygrid application list`: of an organization in order of name, or of all in order of age. */
import type { Core } from '../../core/core.ts';
import type { Application, Page } from '../../core/tenancy/tenancy.ts';
import { type CommandResult, type Invocation, isSet, textOption } from '../command.ts';
import { jsonTime, renderMore, renderTable, renderTime } from '../output.ts';
import { pageOf, readLimit } from '../paging.ts';
import { nameOfApplication } from '../references.ts';
import { withKeygrid } from '../visit-keygrid.ts';

const usualLimit = 100;

export const run = (invocation: Invocation): Promise<CommandResult> =>
  withKeygrid(invocation, async ({ keygrid: { core } }) => {
    const { items, cursor } = await findPage(core, invocation);
    const rows = items.map((application) => [
      nameOfApplication(application),
      application.uuid,
      renderTime(application.created),
    ]);
    return {
      json: {
        applications: items.map((application) => ({
          name: nameOfApplication(application),
          uuid: application.uuid,
          created: jsonTime(application.created),
          deleted: application.deletedAt === undefined ? null : jsonTime(application.deletedAt),
        })),
        cursor: cursor ?? null,
      },
      text: renderTable(['name', 'uuid', 'created'], rows) + renderMore('--cursor', cursor),
    };
  });

async function findPage({ tenancy, tenancyStore }: Core, invocation: Invocation): Promise<Page<Application>> {
  const limit = readLimit(invocation, usualLimit);
  const cursor = textOption(invocation, 'cursor');
  const deleted = isSet(invocation, 'deleted');
  const [reference] = invocation.parameters;
  if (reference === undefined) return tenancyStore.listAllApplications(deleted, limit, cursor);
  const { uuid } = await tenancy.requireOrganization(reference);
  const all = await tenancyStore.listApplications(uuid, deleted);
  return pageOf(all, ({ name }) => name, { limit, cursor });
}
