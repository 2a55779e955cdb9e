/** What the forms of `/account` do. Ending what has ended already is no mistake: somebody pressed a button twice. */
import type { Core } from '../core/core.ts';
import { KeygridError } from '../core/errors.ts';
import type { RawParameters } from '../core/oauth/authorize/authorization-service.ts';
import type { Visitor } from '../core/oauth/authorize/own-sign-in.ts';
import { principalOfUser } from '../core/oauth/token-users.ts';
import type { RealmKey } from '../core/tenancy/tenancy.ts';
import { isUuid } from '../core/uuid.ts';
import { fieldOf } from '../http/form-body.ts';
import type { Texts } from './english.ts';
import { formFields } from './form-fields.ts';

export type AccountDone = keyof Texts['account']['ended'];

export interface AccountChange {
  /** What the page says afterwards. */
  done: AccountDone | undefined;
  make(core: Core, asked: { realm: RealmKey; visitor: Visitor; form: RawParameters }): Promise<void>;
}

export const signOut: AccountChange = {
  done: undefined,
  make: ({ authorization: { sessions } }, { realm, visitor }) => sessions.end(realm, visitor.session.id),
};

const endGrant: AccountChange = {
  done: 'grant',
  async make({ grantManagement }, { realm, visitor, form }) {
    const id = fieldOf(form, formFields.grant) ?? '';
    if (!isUuid(id)) return;
    try {
      await grantManagement.end(realm, principalOfUser(visitor.user).uuid, id);
    } catch (error) {
      if (!(error instanceof KeygridError) || error.code !== 'grant_not_found') throw error;
    }
  },
};

const endSession: AccountChange = {
  done: 'session',
  async make({ authorization: { sessions } }, { realm, visitor, form }) {
    const id = fieldOf(form, formFields.session) ?? '';
    if (isUuid(id)) await sessions.endOfUser(realm, visitor.session.user, id);
  },
};

const endOtherSessions: AccountChange = {
  done: 'other_sessions',
  make: ({ authorization: { sessions } }, { realm, visitor: { session } }) =>
    sessions.endAllOfUser(realm, session.user, session.id),
};

/** By the last segment of the path. */
export const accountChanges = {
  'end-grant': endGrant,
  'end-session': endSession,
  'end-other-sessions': endOtherSessions,
  'sign-out': signOut,
} as const;

export type AccountAction = keyof typeof accountChanges;
