/** Reads what `/account` shows of somebody. */
import type { Core } from '../core/core.ts';
import type { ListPart, ListSlice, ListStart } from '../core/list-parts.ts';
import type { Visitor } from '../core/oauth/authorize/own-sign-in.ts';
import type { GrantedAccess } from '../core/oauth/granted-access.ts';
import { describeScope } from '../core/oauth/scope-catalogue.ts';
import type { LiveSession } from '../core/sessions/session-service.ts';
import type { RealmKey } from '../core/tenancy/tenancy.ts';
import type { AccountAction, AccountDone } from './account-changes.ts';
import {
  accountOverviewPage,
  type GrantOnPage,
  type PartOnPage,
  type SessionOnPage,
} from './account-overview-page.ts';
import type { Frame, Page } from './layout.ts';
import { listLink, parseListStart } from './list-links.ts';

interface AccountOfVisitor {
  realm: RealmKey;
  /** Of the page. */
  path: string;
  visitor: Visitor;
}

interface AskedPart {
  /** Where the lists begin on this page, as it came. */
  grants: string | undefined;
  sessions: string | undefined;
  /** What has just been done, as it came. */
  done: string | undefined;
  /** Milliseconds since the epoch. */
  now: number;
}

const perPage = 20;

export async function readAccount(
  core: Core,
  { realm, path, visitor }: AccountOfVisitor,
  { done, now, ...asked }: AskedPart,
  frame: Frame,
): Promise<Page> {
  const { user: uuid, id: thisSession } = visitor.session;
  const starts = { grants: parseListStart(asked.grants), sessions: parseListStart(asked.sessions) };
  const sliceOf = (from: ListStart | undefined): ListSlice => ({ limit: perPage, from });
  const [grants, sessions] = await Promise.all([
    core.grantManagement.list(realm, uuid, sliceOf(starts.grants)),
    core.authorization.sessions.listOfUser(realm, uuid, sliceOf(starts.sessions)),
  ]);
  const linkTo = (list: keyof typeof starts) => (start: ListStart | undefined) =>
    listLink(path, list, start, starts);
  const action = (name: AccountAction): string => `${path}/${name}`;
  return accountOverviewPage(
    {
      account: visitor.account,
      formToken: visitor.formToken,
      grants: await partOnPage(grants, linkTo('grants'), (each) => grantOnPage(core, each)),
      sessions: await partOnPage(sessions, linkTo('sessions'), async (each) =>
        sessionOnPage(each, thisSession),
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

async function partOnPage<Item, Shown>(
  { items, previous, next }: ListPart<Item>,
  linkTo: (start: ListStart | undefined) => string | undefined,
  show: (item: Item) => Promise<Shown>,
): Promise<PartOnPage<Shown>> {
  return { items: await Promise.all(items.map(show)), previous: linkTo(previous), next: linkTo(next) };
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
