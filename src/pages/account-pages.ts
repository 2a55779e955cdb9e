/**
 * The pages that links in account mail lead to, for admin users and application users alike. What the texts must say
 * is in usergrid-auth.md 8.6 and 8.7.
 */
import { type Html, html } from './html.ts';
import type { Page } from './layout.ts';

const bad = (message: Html): Html => html`<p class="notice bad" role="alert">${message}</p>`;
const good = (message: Html): Html => html`<p class="notice good" role="status">${message}</p>`;

/** Why a form is shown again. */
export type ForgottenPasswordProblem = 'no_email' | 'invalid_token' | 'throttled';

const forgottenPasswordProblems: Record<ForgottenPasswordProblem, Html> = {
  no_email: html`No email provided, try again...`,
  invalid_token: html`That link does not work: invalid token. It was used already, or it has expired. Ask for a new one.`,
  throttled: html`Too many attempts. Wait a while, then try again.`,
};

/** Asks whose password to reset. `action`: path that takes the form, without query. */
export const forgottenPasswordPage = (action: string, problem?: ForgottenPasswordProblem): Page => ({
  title: 'Reset your password',
  content: html`${problem && bad(forgottenPasswordProblems[problem])}
<p class="quiet">Enter the email address or username of your account. We send a link to choose a new password.</p>
<form action="${action}" method="post">
<div class="field">
<label for="email">Email address or username</label>
<input id="email" name="email" type="text" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="320" autofocus>
</div>
<p class="buttons"><button type="submit">Send the link</button></p>
</form>`,
});

/** The answer to whoever asks for a reset: the same whether or not there is such an account. */
export const resetMailSentPage = (): Page => ({
  title: 'Check your mail',
  content: html`${good(html`If there is such an account, mail was sent to its address.`)}
<p class="quiet">The link in it is good for seven days. No mail? Look into the spam folder, and make sure that the address or username was right.</p>`,
});

export interface NewPasswordForm {
  /** Path that takes the form, without query. */
  action: string;
  token: string;
  /** `mismatch`, or the text of the rule that the password breaks. */
  problem?: 'mismatch' | { rule: string } | undefined;
}

export const newPasswordPage = ({ action, token, problem }: NewPasswordForm): Page => ({
  title: 'Choose a new password',
  content: html`${
    problem &&
    bad(problem === 'mismatch' ? html`Passwords didn't match, let's try again...` : html`${problem.rule}`)
  }
<form action="${action}" method="post">
<input type="hidden" name="token" value="${token}">
<div class="field">
<label for="password1">New password</label>
<input id="password1" name="password1" type="password" autocomplete="new-password" required maxlength="1024" autofocus>
</div>
<div class="field">
<label for="password2">New password again</label>
<input id="password2" name="password2" type="password" autocomplete="new-password" required maxlength="1024">
</div>
<p class="buttons"><button type="submit">Set the password</button></p>
</form>`,
});

export const passwordSetPage = (): Page => ({
  title: 'Done',
  content: html`${good(html`All done: password set. Sign in with the new one from now on.`)}
<p class="quiet">Everyone who was signed in to the account, on any device, has been signed out.</p>`,
});

/** `what`: "account", or the organization by name. */
export const activatedPage = (what: 'account' | { organization: string }): Page => ({
  title: 'Activated',
  content: good(
    what === 'account'
      ? html`Your account has been successfully activated.`
      : html`Your organization ${what.organization} has been successfully activated.`,
  ),
});

/** Confirmed, and yet to be approved by someone. */
export const confirmedPage = (): Page => ({
  title: 'Confirmed',
  content: html`${good(html`Your email address has been confirmed.`)}
<p class="quiet">The account waits for approval now. You get mail as soon as it is active.</p>`,
});

export type MailLink = 'activation' | 'confirmation';

export const invalidLinkPage = (link: MailLink): Page => ({
  title: 'This link does not work',
  content: html`${bad(
    link === 'confirmation'
      ? html`Confirmation token invalid or expired`
      : html`Activation token invalid or expired`,
  )}
<p class="quiet">It was used already, or it has expired. Perhaps everything is done and you can sign in.</p>`,
});

export const tooManyAttemptsPage = (): Page => ({
  title: 'Too many attempts',
  content: bad(html`Wait a while, then try again.`),
});
