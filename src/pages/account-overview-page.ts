/** `/account`: who may do what in the account's name, where it is signed in, and how to end each (S051). */
import type {
  AccountOnPage,
  ClientOnPage,
  ScopeOnPage,
} from '../core/oauth/authorize/authorization-service.ts';
import { ageHtml, dayHtml } from './dates.ts';
import type { Texts } from './english.ts';
import { formFields } from './form-fields.ts';
import { type Html, html } from './html.ts';
import { type Frame, type Page, productFrame } from './layout.ts';
import { accountRow, clientMark, hiddenFields, notice } from './page-parts.ts';
import { scopeList } from './scope-list.ts';

/** Times are milliseconds since the epoch. */
export interface GrantOnPage {
  id: string;
  client: Pick<ClientOnPage, 'name' | 'organization' | 'logoUri'>;
  scopes: readonly ScopeOnPage[];
  createdAt: number;
  lastUsedAt: number;
}

export interface SessionOnPage {
  id: string;
  /** `Firefox on Windows`; '' when the browser said nothing known. */
  userAgent: string;
  address: string;
  createdAt: number;
  lastSeenAt: number;
  /** Of the browser that asks. */
  isThis: boolean;
}

/** Part of a list; `previous` and `next` are paths, absent where there is nothing more on that side. */
export interface PartOnPage<Item> {
  items: readonly Item[];
  next?: string | undefined;
  previous?: string | undefined;
}

export interface AccountOverviewModel {
  account: AccountOnPage;
  formToken: string;
  grants: PartOnPage<GrantOnPage>;
  sessions: PartOnPage<SessionOnPage>;
  /** Paths that take the forms; `grant` or `session` says which. */
  actions: { endGrant: string; endSession: string; endOtherSessions: string; signOut: string };
  /** What has just been done. */
  done?: keyof Texts['account']['ended'] | undefined;
  /** Milliseconds since the epoch. */
  now: number;
}

export function accountOverviewPage(model: AccountOverviewModel, frame: Frame = productFrame): Page {
  const { texts } = frame;
  return {
    title: texts.account.title,
    frame,
    width: 'wide',
    content: html`${model.done && notice('good', texts.account.ended[model.done])}
${accountRow(model.account, texts, signOutForm(model, texts))}
${grantsSection(model, texts)}
${sessionsSection(model, texts)}`,
  };
}

const signOutForm = (model: AccountOverviewModel, texts: Texts): Html =>
  actionForm(
    model,
    model.actions.signOut,
    [],
    html`<button type="submit" class="secondary small">${texts.account.signOut}</button>`,
  );

/** One button that changes something, with its token (S037). */
const actionForm = (
  { formToken }: AccountOverviewModel,
  action: string,
  fields: readonly (readonly [name: string, value: string])[],
  button: Html,
): Html => html`<form class="inline" action="${action}" method="post">
${hiddenFields([...fields, [formFields.formToken, formToken]])}${button}
</form>`;

/** What a reader of the page hears also says which of the many it ends. */
const endButton = (words: string, which: string): Html =>
  html`<button type="submit" class="secondary small">${words}<span class="unseen">: ${which}</span></button>`;

function grantsSection(model: AccountOverviewModel, texts: Texts): Html {
  const { items, previous } = model.grants;
  return html`<section aria-labelledby="grants">
<h2 id="grants">${texts.account.grants}</h2>
${
  items.length === 0 && previous === undefined
    ? html`<p class="empty">${texts.account.noGrants}</p>`
    : html`<p class="quiet">${texts.account.grantsLead}</p>
<ul class="items">${items.map((grant) => grantItem(model, grant, texts))}</ul>`
}
${paging(model.grants, texts.account.grants, texts)}
</section>`;
}

function grantItem(model: AccountOverviewModel, grant: GrantOnPage, texts: Texts): Html {
  const { client, scopes } = grant;
  return html`
<li>
<div class="item">
${clientMark(client)}
<div><h3>${client.name}</h3>
<p class="quiet">${texts.frame.byOrganization(html`${client.organization}`)}</p>
<p class="quiet">${texts.account.since(dayHtml(grant.createdAt, texts))} · ${texts.account.lastUsed(ageHtml(grant.lastUsedAt, model.now, texts))}</p></div>
${actionForm(
  model,
  model.actions.endGrant,
  [[formFields.grant, grant.id]],
  endButton(texts.account.endAccess, client.name),
)}
</div>
${
  scopes.length === 0
    ? html`<p class="quiet">${texts.account.mayNothingSpecial}</p>`
    : html`<p class="quiet">${texts.account.mayDo}</p>
${scopeList(
  scopes.map((scope) => ({ ...scope, allowed: false })),
  texts,
)}`
}
</li>`;
}

function sessionsSection(model: AccountOverviewModel, texts: Texts): Html {
  const { items, previous, next } = model.sessions;
  const hasOthers = items.some(({ isThis }) => !isThis) || (previous ?? next) !== undefined;
  return html`<section aria-labelledby="sessions">
<h2 id="sessions">${texts.account.sessions}</h2>
${
  items.length === 0 && previous === undefined
    ? html`<p class="empty">${texts.account.noSessions}</p>`
    : html`<p class="quiet">${texts.account.sessionsLead}</p>
<ul class="items">${items.map((session) => sessionItem(model, session, texts))}</ul>`
}
${paging(model.sessions, texts.account.sessions, texts)}
${
  hasOthers &&
  actionForm(
    model,
    model.actions.endOtherSessions,
    [],
    html`<button type="submit" class="secondary small">${texts.account.endOtherSessions}</button>`,
  )
}
</section>`;
}

function sessionItem(model: AccountOverviewModel, session: SessionOnPage, texts: Texts): Html {
  const browser = session.userAgent || texts.account.unknownBrowser;
  return html`
<li>
<div class="item">
<div><h3>${browser}${session.isThis && html` <span class="tag">${texts.account.thisBrowser}</span>`}</h3>
<p class="quiet">${texts.account.signedIn(dayHtml(session.createdAt, texts))} · ${texts.account.lastSeen(ageHtml(session.lastSeenAt, model.now, texts))}</p>
<p class="quiet">${session.address !== '' && texts.account.from(html`${session.address}`)}</p></div>
${
  !session.isThis &&
  actionForm(
    model,
    model.actions.endSession,
    [[formFields.session, session.id]],
    endButton(texts.account.endSession, browser),
  )
}
</div>
</li>`;
}

function paging<Item>({ next, previous }: PartOnPage<Item>, list: string, texts: Texts): Html | undefined {
  if (next === undefined && previous === undefined) return undefined;
  return html`<nav class="links" aria-label="${list}">${
    previous !== undefined && html`<a href="${previous}" rel="prev">${texts.account.previous}</a>`
  }${next !== undefined && html`<a href="${next}" rel="next">${texts.account.next}</a>`}</nav>`;
}
