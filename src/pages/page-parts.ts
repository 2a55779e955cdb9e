/** Pieces that several pages are made of. */
import type { AccountOnPage, ClientOnPage } from '../core/oauth/authorize/authorization-service.ts';
import type { Texts } from './english.ts';
import { heldImage } from './held-image.ts';
import { type Html, html } from './html.ts';
import { initialsOf } from './theme.ts';

/** `bad` is read out at once. `id`: for fields that refer to it by `aria-describedby`. */
export const notice = (kind: 'good' | 'bad' | 'caution', text: string | Html, id?: string): Html =>
  html`<p class="notice ${kind}"${id && html` id="${id}"`}${roles[kind]}>${text}</p>`;

const roles = { good: html` role="status"`, bad: html` role="alert"`, caution: html`` };

/** Those without a value are left out. */
export const hiddenFields = (fields: readonly (readonly [name: string, value: string | undefined])[]): Html =>
  html`${fields.map(
    ([name, value]) => value !== undefined && html`<input type="hidden" name="${name}" value="${value}">\n`,
  )}`;

export const strong = (text: string): Html => html`<strong>${text}</strong>`;

/** Only ever http or https; the page behind it learns neither where its visitor came from nor gets hold of the window. */
export function outboundLink(uri: string | undefined, words: string, texts: Texts): Html | undefined {
  if (uri === undefined || !/^https?:\/\/[!-~]+$/i.test(uri)) return undefined;
  return html`<a href="${uri}" target="_blank" rel="noopener noreferrer">${words}<span class="unseen"> ${texts.frame.opensNewTab}</span></a>`;
}

export const clientMark = ({ name, logoUri }: Pick<ClientOnPage, 'name' | 'logoUri'>): Html => {
  const picture = heldImage(logoUri);
  return picture === undefined
    ? html`<span class="mark large" aria-hidden="true">${initialsOf(name)}</span>`
    : html`<img class="mark large" src="${picture}" alt="" width="48" height="48">`;
};

/** Who asks: name and, below, the organization that answers for it. `says`: instead of the name, with it inside. */
export const clientRow = (
  client: ClientOnPage,
  texts: Texts,
  says: Html = strong(client.name),
): Html => html`<div class="who">
${clientMark(client)}
<div><p class="name">${says}</p><p class="quiet">${texts.frame.byOrganization(html`${client.organization}`)}</p></div>
</div>`;

/** What people call themselves, or else what they sign in by. */
export const shownNameOf = ({ name, username }: AccountOnPage): string => name || username;

/** Who is signed in. `aside`: what can be done about it. */
export function accountRow(account: AccountOnPage, texts: Texts, aside?: Html): Html {
  const shown = shownNameOf(account);
  const second = [account.email, account.username].find((text) => text && text !== shown);
  return html`<div class="account">
<span class="mark round" aria-hidden="true">${initialsOf(shown)}</span>
<div><p class="name"><span class="unseen">${texts.frame.signedInAs} </span>${strong(shown)}</p>${second && html`<p class="quiet">${second}</p>`}</div>
${aside}
</div>`;
}

/** `address`: path of the sign-in for another account. */
export const switchAccountLink = (address: string | undefined, texts: Texts): Html | undefined =>
  address === undefined
    ? undefined
    : html`<a class="aside" href="${address}">${texts.frame.useAnotherAccount}</a>`;

/** Links that go with a client, where it has any. */
export function clientLinks({ policyUri, termsUri }: ClientOnPage, texts: Texts): Html | undefined {
  const links = [
    outboundLink(policyUri, texts.frame.privacyPolicy, texts),
    outboundLink(termsUri, texts.frame.terms, texts),
  ].filter((link) => link !== undefined);
  return links.length > 0 ? html`<p class="links">${links}</p>` : undefined;
}
