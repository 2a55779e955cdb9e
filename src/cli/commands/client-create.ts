/** `keygrid client create`: registers an OAuth client of an organization, for its users or for admin users. */
import type { ClientDialect, ClientType } from '../../core/clients/client.ts';
import { managementRealmKey } from '../../core/tenancy/tenancy.ts';
import { clientFacts, clientJson } from '../client-output.ts';
import { readClientSettings, readWord } from '../client-settings.ts';
import { type CommandResult, type Invocation, parameter, textOption } from '../command.ts';
import { requireClientOwner } from '../references.ts';
import { withKeygrid } from '../visit-keygrid.ts';

const types: readonly ClientType[] = ['web', 'native', 'service'];
const dialects: readonly ClientDialect[] = ['standard', 'autodesk', 'usergrid'];

export const run = (invocation: Invocation): Promise<CommandResult> =>
  withKeygrid(invocation, async ({ keygrid: { core } }) => {
    const settings = readClientSettings(invocation);
    const type = readWord(invocation, 'type', types) ?? 'web';
    const dialect = readWord(invocation, 'dialect', dialects) ?? 'standard';
    const { name: ownerName, owner } = await requireClientOwner(core, parameter(invocation, 0));
    const [realm, organizationUuid] =
      'key' in owner ? [owner.key, owner.organizationUuid] : [managementRealmKey, owner.uuid];
    const name = textOption(invocation, 'name') ?? ownerName;
    const foundation = { name, type, dialect, realm, organizationUuid };
    const { client, clientSecret } = await core.clientChangesAs(undefined).register(foundation, settings);
    return {
      json: { client: await clientJson(core, client, clientSecret) },
      text: await clientFacts(core, client, clientSecret),
    };
  });
