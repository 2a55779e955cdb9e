/**
 * The sign-in page of Usergrid, as seeds 000 and 001 show it: names, order and classes of its form are what clients
 * and tests know it by. usergrid-auth.md 5.1.
 */
import { formFields } from './form-fields.ts';
import { destinationOf, formTargetsTo } from './form-targets.ts';
import { html } from './html.ts';
import { type Frame, type Page, productFrame } from './layout.ts';
import { hiddenFields, strong } from './page-parts.ts';

/** The request as it came; what is absent is an empty field. */
export interface UsergridSignInRequest {
  response_type?: string | undefined;
  client_id?: string | undefined;
  redirect_uri?: string | undefined;
  scope?: string | undefined;
  state?: string | undefined;
}

export interface UsergridSignInPageModel {
  request: UsergridSignInRequest;
  /** After the fields of the original, when there is one. */
  formToken?: string | undefined;
  /** Above the form, after a failed attempt: `Username or password do not match`. */
  message?: string | undefined;
  /** Name and destination of the client, where it is known already. */
  client?: { name: string; destination: string | undefined } | undefined;
}

const requestFields = ['response_type', 'client_id', 'redirect_uri', 'scope', 'state'] as const;

/** The form is sent to its own address, query and all: `action=""`, as in the original. */
export function usergridSignInPage(
  { request, formToken, message, client }: UsergridSignInPageModel,
  frame: Frame = productFrame,
): Page {
  const texts = frame.texts.usergridSignIn;
  const destination = client?.destination ?? destinationOf(request.redirect_uri ?? '');
  const described = message !== undefined && html` aria-describedby="problem"`;
  return {
    title: texts.title,
    document: 'usergrid',
    frame,
    policy: { formTargets: formTargetsTo(destination), keepsOpener: true },
    content: html`${client && html`<p class="lead">${texts.usedFor(strong(client.name))}</p>`}
<div class="dialog-area">
${message !== undefined && html`<div class="dialog-form-message" id="problem" role="alert">${message}</div>`}
<form class="dialog-form" action="" method="post">
${hiddenFields(requestFields.map((name) => [name, request[name] ?? '']))}${hiddenFields([
  [formFields.formToken, formToken],
])}<fieldset>
<p>
<label for="username">${texts.username}</label>
</p>
<p>
<input class="text_field" id="username" name="username" type="text" autocomplete="username" autocapitalize="none" spellcheck="false"${described}>
</p>
<p>
<label for="password">${texts.password}</label>
</p>
<p>
<input class="text_field" id="password" name="password" type="password" autocomplete="current-password"${described}>
</p>
<p class="buttons">
<button type="submit">${texts.submit}</button>
</p>
</fieldset>
</form>
</div>`,
  };
}
