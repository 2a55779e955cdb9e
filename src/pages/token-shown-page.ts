/** The usergrid dialect's answer to a member of the client's organization who named no redirect URI: the token itself. */
import type { ClientOnPage } from '../core/oauth/authorize/authorization-service.ts';
import { html } from './html.ts';
import { type Frame, type Page, productFrame } from './layout.ts';
import { strong } from './page-parts.ts';

export interface TokenShownPageModel {
  accessToken: string;
  /** 0: without end. */
  expiresInSeconds: number;
  scopes: readonly string[];
  client: Pick<ClientOnPage, 'name'>;
}

/** In a field that cannot be changed: there it can be selected whole by keyboard, touch and pointer, without script. */
export function tokenShownPage(
  { accessToken, expiresInSeconds, scopes, client }: TokenShownPageModel,
  frame: Frame = productFrame,
): Page {
  const texts = frame.texts.tokenShown;
  return {
    title: texts.title,
    frame,
    content: html`<p>${texts.lead(strong(client.name))}</p>
<div class="field">
<label for="access_token">${texts.token}</label>
<textarea id="access_token" class="token" readonly rows="4" spellcheck="false" autocomplete="off" aria-describedby="hint">${accessToken}</textarea>
<p class="hint" id="hint">${texts.hint}${expiresInSeconds > 0 && ` ${texts.expires(expiresInSeconds)}`}</p>
</div>
${scopes.length > 0 && html`<p class="quiet">${texts.scopes}: ${scopes.map((scope) => html`<code>${scope}</code> `)}</p>`}`,
  };
}
