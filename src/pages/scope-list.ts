/** Scopes in plain words, those of one family together (S048, S136). */
import type { ScopeOnPage } from '../core/oauth/authorize/authorization-service.ts';
import type { Texts } from './english.ts';
import { formFields } from './form-fields.ts';
import { type Html, html } from './html.ts';

type Family = keyof Texts['scopeFamilies'];

export interface ScopeListOptions {
  /** Each with a box to untick, but for `openid`, without which there is no sign-in. */
  choosable?: boolean;
}

export const scopeList = (
  scopes: readonly ScopeOnPage[],
  texts: Texts,
  { choosable = false }: ScopeListOptions = {},
): Html =>
  html`<dl class="scopes">${[...groupByFamily(scopes)].map(
    ([family, members]) => html`
<div><dt>${texts.scopeFamilies[family]}</dt>
${members.map((scope) => html`<dd>${choosable && scope.name !== 'openid' ? choice(scope, texts) : words(scope, texts)}</dd>`)}</div>`,
  )}
</dl>`;

/** In the order in which the families first appear; those that nobody described come last. */
function groupByFamily(scopes: readonly ScopeOnPage[]): Map<Family, ScopeOnPage[]> {
  const families = new Map<Family, ScopeOnPage[]>();
  const known = scopes.filter(({ description }) => description !== undefined);
  const others = scopes.filter(({ description }) => description === undefined);
  for (const scope of [...known, ...others]) {
    const family = scope.description?.family ?? 'other';
    families.set(family, [...(families.get(family) ?? []), scope]);
  }
  return families;
}

const choice = (scope: ScopeOnPage, texts: Texts): Html =>
  html`<label class="choice"><input type="checkbox" name="${formFields.scope}" value="${scope.name}" checked> <span>${words(scope, texts)}</span></label>`;

const words = ({ name, description, allowed }: ScopeOnPage, texts: Texts): Html =>
  html`${
    description
      ? capitalised(texts.scopeWords(name, description.words))
      : texts.consent.allowsOne(html`<code>${name}</code>`)
  }${allowed && html` <span class="tag">${texts.consent.allowedBefore}</span>`}`;

/** What completes a sentence elsewhere stands alone here. */
const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
