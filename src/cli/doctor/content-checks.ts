/** What the core sees: the superuser, and times that cannot be. */
import type { Core } from '../../core/core.ts';
import type { Storage } from '../../storage/storage.ts';
import { findSuperuser } from '../find-superuser.ts';
import { renderTime } from '../output.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

export async function checkSuperuser({ adminUserStore }: Core): Promise<Finding> {
  const check = 'superuser';
  const user = await findSuperuser(adminUserStore);
  const advice = 'Run "keygrid superuser reset-password".';
  if (!user) return warning(check, 'There is none yet', 'The next start makes one.');
  if (user.disabled) return problem(check, `${user.username} is disabled`, advice);
  if (!user.activated) return problem(check, `${user.username} is not activated`, advice);
  return ok(check, `${user.username} can sign in`);
}

const day = 86_400_000;
/** Keys are stored a day before they begin. */
const furthestKey = 2 * day;
/** Clocks of several servers may differ by as much without harm. */
const tolerance = 60_000;
/** This version is younger than that. */
const earliest = Date.UTC(2025, 0, 1);

export async function checkClock({ serverKeys, adminUsers }: Storage, now: number): Promise<Finding> {
  const check = 'clock';
  const advice = 'Set the clock and keep it right (NTP): tokens expire, and are refused, by it.';
  if (now < earliest) return problem(check, `It says ${renderTime(now)}, which is past`, advice);
  const keys = await serverKeys.list();
  const superuser = await findSuperuser(adminUsers);
  const latest = Math.max(
    0,
    ...keys.map(({ activeFrom }) => activeFrom - furthestKey),
    (superuser?.modified ?? 0) - tolerance,
  );
  if (latest <= now) return ok(check, renderTime(now));
  return problem(
    check,
    `It says ${renderTime(now)}, but the database was written after ${renderTime(latest)}`,
    advice,
  );
}
