/** Where a sign-out ends that leads to no client's page. RP-Initiated Logout §2. */
import { html } from './html.ts';
import { type Frame, type Page, productFrame } from './layout.ts';
import { notice } from './page-parts.ts';

/** `signIn`: path of a page to sign in on, where there is one. */
export function signedOutPage(
  { signIn }: { signIn?: string | undefined },
  frame: Frame = productFrame,
): Page {
  const texts = frame.texts.signedOut;
  return {
    title: texts.title,
    frame,
    content: html`${notice('good', texts.lead)}
<p class="quiet">${texts.shared}</p>
${signIn !== undefined && html`<p class="buttons"><a class="button secondary" href="${signIn}">${texts.signInAgain}</a></p>`}`,
  };
}
