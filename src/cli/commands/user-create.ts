/** `keygrid user create`: an account of the management realm, or of an application. */
import type { Core } from '../../core/core.ts';
import type { Properties } from '../../core/tenancy/tenancy.ts';
import { type ChosenPassword, choosePassword, passwordFact, shownPassword } from '../choose-password.ts';
import { type CommandResult, type Invocation, parameter, textOption } from '../command.ts';
import { renderFacts } from '../output.ts';
import { CommandProblem } from '../problem.ts';
import { nameOfApplication, requireApplication } from '../references.ts';
import { withKeygrid } from '../visit-keygrid.ts';

interface Named {
  username: string;
  email: string | undefined;
  name: string | undefined;
}

export function run(invocation: Invocation): Promise<CommandResult> {
  const application = textOption(invocation, 'application');
  const organization = textOption(invocation, 'organization');
  if (application !== undefined && organization !== undefined) {
    throw new CommandProblem(
      'Choose one: --organization makes an admin user a member, --application makes a user of an application.',
    );
  }
  return withKeygrid(invocation, async ({ keygrid: { core }, ports }) => {
    const named = readNames(invocation);
    const place = application === undefined ? undefined : await requireApplication(core, application);
    if (!place) {
      return createAdminUser(core, named, organization, () => choosePassword(invocation, ports));
    }
    const chosen = await choosePassword(invocation, ports);
    const sent: Properties = { ...given(named), password: chosen.password };
    const user = await core.applicationAccounts.create(place, sent, { administrator: true });
    const activated = (JSON.parse(user.body) as Properties).activated !== false;
    return describe(named, chosen, { uuid: user.uuid, application: nameOfApplication(place) }, activated);
  });
}

async function createAdminUser(
  core: Core,
  named: Named,
  organizationReference: string | undefined,
  choose: () => Promise<ChosenPassword>,
): Promise<CommandResult> {
  const { email } = named;
  if (email === undefined) {
    throw new CommandProblem(
      'An admin user needs an email address: add --email, or use one as the username.',
    );
  }
  const organization =
    organizationReference === undefined
      ? undefined
      : await core.tenancy.requireOrganization(organizationReference);
  const chosen = await choose();
  const user = await core.adminAccounts.create({ ...given(named), password: chosen.password });
  if (organization) await core.members.enroll(organization, user);
  const place = { uuid: user.uuid, organization: organization?.name };
  return describe(named, chosen, place, user.activated && user.confirmed);
}

function readNames(invocation: Invocation): Named {
  const username = parameter(invocation, 0);
  const email = textOption(invocation, 'email') ?? (username.includes('@') ? username : undefined);
  return { username, email, name: textOption(invocation, 'name') };
}

/** What was not said must not be sent as such. */
const given = (named: Named): Properties =>
  Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));

function describe(
  { username, email }: Named,
  chosen: ChosenPassword,
  place: { uuid: string; organization?: string | undefined; application?: string },
  canSignIn: boolean,
): CommandResult {
  const { uuid, organization, application } = place;
  const kind = application === undefined ? 'admin_user' : 'application_user';
  const facts: (readonly [string, string])[] = [
    [application === undefined ? 'admin user' : 'application user', username],
    ['uuid', uuid],
    ['email', email ?? 'none'],
    ...(organization === undefined ? [] : [['organization', organization] as const]),
    ...(application === undefined ? [] : [['application', application] as const]),
    ...passwordFact(chosen),
    ['can sign in', canSignIn ? 'yes' : 'not yet: a confirmation or approval was asked for by mail'],
  ];
  return {
    json: {
      user: {
        kind,
        username,
        uuid,
        email,
        organization,
        application,
        canSignIn,
        password: shownPassword(chosen),
      },
    },
    text: renderFacts(facts),
  };
}
