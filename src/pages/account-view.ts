/** Reads what `/account` shows of somebody. */
import type { Core } from '../core/core.ts';
import type { Visitor } from '../core/oauth/authorize/own-sign-in.ts';
import type { GrantedAccess } from '../core/oauth/granted-access.ts';
import { describeScope } from '../core/oauth/scope-catalogue.ts';
import type { LiveSession } from '../core/sessions/session-service.ts';
import type { RealmKey } from '../core/tenancy/tenancy.ts';
import type { AccountAction, AccountDone } from './account-changes.ts';
import {
  accountOverviewPage,
  type GrantOnPage,
  type ListPart,
  type SessionOnPage,
} from './account-overview-page.ts';
import type { Frame, Page } from './layout.ts';

interface AccountOfVisitor {
  realm: RealmKey;
  /** Of the page. */
  path: string;
  visitor: Visitor;
}

interface AskedPart {
  /** Numbers of pages from 1, as they came. */
  grantsPage: string | undefined;
  sessionsPage: string | undefined;
  /** What has just been done, as it came. */
  done: string | undefined;
  /** Milliseconds since the epoch. */
  now: number;
}

export async function readAccount(
  core: Core,
  { realm, path, visitor }: AccountOfVisitor,
  { grantsPage, sessionsPage, done, now }: AskedPart,
  frame: Frame,
): Promise<Page> {
  const { user: uuid, id: thisSession } = visitor.session;
  const [grants, sessions] = await Promise.all([
    core.grantManagement.list(realm, uuid),
    core.authorization.sessions.listOfUser(realm, uuid),
  ]);
  const grantsPart = partOf(grants, grantsPage, (page) => `${path}?grants=${page}#grants`);
  const action = (name: AccountAction): string => `${path}/${name}`;
  return accountOverviewPage(
    {
      account: visitor.account,
      formToken: visitor.formToken,
      grants: {
        ...grantsPart,
        items: await Promise.all(grantsPart.items.map((each) => grantOnPage(core, each))),
      },
      sessions: partOf(
        sessions.map((session) => sessionOnPage(session, thisSession)),
        sessionsPage,
        (page) => `${path}?sessions=${page}#sessions`,
      ),
      actions: {
        endGrant: action('end-grant'),
        endSession: action('end-session'),
        endOtherSessions: action('end-other-sessions'),
        signOut: action('sign-out'),
      },
      done: isDone(done, frame) ? done : undefined,
      now,
    },
    frame,
  );
}

const isDone = (text: string | undefined, { texts }: Frame): text is AccountDone =>
  text !== undefined && Object.hasOwn(texts.account.ended, text);

const perPage = 20;

function partOf<Item>(
  all: readonly Item[],
  asked: string | undefined,
  pathOf: (page: number) => string,
): ListPart<Item> {
  const last = Math.max(1, Math.ceil(all.length / perPage));
  const page = Math.min(last, /^[1-9]\d{0,5}$/.test(asked ?? '') ? Number(asked) : 1);
  return {
    items: all.slice((page - 1) * perPage, page * perPage),
    next: page < last ? pathOf(page + 1) : undefined,
    first: page > 1 ? pathOf(1) : undefined,
  };
}

/** A client that is gone meanwhile is shown by its id: what it was allowed may still be ended. */
async function grantOnPage(core: Core, { grant, client }: GrantedAccess): Promise<GrantOnPage> {
  const { id, createdAt, lastUsedAt, scopes, clientId } = grant;
  const organization = client && (await core.tenancyCache.organization(client.organizationUuid));
  return {
    ...{ id, createdAt, lastUsedAt },
    client: {
      name: client?.name ?? clientId,
      organization: organization?.name ?? '',
      logoUri: client?.logoUri,
    },
    scopes: scopes.map((name) => ({
      name,
      description: describeScope(name, client?.dialect ?? 'standard'),
      allowed: true,
    })),
  };
}

const sessionOnPage = (
  { id, userAgent, address, createdAt, lastSeenAt }: LiveSession,
  thisSession: string,
): SessionOnPage => ({ id, userAgent, address, createdAt, lastSeenAt, isThis: id === thisSession });
