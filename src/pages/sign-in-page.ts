/** Where people sign in, in the standard and the autodesk dialect. oauth-standards.md 2. */
import type { SignInPage } from '../core/oauth/authorize/authorization-service.ts';
import type { Texts } from './english.ts';
import { formFields } from './form-fields.ts';
import { formTargetsTo } from './form-targets.ts';
import { type Html, html } from './html.ts';
import { type Frame, type Page, productFrame } from './layout.ts';
import { clientRow, hiddenFields, notice, strong } from './page-parts.ts';

/** S046: an unknown account, a wrong password and a locked account are all `credentials`. */
export type SignInProblem =
  | { kind: 'credentials' | 'inactive' | 'disabled' | 'unconfirmed' | 'overloaded' }
  | { kind: 'throttled'; retryAfterSeconds: number };

export interface SignInPageModel {
  page: Pick<SignInPage, 'interaction' | 'formToken' | 'client' | 'username' | 'again' | 'offersAccount'>;
  /** Path that takes the form. It sends `decision=refuse` when the user cancels. */
  action: string;
  problem?: SignInProblem | undefined;
  /** Path of the page for a forgotten password, where there is one. */
  forgottenPassword?: string | undefined;
  /** Path where an account can be made, where the realm allows it. */
  createAccount?: string | undefined;
}

export function signInPage(model: SignInPageModel, frame: Frame = productFrame): Page {
  const { texts } = frame;
  const { client } = model.page;
  return {
    title: texts.signIn.title,
    frame,
    ...(client && { policy: { formTargets: formTargetsTo(client.destination), keepsOpener: true } }),
    content: html`${client && clientRow(client, texts, texts.signIn.toContinue(strong(client.name)))}
${model.page.offersAccount && signUpOffer(model, texts)}
${whyAgain(model, texts)}
${model.problem && notice('bad', problemText(model.problem, texts), 'problem')}
${form(model, texts)}
${links(model, texts)}`,
  };
}

function whyAgain({ page: { again, client } }: SignInPageModel, texts: Texts): Html | undefined {
  if (again === 'other_account') return html`<p>${texts.signIn.otherAccount}</p>`;
  if (again === undefined || client === undefined) return undefined;
  return html`<p>${texts.signIn.askedAgain(strong(client.name))}</p>`;
}

function problemText(problem: SignInProblem, { signIn: { problems } }: Texts): string {
  return problem.kind === 'throttled'
    ? problems.throttled(problem.retryAfterSeconds)
    : problems[problem.kind];
}

function form({ page, action, problem }: SignInPageModel, texts: Texts): Html {
  const { interaction, formToken, username = '', client } = page;
  // Only what the user typed can be wrong; a full queue or a throttle says nothing about it.
  const typedWrong = problem?.kind === 'credentials';
  const described = problem && html` aria-describedby="problem"`;
  const invalid = typedWrong && html` aria-invalid="true"`;
  const [nameFirst, passwordFirst] =
    username === '' ? [html` autofocus`, html``] : [html``, html` autofocus`];
  return html`<form action="${action}" method="post">
${hiddenFields([
  [formFields.interaction, interaction],
  [formFields.formToken, formToken],
])}
<div class="field">
<label for="username">${texts.signIn.username}</label>
<input id="username" name="${formFields.username}" type="text" value="${username}" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="320"${described}${invalid}${nameFirst}>
</div>
<div class="field">
<label for="password">${texts.signIn.password}</label>
<input id="password" name="${formFields.password}" type="password" autocomplete="current-password" required maxlength="1024"${described}${invalid}${passwordFirst}>
</div>
<p class="buttons"><button type="submit">${texts.signIn.submit}</button>
${client && html`<button type="submit" class="secondary" name="${formFields.decision}" value="refuse" formnovalidate>${texts.frame.cancel}</button>`}</p>
</form>`;
}

/** `prompt=create`: whoever has no account yet finds this first. */
const signUpOffer = ({ createAccount }: SignInPageModel, texts: Texts): Html | undefined =>
  createAccount === undefined
    ? undefined
    : html`<p class="notice plain">${texts.signIn.newHere} <a href="${createAccount}">${texts.signIn.createAccount}</a></p>`;

function links({ page, forgottenPassword, createAccount }: SignInPageModel, texts: Texts): Html | undefined {
  const offered = page.offersAccount ? undefined : createAccount;
  if (forgottenPassword === undefined && offered === undefined) return undefined;
  return html`<p class="links">${
    forgottenPassword !== undefined && html`<a href="${forgottenPassword}">${texts.signIn.forgotten}</a>`
  }${offered !== undefined && html`<a href="${offered}">${texts.signIn.createAccount}</a>`}</p>`;
}
