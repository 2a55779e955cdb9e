/** The frame around every page, and the headers that it goes out with. No page needs script, or anything from elsewhere. */
import type { FastifyReply } from 'fastify';
import { english, type Texts } from './english.ts';
import { type Html, html } from './html.ts';
import { staticAddresses } from './static-routes.ts';
import { initialsOf, productTheme, type Theme, themeAddress } from './theme.ts';

/** What every page is told besides its own matter: whose look it has, and in which language it speaks. */
export interface Frame {
  theme: Theme;
  texts: Texts;
}

export const productFrame: Frame = { theme: productTheme, texts: english };

export interface Page {
  /** Of the window and of the panel. */
  title: string;
  content: Html;
  /** The product's own look and English without it. */
  frame?: Frame;
  /** `wide` for lists. */
  width?: 'wide';
  /** Instead of the title above the content: the content has a heading of its own. */
  heading?: 'own';
  /** Usergrid's page is known by its exact title and document type (usergrid-auth.md 5.1). */
  document?: 'usergrid';
  policy?: PagePolicy;
}

/** Where a page needs more than the strictest policy. */
export interface PagePolicy {
  /** Besides our own origin, where the answer to a form may lead: CSP source expressions. */
  formTargets?: readonly string[];
  /** `submit.js`, which sends the first form as soon as it is there. */
  script?: 'submit';
  /**
   * The window that opened this one may go on talking to what comes after it. Single-page applications open the
   * sign-in in a window of its own, and wait for their own page to come up in it.
   */
  keepsOpener?: true;
}

export interface SendPageOptions {
  /** 200 unless said otherwise. */
  status?: number;
  /** Whether other sites may show the page in a frame. Only for pages whose buttons do no harm there. */
  framing?: 'refused' | 'allowed';
  /** Origins, besides our own and those of the page's policy, to which a form's answer may redirect. */
  formTargets?: readonly string[];
}

export function renderPage(page: Page): string {
  const { title, content, width, heading } = page;
  const { theme, texts } = page.frame ?? productFrame;
  return html`${documentStart(page)}
<html lang="${texts.tag}" dir="${texts.direction}">
<head>
${documentHead(page, theme)}
</head>
<body>
<header class="brand">${brandOf(theme)}</header>
<main class="panel${width === 'wide' && ' wide'}">
${heading !== 'own' && html`<h1>${title}</h1>`}
${content}
</main>
${!theme.isProduct && html`<footer>${texts.frame.by}</footer>`}
</body>
</html>
`.text;
}

const documentStart = ({ document }: Page): Html =>
  document === 'usergrid'
    ? html`<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">`
    : html`<!DOCTYPE html>`;

const documentHead = ({ title, document, policy }: Page, { name, color }: Theme): Html =>
  html`${
    document === 'usergrid'
      ? html`<meta http-equiv="Content-Type" content="text/html; charset=utf-8">`
      : html`<meta charset="utf-8">`
  }
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}${document !== 'usergrid' && ` · ${name}`}</title>
<link rel="stylesheet" type="text/css" href="${staticAddresses.stylesheet}">
${color && html`<link rel="stylesheet" type="text/css" href="${themeAddress(color)}">`}
<link rel="icon" type="image/svg+xml" href="${staticAddresses.logo}">
${policy?.script && html`<script src="${staticAddresses.submitScript}" defer></script>`}`;

/** The name stands beside the picture, so that the picture needs no words. */
function brandOf({ name, logo, isProduct }: Theme): Html {
  const picture = isProduct ? staticAddresses.logo : logo;
  const mark =
    picture === undefined
      ? html`<span class="mark" aria-hidden="true">${initialsOf(name)}</span>`
      : html`<img src="${picture}" alt="" width="32" height="32">`;
  return html`${mark}<span>${name}</span>`;
}

export function sendPage(reply: FastifyReply, page: Page, options: SendPageOptions = {}): FastifyReply {
  return reply
    .code(options.status ?? 200)
    .headers(pageHeaders(options, page.policy))
    .send(renderPage(page));
}

/** Also for pages with a markup of their own. */
export function pageHeaders(
  { framing = 'refused', formTargets = [] }: SendPageOptions,
  { formTargets: ownTargets = [], script, keepsOpener }: PagePolicy = {},
): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    // Logos that the server holds stand in the page itself (held-image.ts).
    "img-src 'self' data:",
    `form-action ${["'self'", ...ownTargets, ...formTargets].join(' ')}`,
    "base-uri 'none'",
  ];
  if (script) policy.push("script-src 'self'");
  if (framing === 'refused') policy.push("frame-ancestors 'none'");
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
    // The address of a page may hold the token of a mail.
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': keepsOpener ? 'unsafe-none' : 'same-origin',
    ...(framing === 'refused' ? { 'x-frame-options': 'DENY' } : {}),
  };
}
