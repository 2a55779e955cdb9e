/** `keygrid application create`. */
import { type CommandResult, type Invocation, parameter } from '../command.ts';
import { renderFacts } from '../output.ts';
import { nameOfApplication, splitApplication } from '../references.ts';
import { withKeygrid } from '../visit-keygrid.ts';

export const run = (invocation: Invocation): Promise<CommandResult> =>
  withKeygrid(invocation, async ({ keygrid: { core } }) => {
    const reference = splitApplication(parameter(invocation, 0));
    const organization = await core.tenancy.requireOrganization(reference.organization);
    const application = await core.tenancy.createApplication(organization, reference.application);
    const name = nameOfApplication(application);
    const { clientId } = core.tenancy.credentialsOf(application);
    return {
      json: { application: { name, uuid: application.uuid, clientId } },
      text: renderFacts([
        ['application', name],
        ['uuid', application.uuid],
        ['client id', `${clientId} (its secret: keygrid client show ${name} --reveal)`],
      ]),
    };
  });
