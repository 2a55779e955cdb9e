/** Who asks for what, and whether they may have it. S048, S053. */
import type { ConsentPage } from '../core/oauth/authorize/authorization-service.ts';
import type { Texts } from './english.ts';
import { formFields } from './form-fields.ts';
import { formTargetsTo } from './form-targets.ts';
import { type Html, html } from './html.ts';
import { type Frame, type Page, productFrame } from './layout.ts';
import {
  accountRow,
  clientLinks,
  clientRow,
  hiddenFields,
  notice,
  strong,
  switchAccountLink,
} from './page-parts.ts';
import { scopeList } from './scope-list.ts';

export interface ConsentPageModel {
  page: Pick<ConsentPage, 'interaction' | 'formToken' | 'client' | 'account' | 'scopes'>;
  /** Path that takes the form: `decision`, `allow` or `refuse`. */
  action: string;
  /** Path of the sign-in for another account. */
  switchAccount: string;
  /** The client came by dynamic registration, without anybody having looked at it. */
  selfRegistered?: boolean;
  /** Each scope has a box: `scope` is sent once for each left ticked, with `scopes_chosen=1` (S044). */
  choosableScopes?: boolean;
}

export function consentPage(model: ConsentPageModel, frame: Frame = productFrame): Page {
  const { texts } = frame;
  const { client, account } = model.page;
  return {
    title: texts.consent.title(client.name),
    frame,
    policy: { formTargets: formTargetsTo(client.destination), keepsOpener: true },
    content: html`${clientRow(client, texts)}
${accountRow(account, texts, switchAccountLink(model.switchAccount, texts))}
${clientWarnings(client, model.selfRegistered, texts)}
<form action="${model.action}" method="post">
${hiddenFields([
  [formFields.interaction, model.page.interaction],
  [formFields.formToken, model.page.formToken],
  [formFields.scopesChosen, model.choosableScopes ? '1' : undefined],
])}
${askedFor(model, texts)}
${client.destination && html`<p class="quiet">${texts.consent.goesTo(strong(client.destination))}</p>`}
${clientLinks(client, texts)}
<p class="buttons pair"><button type="submit" name="${formFields.decision}" value="allow">${texts.consent.allow}</button>
<button type="submit" class="secondary" name="${formFields.decision}" value="refuse">${texts.consent.refuse}</button></p>
</form>
<p class="hint">${texts.consent.revocable}</p>`,
  };
}

function askedFor({ page: { client, scopes }, choosableScopes }: ConsentPageModel, texts: Texts): Html {
  const name = strong(client.name);
  if (scopes.length === 0) return html`<p>${texts.consent.nothingSpecial(name)}</p>`;
  return html`<p>${texts.consent.wouldLikeTo(name)}</p>
${scopeList(scopes, texts, { choosable: choosableScopes === true })}
${choosableScopes && html`<p class="quiet">${texts.consent.chooseScopes}</p>`}`;
}

/** What speaks against trusting the client's word about itself (S048, S049). */
export const clientWarnings = (
  { name, unproven }: ConsentPage['client'],
  selfRegistered: boolean | undefined,
  texts: Texts,
): Html => html`${selfRegistered && notice('caution', texts.consent.selfRegistered(strong(name)))}
${unproven && notice('caution', texts.consent.unproven(strong(name)))}`;
