/** Asks before a sign-out that nobody proved to have been meant: another site could have sent the browser. S143. */
import type { AccountOnPage } from '../core/oauth/authorize/authorization-service.ts';
import { formFields } from './form-fields.ts';
import { formTargetsTo } from './form-targets.ts';
import { html } from './html.ts';
import { type Frame, type Page, productFrame } from './layout.ts';
import { accountRow, hiddenFields, strong } from './page-parts.ts';

export interface SignOutConfirmPageModel {
  /** Path that takes the form. */
  action: string;
  formToken: string;
  /** Undefined where nobody is signed in any more, and the question is where to go. */
  account: AccountOnPage | undefined;
  /** Name of the client that asks, when it is known. */
  client?: string | undefined;
  /** What the request said and the form repeats. */
  hidden?: readonly (readonly [name: string, value: string])[];
  /** Host and port, or scheme, where the browser goes afterwards. */
  destination?: string | undefined;
  /** Path for whoever wants to stay. */
  stay?: string | undefined;
}

export function signOutConfirmPage(model: SignOutConfirmPageModel, frame: Frame = productFrame): Page {
  const { client, destination, stay } = model;
  const texts = frame.texts.signOutConfirm;
  return {
    title: texts.title,
    frame,
    ...(destination !== undefined && { policy: { formTargets: formTargetsTo(destination) } }),
    content: html`${client !== undefined && html`<p>${texts.asked(strong(client))}</p>`}
${model.account && accountRow(model.account, frame.texts)}
<p class="quiet">${texts.lead}</p>
<form action="${model.action}" method="post">
${hiddenFields([...(model.hidden ?? []), [formFields.formToken, model.formToken]])}
<p class="buttons"><button type="submit">${texts.submit}</button>
${stay !== undefined && html`<a class="button secondary" href="${stay}">${texts.stay}</a>`}</p>
</form>`,
  };
}
