/** Calls below one application, by different callers; and further users of it. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type Answer, type CallOptions, call } from './http.ts';
import { rememberSecret } from './secrets.ts';
import type { Tenant } from './tenant.ts';

export type ApplicationCall = (methodAndPath: string, options?: CallOptions) => Promise<Answer>;

export interface ApplicationUser {
  username: string;
  email: string;
  password: string;
  uuid: string;
  token: string;
  call: ApplicationCall;
}

export interface ApplicationAccess {
  /** `/org/app` */
  path: string;
  asAdmin: ApplicationCall;
  asGuest: ApplicationCall;
  as(bearer: string): ApplicationCall;
  newUser(username?: string): Promise<ApplicationUser>;
  signIn(account: { username: string; password: string }): Promise<string>;
}

interface Server {
  url: string;
}

export function accessTo(
  server: Server,
  tenant: Tenant,
  application: string = tenant.application,
): ApplicationAccess {
  const path = `/${tenant.organization}/${application}`;
  const callWith =
    (own: CallOptions): ApplicationCall =>
    (methodAndPath, options = {}) =>
      call(server, methodAndPath.replace(' ', ` ${path}`), { ...own, ...options });
  const asAdmin = callWith({ bearer: tenant.admin.token });

  async function signIn({ username, password }: { username: string; password: string }): Promise<string> {
    const answer = await asAdmin('POST /token', {
      headers: { authorization: '' },
      json: { grant_type: 'password', username, password },
    });
    return requireSuccess(answer).body.access_token;
  }

  return {
    path,
    asAdmin,
    asGuest: callWith({}),
    as: (bearer) => callWith({ bearer }),
    signIn,
    async newUser(username = `user-${randomBytes(5).toString('hex')}`) {
      const account = {
        username,
        email: `${username}@example.test`,
        password: randomBytes(12).toString('base64url'),
      };
      rememberSecret(account.password);
      const created = requireSuccess(await asAdmin('POST /users', { json: account }));
      const token = await signIn(account);
      return { ...account, uuid: created.body.entities[0].uuid, token, call: callWith({ bearer: token }) };
    },
  };
}

/** From here on users have no rights but those to what is their own. */
export async function keepUsersToTheirOwn({ asAdmin }: Pick<ApplicationAccess, 'asAdmin'>): Promise<void> {
  const permissions = '/roles/default/permissions';
  requireSuccess(await asAdmin(`DELETE ${permissions}?permission=get,put,post,delete:/**`));
  const permission = 'get,put,post,delete:/users/me/**';
  requireSuccess(await asAdmin(`POST ${permissions}`, { json: { permission } }));
}

export function requireSuccess(answer: Answer): Answer {
  assert.equal(answer.status, 200, `${answer.status} ${answer.text}`);
  return answer;
}

/** The status and the error code, as one value to compare. */
export const outcome = ({ status, body }: Answer): string =>
  status === 200 ? '200' : `${status} ${body?.error}`;
