/** Errors that never leave our own origin: there is no redirect URI to trust. S002, S005; aps-auth.md 1.2 and 7, pain 1. */
import { type Html, html } from './html.ts';
import { type Frame, type Page, productFrame } from './layout.ts';
import { notice } from './page-parts.ts';

export interface AuthorizationErrorPageModel {
  /** Safe to show: what a KeygridError says. For a redirect URI also in what it differs, but never what is registered. */
  description: string;
  /** The redirect URI that was sent, when it is what was wrong. */
  redirectUri?: string | undefined;
  requestId: string;
}

const longestShown = 300;

export function authorizationErrorPage(
  { description, redirectUri, requestId }: AuthorizationErrorPageModel,
  frame: Frame = productFrame,
): Page {
  const texts = frame.texts.error;
  return {
    title: texts.title,
    frame,
    policy: { keepsOpener: true },
    content: html`<p>${texts.lead}</p>
${notice('bad', description)}
<dl class="facts">
${redirectUri !== undefined && fact(texts.sent, html`<code>${shortened(redirectUri)}</code>`)}${fact(frame.texts.frame.requestId, html`<code>${requestId}</code>`)}</dl>
<p class="quiet">${texts.operator}</p>
<p class="quiet">${texts.goBack}</p>`,
  };
}

const fact = (name: string, value: Html): Html => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`;

const shortened = (text: string): string =>
  text.length > longestShown ? `${text.slice(0, longestShown).toWellFormed()}…` : text;

/** Nothing is at the address. */
export const noSuchPage = (requestId: string, frame: Frame = productFrame): Page =>
  briefErrorPage(frame.texts.noPage, requestId, frame);

/** The interaction is unknown, over, or another browser's: it is never told which. */
export const interactionGonePage = (requestId: string, frame: Frame = productFrame): Page =>
  briefErrorPage(frame.texts.expired, requestId, frame);

const briefErrorPage = (
  { title, lead }: Record<'title' | 'lead', string>,
  requestId: string,
  frame: Frame,
): Page => ({
  title,
  frame,
  policy: { keepsOpener: true },
  content: html`<p>${lead}</p>
<dl class="facts">${fact(frame.texts.frame.requestId, html`<code>${requestId}</code>`)}</dl>`,
});
