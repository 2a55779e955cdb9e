/** `keygrid superuser reset-password`: the way back in, without a server and without the old password. */
import type { Core } from '../../core/core.ts';
import type { AdminUser } from '../../core/identity/accounts.ts';
import { ensureSuperuser } from '../../main/superuser.ts';
import { choosePassword, passwordFact, shownPassword } from '../choose-password.ts';
import { type CommandResult, type Invocation, textOption } from '../command.ts';
import { findSuperuser } from '../find-superuser.ts';
import { renderFacts } from '../output.ts';
import { CommandProblem } from '../problem.ts';
import { withKeygrid } from '../visit-keygrid.ts';

export const run = (invocation: Invocation): Promise<CommandResult> =>
  withKeygrid(invocation, async ({ keygrid, ports }) => {
    const { core } = keygrid;
    const wanted = textOption(invocation, 'username');
    const user = await findSuperuser(core.adminUserStore, wanted);
    if (!user && (wanted !== undefined || (await core.adminUserStore.hasSuperuser()))) {
      throw new CommandProblem(
        `There is no superuser${wanted === undefined ? '' : ` of the name ${wanted}`}.`,
      );
    }
    const chosen = await choosePassword(invocation, ports);
    const username = user
      ? await resetPassword(core, user, chosen.password)
      : (await ensureSuperuser(keygrid, chosen.password, ports))?.username;
    const done = user ? 'has a new password; every token and sign-in from before has ended' : 'was made';
    return {
      json: { superuser: { username, created: !user, password: shownPassword(chosen) } },
      text: `${renderFacts([['superuser', username ?? ''], ...passwordFact(chosen)])}\n\nThe account ${done}.`,
    };
  });

async function resetPassword(core: Core, user: AdminUser, newPassword: string): Promise<string> {
  const how = { privileged: true, address: 'command line' };
  await core.adminAccounts.changePassword(user.uuid, { newPassword }, how);
  const usable = { ...user, activated: true, confirmed: true, disabled: false };
  const isUsable = user.activated && user.confirmed && !user.disabled;
  if (!isUsable) await core.adminUserStore.update(usable);
  return user.username;
}
