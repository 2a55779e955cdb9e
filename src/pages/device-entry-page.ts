/** Where the code that a device shows is typed in. RFC 8628 §3.3, S135. */
import { formFields } from './form-fields.ts';
import { html } from './html.ts';
import { type Frame, type Page, productFrame } from './layout.ts';
import { hiddenFields, notice } from './page-parts.ts';

export type DeviceEntryProblem = { kind: 'unknown' } | { kind: 'throttled'; retryAfterSeconds: number };

export interface DeviceEntryPageModel {
  /** Path that takes the form: `user_code`. */
  action: string;
  formToken: string | undefined;
  /** What was typed before, or came in the link. */
  userCode?: string | undefined;
  problem?: DeviceEntryProblem | undefined;
}

export function deviceEntryPage(
  { action, formToken, userCode = '', problem }: DeviceEntryPageModel,
  frame: Frame = productFrame,
): Page {
  const texts = frame.texts.deviceEntry;
  const said =
    problem?.kind === 'throttled'
      ? texts.problems.throttled(problem.retryAfterSeconds)
      : problem && texts.problems.unknown;
  return {
    title: texts.title,
    frame,
    content: html`<p class="lead">${texts.lead}</p>
${said !== undefined && notice('bad', said, 'problem')}
<form action="${action}" method="post">
${hiddenFields([[formFields.formToken, formToken]])}
<div class="field">
<label for="user_code">${texts.code}</label>
<input id="user_code" class="code" name="${formFields.userCode}" type="text" value="${userCode}" autocomplete="off" autocapitalize="characters" spellcheck="false" required maxlength="100" aria-describedby="${said !== undefined && 'problem '}hint"${problem?.kind === 'unknown' && html` aria-invalid="true"`} autofocus>
<p class="hint" id="hint">${texts.hint}</p>
</div>
<p class="buttons"><button type="submit">${texts.submit}</button></p>
</form>`,
  };
}
