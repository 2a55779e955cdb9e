/**
 * A browser without script, to follow sign-ins step by step: it keeps cookies, reads forms and sends them, and follows
 * no redirect by itself. Whatever secret it meets is remembered.
 */
import assert from 'node:assert/strict';
import { type Answer, type CallOptions, call } from './http.ts';
import { readMarkup } from './markup.ts';
import { rememberSecret, rememberSecretsIn } from './secrets.ts';

export interface PageForm {
  action: string;
  /** Hidden fields and what stands in the others, in their order. */
  fields: [name: string, value: string][];
}

export interface Visited extends Answer {
  /** Where it was: what an empty action of a form leads back to. */
  path: string;
  forms: PageForm[];
}

const secretFields = ['form_token', 'interaction', 'user_code'];

/** Forms that are sent, in the order of the page. */
export function formsIn(markup: string): PageForm[] {
  return [...markup.matchAll(/<form\b[^>]*\baction="([^"]*)"[^>]*>(.*?)<\/form>/gs)].map(
    ([, action = '', content = '']) => ({
      action: readMarkup(action),
      fields: [...content.matchAll(/<input\b[^>]*>/g)].flatMap(([input]): [string, string][] => {
        const name = / name="([^"]*)"/.exec(input)?.[1];
        const isUnticked = / type="checkbox"/.test(input) && !/ checked/.test(input);
        if (name === undefined || isUnticked) return [];
        return [[readMarkup(name), readMarkup(/ value="([^"]*)"/.exec(input)?.[1] ?? '')]];
      }),
    }),
  );
}

function rememberSecretsOf({ headers, forms }: Visited): void {
  for (const { fields } of forms) {
    for (const [name, value] of fields) if (secretFields.includes(name)) rememberSecret(value);
  }
  const { location } = headers;
  if (location === undefined) return;
  const interaction = /\/account\/interaction\/([^/?]+)/.exec(location)?.[1];
  if (interaction !== undefined) rememberSecret(interaction);
  const [, query = '', fragment = ''] = /^[^?#]*\??([^#]*)#?(.*)$/s.exec(location) ?? [];
  for (const part of [query, fragment]) {
    rememberSecretsIn(Object.fromEntries(new URLSearchParams(part)));
  }
}

export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly #server: { url: string };

  constructor(server: { url: string }) {
    this.#server = server;
  }

  async get(path: string, options: CallOptions = {}): Promise<Visited> {
    return this.#visit('GET', path, options);
  }

  async post(path: string, options: CallOptions = {}): Promise<Visited> {
    return this.#visit('POST', path, options);
  }

  /** Sends the form of the page as a user would, with what is typed or pressed. */
  async submit(page: Visited, typed: Record<string, string> = {}, index = 0): Promise<Visited> {
    const form = page.forms[index];
    assert.ok(form, `${page.status} has no form: ${page.text.slice(0, 1000)}`);
    const path = form.action === '' ? page.path : form.action;
    return this.post(path, { form: { ...Object.fromEntries(form.fields), ...typed } });
  }

  /** Goes on to the next page as long as the answer is a redirect within our own origin. */
  async follow(answer: Visited): Promise<Visited> {
    let current = answer;
    for (let step = 0; step < 5; step++) {
      const { location } = current.headers;
      const path = location?.startsWith(this.#server.url)
        ? location.slice(this.#server.url.length)
        : location;
      if (path === undefined || !/^\/(?!\/)/.test(path)) return current;
      current = await this.get(path);
    }
    throw new Error(`${answer.path} leads round in a circle`);
  }

  /** The header, for requests that this browser does not send itself. */
  cookieHeader(): Record<string, string> {
    if (this.cookies.size === 0) return {};
    return { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
  }

  async #visit(method: string, path: string, options: CallOptions): Promise<Visited> {
    const headers = { accept: 'text/html', ...this.cookieHeader(), ...options.headers };
    const answer = await call(this.#server, `${method} ${path}`, { ...options, headers });
    for (const line of answer.headers['set-cookie'] ?? []) this.#keep(line);
    const isPage = /text\/html/.test(answer.headers['content-type'] ?? '');
    const visited = { ...answer, path, forms: isPage ? formsIn(answer.text) : [] };
    rememberSecretsOf(visited);
    return visited;
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const at = pair.indexOf('=');
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    if (attributes.some((attribute) => /^max-age=0$/i.test(attribute))) this.cookies.delete(name);
    else {
      this.cookies.set(name, value);
      rememberSecret(value);
    }
  }
}
