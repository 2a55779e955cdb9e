/** Which device asks for what, with the code to compare. RFC 8628 §3.3.1 and §5.4, S136. */
import type {
  AccountOnPage,
  ClientOnPage,
  ScopeOnPage,
} from '../core/oauth/authorize/authorization-service.ts';
import { clientWarnings } from './consent-page.ts';
import { formFields } from './form-fields.ts';
import { html } from './html.ts';
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

export interface DeviceApprovalPageModel {
  /** Path that takes the form: `decision` is `allow` or `refuse`, `user_code` the code. */
  action: string;
  formToken: string;
  /** As it is shown, `WDJB-MJHT`: also when it came in the link. */
  userCode: string;
  client: ClientOnPage;
  account: AccountOnPage;
  scopes: readonly ScopeOnPage[];
  /** Of the network, where the device asked from; '' when it is not known. */
  address: string;
  /** Path of the sign-in for another account. */
  switchAccount: string | undefined;
  selfRegistered?: boolean;
}

export function deviceApprovalPage(model: DeviceApprovalPageModel, frame: Frame = productFrame): Page {
  const { client, scopes, address, userCode } = model;
  const { texts } = frame;
  return {
    title: texts.deviceApproval.title(client.name),
    frame,
    content: html`${clientRow(client, texts)}
${accountRow(model.account, texts, switchAccountLink(model.switchAccount, texts))}
<p>${texts.deviceApproval.compare}</p>
<p class="user-code"><strong>${userCode}</strong></p>
${notice('caution', texts.deviceApproval.warning)}
${clientWarnings({ ...client, unproven: false }, model.selfRegistered, texts)}
${
  scopes.length === 0
    ? html`<p>${texts.consent.nothingSpecial(strong(client.name))}</p>`
    : html`<p>${texts.consent.wouldLikeTo(strong(client.name))}</p>
${scopeList(scopes, texts)}`
}
${address !== '' && html`<p class="quiet">${texts.deviceApproval.askedFrom(strong(address))}</p>`}
${clientLinks(client, texts)}
<form action="${model.action}" method="post">
${hiddenFields([
  [formFields.formToken, model.formToken],
  [formFields.userCode, userCode],
])}
<p class="buttons pair"><button type="submit" name="${formFields.decision}" value="allow">${texts.deviceApproval.allow}</button>
<button type="submit" class="secondary" name="${formFields.decision}" value="refuse">${texts.deviceApproval.refuse}</button></p>
</form>
<p class="hint">${texts.consent.revocable}</p>`,
  };
}
