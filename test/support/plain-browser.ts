/** A browser without script: cookies, links and forms, one request at a time. It goes where the server's own redirects lead. */
import assert from 'node:assert/strict';
import { type Answer, call } from './http.ts';
import { readMarkup } from './markup.ts';
import { rememberSecret } from './secrets.ts';

export interface Visited extends Answer {
  /** Where it is now. */
  url: string;
  /** Where a redirect leads that leaves the server. */
  leavesTo: URL | undefined;
}

export interface PlainForm {
  action: string;
  fields: [string, string][];
}

export interface PlainBrowser {
  /** Name -> value, as last set. */
  cookies: Map<string, string>;
  open(address: string): Promise<Visited>;
  post(address: string, fields: Record<string, string> | string[][]): Promise<Visited>;
  /** Sends the page's form with what is typed in, over what stands there, and the button that is pressed. */
  submit(page: Visited, typed: Record<string, string>): Promise<Visited>;
}

const mostRedirects = 5;

export function createPlainBrowser(
  server: { url: string },
  headers: Record<string, string> = {},
): PlainBrowser {
  const cookies = new Map<string, string>();

  function keepCookies(answer: Answer): void {
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/;\s*Max-Age=0/i.test(line)) cookies.delete(name);
      else {
        cookies.set(name, value);
        if (value.length > 20) rememberSecret(value);
      }
    }
  }

  async function visit(method: string, address: string, form?: string[][], redirects = 0): Promise<Visited> {
    const url = new URL(address, server.url);
    assert.equal(url.origin, new URL(server.url).origin, 'the browser stays on the server');
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await call(server, `${method} ${url.pathname}${url.search}`, {
      ...(form && { form }),
      headers: { ...headers, ...(cookie !== '' && { cookie }) },
    });
    keepCookies(answer);
    const { location } = answer.headers;
    const target = location === undefined ? undefined : new URL(location, url);
    if (!target) return { ...answer, url: url.href, leavesTo: undefined };
    if (target.origin !== url.origin) return { ...answer, url: url.href, leavesTo: target };
    assert.ok(redirects < mostRedirects, `no end of redirects: ${location}`);
    return visit('GET', target.href, undefined, redirects + 1);
  }

  return {
    cookies,
    open: (address) => visit('GET', address),
    post: (address, fields) => visit('POST', address, pairsOf(fields)),
    submit(page, typed) {
      const { action, fields } = formOf(page);
      const kept = fields.filter(([name]) => !Object.hasOwn(typed, name));
      return visit('POST', new URL(action, page.url).href, [...kept, ...Object.entries(typed)]);
    },
  };
}

const pairsOf = (fields: Record<string, string> | string[][]): string[][] =>
  Array.isArray(fields) ? fields : Object.entries(fields);

/** The first form of a page, with its hidden fields. */
export function formOf({ text }: Pick<Visited, 'text'>): PlainForm {
  const [, attributes = '', content = ''] = /<form\b([^>]*)>([\s\S]*?)<\/form>/.exec(text) ?? [];
  assert.ok(content !== '', `there is a form on the page: ${text}`);
  const hidden = [...content.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
  return {
    action: readMarkup(/action="([^"]*)"/.exec(attributes)?.[1] ?? ''),
    fields: hidden.map(([, name = '', value = '']) => [readMarkup(name), readMarkup(value)]),
  };
}
