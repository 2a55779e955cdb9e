/** A change of password by who knows the old one, or by who need not. usergrid-auth.md 8.5 and 9.2. */
import { KeygridError } from '../errors.ts';
import type { Uuid } from '../uuid.ts';
import type { DoneBy } from './account-audit.ts';
import type { AccountPlace, Origin } from './account-place.ts';
import { requireAcceptablePassword } from './password-policy.ts';
import type { Passwords } from './passwords.ts';
import type { AccessToken } from './principal.ts';
import type { LoginThrottle } from './throttle.ts';

export interface PasswordChangeRequest {
  oldPassword?: unknown;
  newPassword?: unknown;
}

export interface PasswordChangeOptions extends Origin, DoneBy {
  /** The superuser, or for application users an administrator of this application: the old password is not asked. */
  privileged: boolean;
  /** The caller's own token, which stays; all other tokens of the account end. */
  keep?: AccessToken | undefined;
}

/**
 * That both passwords were sent, and the new one is acceptable.
 * @throws KeygridError `invalid_argument`, `password_policy`
 */
export function requirePasswords(request: PasswordChangeRequest, privileged: boolean): void {
  const isMissing = (value: unknown) => value === undefined || value === null || value === '';
  if (isMissing(request.newPassword)) {
    throw new KeygridError('invalid_argument', 'newpassword is required');
  }
  if (!privileged && isMissing(request.oldPassword)) {
    throw new KeygridError('invalid_argument', 'oldpassword and newpassword are both required');
  }
  requireAcceptablePassword(request.newPassword);
}

/**
 * The old password is right. As good a place to guess as a sign-in, so the same throttle counts.
 * @throws KeygridError `password_mismatch`, also for an unknown account; `throttled`
 */
export async function requireOldPassword(
  { passwords, throttle }: { passwords: Passwords; throttle: LoginThrottle },
  account: { place: AccountPlace; reference: string; uuid: Uuid | undefined },
  oldPassword: unknown,
  { address }: Origin,
): Promise<void> {
  const { place, reference, uuid } = account;
  const keys = { realm: place.realm, tenant: place.tenant, identifier: uuid ?? reference, address };
  const proven =
    typeof oldPassword === 'string' &&
    (await throttle.attempt(keys, () => passwords.prove(place, uuid, oldPassword)));
  if (proven) return;
  throw new KeygridError(
    'password_mismatch',
    'Unable to authenticate due to username or password being incorrect',
  );
}
