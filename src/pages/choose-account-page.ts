/** `prompt=select_account` with a session: go on as who is signed in, or as somebody else. */
import type { ChooseAccountPage } from '../core/oauth/authorize/authorization-service.ts';
import { formFields } from './form-fields.ts';
import { formTargetsTo } from './form-targets.ts';
import { html } from './html.ts';
import { type Frame, type Page, productFrame } from './layout.ts';
import { accountRow, clientRow, hiddenFields, shownNameOf, strong } from './page-parts.ts';

export interface ChooseAccountPageModel {
  page: Pick<ChooseAccountPage, 'interaction' | 'formToken' | 'client' | 'account'>;
  /** Path that takes the form: `decision` is `allow` for going on, `refuse` for cancelling. */
  action: string;
  /** Path of the sign-in for another account. */
  switchAccount: string;
}

export function chooseAccountPage(
  { page, action, switchAccount }: ChooseAccountPageModel,
  frame: Frame = productFrame,
): Page {
  const { texts } = frame;
  const { client, account, interaction, formToken } = page;
  return {
    title: texts.chooseAccount.title,
    frame,
    policy: { formTargets: formTargetsTo(client.destination), keepsOpener: true },
    content: html`${clientRow(client, texts, texts.chooseAccount.toContinue(strong(client.name)))}
${accountRow(account, texts)}
<form action="${action}" method="post">
${hiddenFields([
  [formFields.interaction, interaction],
  [formFields.formToken, formToken],
])}
<p class="buttons"><button type="submit" name="${formFields.decision}" value="allow">${texts.chooseAccount.continueAs(shownNameOf(account))}</button>
<a class="button secondary" href="${switchAccount}">${texts.frame.useAnotherAccount}</a>
<button type="submit" class="plain" name="${formFields.decision}" value="refuse">${texts.frame.cancel}</button></p>
</form>`,
  };
}
