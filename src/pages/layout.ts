/** The frame around every page, and the headers that it goes out with. No page needs script, or anything from elsewhere. */
import type { FastifyReply } from 'fastify';
import { type Html, html } from './html.ts';
import { staticAddresses } from './static-routes.ts';

export interface Page {
  /** Of the window and of the panel. */
  title: string;
  content: Html;
}

export interface SendPageOptions {
  /** 200 unless said otherwise. */
  status?: number;
  /** Whether other sites may show the page in a frame. Only for pages whose buttons do no harm there. */
  framing?: 'refused' | 'allowed';
  /** Origins, besides our own, to which a form's answer may redirect. */
  formTargets?: readonly string[];
}

export const renderPage = ({ title, content }: Page): string =>
  html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · Keygrid</title>
<link rel="stylesheet" href="${staticAddresses.stylesheet}">
<link rel="icon" type="image/svg+xml" href="${staticAddresses.logo}">
</head>
<body>
<header class="brand"><img src="${staticAddresses.logo}" alt="" width="28" height="28"><span>Keygrid</span></header>
<main class="panel">
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`.text;

export function sendPage(reply: FastifyReply, page: Page, options: SendPageOptions = {}): FastifyReply {
  return reply
    .code(options.status ?? 200)
    .headers(pageHeaders(options))
    .send(renderPage(page));
}

/** Also for pages with a markup of their own. */
export function pageHeaders({
  framing = 'refused',
  formTargets = [],
}: SendPageOptions): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    `form-action ${["'self'", ...formTargets].join(' ')}`,
    "base-uri 'none'",
  ];
  if (framing === 'refused') policy.push("frame-ancestors 'none'");
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
    // The address of a page may hold the token of a mail.
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
    ...(framing === 'refused' ? { 'x-frame-options': 'DENY' } : {}),
  };
}
