/**
 * The pages that links in account mail lead to, for admin users and application users alike. What the texts must say
 * is in usergrid-auth.md 8.6 and 8.7.
 */
import { type Html, html } from './html.ts';
import { type Frame, type Page, productFrame } from './layout.ts';
import { hiddenFields, notice } from './page-parts.ts';

/** Why a form is shown again. */
export type ForgottenPasswordProblem = 'no_email' | 'invalid_token' | 'throttled';

/** Asks whose password to reset. `action`: path that takes the form, without query. */
export function forgottenPasswordPage(
  action: string,
  problem?: ForgottenPasswordProblem,
  frame: Frame = productFrame,
): Page {
  const texts = frame.texts.mail;
  return {
    title: texts.resetTitle,
    frame,
    content: html`${problem && notice('bad', texts.resetProblems[problem], 'problem')}
<p class="quiet">${texts.resetLead}</p>
<form action="${action}" method="post">
<div class="field">
<label for="email">${texts.emailOrUsername}</label>
<input id="email" name="email" type="text" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="320"${describedByProblem(problem)} autofocus>
</div>
<p class="buttons"><button type="submit">${texts.sendLink}</button></p>
</form>`,
  };
}

const describedByProblem = (problem: unknown): Html | undefined =>
  problem === undefined ? undefined : html` aria-describedby="problem"`;

/** The answer to whoever asks for a reset: the same whether or not there is such an account. */
export const resetMailSentPage = (frame: Frame = productFrame): Page => ({
  title: frame.texts.mail.sentTitle,
  frame,
  content: html`${notice('good', frame.texts.mail.sent)}
<p class="quiet">${frame.texts.mail.sentHint}</p>`,
});

export interface NewPasswordForm {
  /** Path that takes the form, without query. */
  action: string;
  token: string;
  /** `mismatch`, or the text of the rule that the password breaks. */
  problem?: 'mismatch' | { rule: string } | undefined;
}

export function newPasswordPage(
  { action, token, problem }: NewPasswordForm,
  frame: Frame = productFrame,
): Page {
  const texts = frame.texts.mail;
  const described = describedByProblem(problem);
  return {
    title: texts.newPasswordTitle,
    frame,
    content: html`${problem && notice('bad', problem === 'mismatch' ? texts.mismatch : problem.rule, 'problem')}
<form action="${action}" method="post">
${hiddenFields([['token', token]])}
<div class="field">
<label for="password1">${texts.newPassword}</label>
<input id="password1" name="password1" type="password" autocomplete="new-password" required maxlength="1024"${described} autofocus>
</div>
<div class="field">
<label for="password2">${texts.newPasswordAgain}</label>
<input id="password2" name="password2" type="password" autocomplete="new-password" required maxlength="1024"${described}>
</div>
<p class="buttons"><button type="submit">${texts.setPassword}</button></p>
</form>`,
  };
}

export const passwordSetPage = (frame: Frame = productFrame): Page => ({
  title: frame.texts.mail.passwordSetTitle,
  frame,
  content: html`${notice('good', frame.texts.mail.passwordSet)}
<p class="quiet">${frame.texts.mail.everyoneSignedOut}</p>`,
});

/** `what`: "account", or the organization by name. */
export const activatedPage = (
  what: 'account' | { organization: string },
  frame: Frame = productFrame,
): Page => ({
  title: frame.texts.mail.activatedTitle,
  frame,
  content: notice(
    'good',
    what === 'account'
      ? frame.texts.mail.accountActivated
      : frame.texts.mail.organizationActivated(what.organization),
  ),
});

/** Confirmed, and yet to be approved by someone. */
export const confirmedPage = (frame: Frame = productFrame): Page => ({
  title: frame.texts.mail.confirmedTitle,
  frame,
  content: html`${notice('good', frame.texts.mail.confirmed)}
<p class="quiet">${frame.texts.mail.awaitsApproval}</p>`,
});

export type MailLink = 'activation' | 'confirmation';

export const invalidLinkPage = (link: MailLink, frame: Frame = productFrame): Page => ({
  title: frame.texts.mail.deadLinkTitle,
  frame,
  content: html`${notice('bad', frame.texts.mail.deadLinks[link])}
<p class="quiet">${frame.texts.mail.deadLinkHint}</p>`,
});

export const tooManyAttemptsPage = (frame: Frame = productFrame): Page => ({
  title: frame.texts.mail.tooManyTitle,
  frame,
  content: notice('bad', frame.texts.mail.tooMany),
});
