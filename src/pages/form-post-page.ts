/** An answer passed on by a form: OAuth 2.0 Form Post Response Mode §2, S021. */
import { destinationOf, formTargetsTo } from './form-targets.ts';
import { html } from './html.ts';
import { type Frame, type Page, productFrame } from './layout.ts';
import { hiddenFields, strong } from './page-parts.ts';

export interface FormPostPageModel {
  /** The redirect URI, exactly. */
  action: string;
  /** In their order. */
  fields: readonly (readonly [name: string, value: string])[];
}

/** A script of our own sends the form at once; without script there is the button. */
export function formPostPage({ action, fields }: FormPostPageModel, frame: Frame = productFrame): Page {
  const texts = frame.texts.formPost;
  const destination = destinationOf(action) ?? action;
  return {
    title: texts.title,
    frame,
    policy: { formTargets: formTargetsTo(destination), script: 'submit', keepsOpener: true },
    content: html`<p>${texts.lead(strong(destination))}</p>
<form action="${action}" method="post">
${hiddenFields(fields)}
<p class="buttons"><button type="submit">${texts.submit}</button></p>
</form>`,
  };
}
