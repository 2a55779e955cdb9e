/** `keygrid organization create`: a tenant, its client and its sandbox. */
import { type CommandResult, type Invocation, parameter, textOption } from '../command.ts';
import { renderFacts } from '../output.ts';
import { withKeygrid } from '../visit-keygrid.ts';

export const run = (invocation: Invocation): Promise<CommandResult> =>
  withKeygrid(invocation, async ({ keygrid: { core } }) => {
    const ownerReference = textOption(invocation, 'owner');
    const owner = ownerReference === undefined ? undefined : await core.adminAccounts.require(ownerReference);
    const sandbox = invocation.options.sandbox !== false;
    const organization = await core.tenancy.createOrganization(parameter(invocation, 0), {}, owner?.uuid, {
      sandbox,
      activated: true,
    });
    const { name, uuid } = organization;
    const { clientId } = core.tenancy.credentialsOf(organization);
    const applications = sandbox ? ['sandbox'] : [];
    return {
      json: { organization: { name, uuid, owner: owner?.username ?? null, applications, clientId } },
      text: renderFacts([
        ['organization', name],
        ['uuid', uuid],
        ['owner', owner?.username ?? 'none: only the superuser manages it'],
        ['applications', applications.join(', ') || 'none'],
        ['client id', `${clientId} (its secret: keygrid client show ${name} --reveal)`],
      ]),
    };
  });
