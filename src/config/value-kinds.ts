/** The kinds of value a setting can have: what is expected, how its text is read, how it is shown again. */
import { isIP } from 'node:net';

export interface ValueKind<Value> {
  /** Completes "expected …". */
  readonly expected: string;
  /** The placeholder of the flag's value in help: `--port <number>`. */
  readonly placeholder: string;
  /** The value, or undefined when the text is not one. Blank text never gets here. */
  parse(text: string): Value | undefined;
  render(value: Value): string;
}

const plainText = (value: string): string => value;

export function wholeNumber(least: number, most: number): ValueKind<number> {
  return {
    expected: `a whole number from ${least} to ${most}`,
    placeholder: 'number',
    parse(text) {
      const value = Number(text);
      return /^\d+$/.test(text) && value >= least && value <= most ? value : undefined;
    },
    render: String,
  };
}

export function oneOf<const Word extends string>(...words: readonly Word[]): ValueKind<Word> {
  return {
    expected: words.map((word) => `\`${word}\``).join(' or '),
    placeholder: 'word',
    parse: (text) => words.find((word) => word === text.toLowerCase()),
    render: plainText,
  };
}

const truthByWord = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
]);

export const yesOrNo: ValueKind<boolean> = {
  expected: '`true` or `false` (also `yes`/`no`, `on`/`off`, `1`/`0`)',
  placeholder: 'boolean',
  parse: (text) => truthByWord.get(text.toLowerCase()),
  render: String,
};

export function textOfLength(least: number, most: number): ValueKind<string> {
  return {
    expected: `${least} to ${most} characters`,
    placeholder: 'text',
    parse: (text) => (text.length >= least && text.length <= most ? text : undefined),
    render: plainText,
  };
}

export const directory: ValueKind<string> = {
  expected: 'the path of a directory',
  placeholder: 'directory',
  parse: (text) => (text.includes('\0') ? undefined : text),
  render: plainText,
};

const hostNamePattern = /^(?!.*\.\.)[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/i;

export const hostName: ValueKind<string> = {
  expected: 'an IP address or a host name',
  placeholder: 'host',
  parse(text) {
    const bare = text.replace(/^\[(.*)\]$/, '$1');
    if (isIP(bare) !== 0) return bare;
    // Digits and dots alone are a mistyped address, never a name.
    return hostNamePattern.test(text) && !/^[\d.]+$/.test(text) && URL.canParse(`http://${text}`)
      ? text
      : undefined;
  },
  render: plainText,
};

const readUrl = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

/**
 * A URL whose scheme is one of those given; kept as it was written. The host may stand in the query, where
 * PostgreSQL has the path of a socket.
 */
export function urlOfScheme(example: string, ...schemes: readonly string[]): ValueKind<string> {
  return {
    expected: `a URL like \`${example}\``,
    placeholder: 'url',
    parse(text) {
      const url = readUrl(text);
      if (!url || !schemes.includes(url.protocol.slice(0, -1))) return undefined;
      return url.hostname !== '' || url.searchParams.has('host') ? text : undefined;
    },
    render: plainText,
  };
}

/** Scheme, host and port: Keygrid answers at the root of its host, so that a path here would make wrong links. */
export const originUrl: ValueKind<string> = {
  expected: 'the scheme, host and port of a URL like `https://auth.example.com`, without a path',
  placeholder: 'url',
  parse(text) {
    const url = readUrl(text);
    if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined;
    const isBare = url.pathname === '/' && url.username === '' && url.password === '' && !/[?#]/.test(text);
    return isBare ? url.origin : undefined;
  },
  render: plainText,
};

const addressPattern = /^[^\s<>",;:@]+@[^\s<>",;:@]+$/;

export const mailAddress: ValueKind<string> = {
  expected: 'one email address like `admin@example.com`',
  placeholder: 'address',
  parse: (text) => (addressPattern.test(text) ? text : undefined),
  render: plainText,
};

export const mailbox: ValueKind<string> = {
  expected: 'one email address, with or without a name: `Keygrid <keygrid@example.com>`',
  placeholder: 'address',
  parse(text) {
    const address = /^[^<>\r\n]*<([^<>]+)>$/.exec(text)?.[1] ?? text;
    return addressPattern.test(address) ? text : undefined;
  },
  render: plainText,
};

const proxyNames = ['loopback', 'linklocal', 'uniquelocal'];

function isNetwork(text: string): boolean {
  if (proxyNames.includes(text)) return true;
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

export const networks: ValueKind<readonly string[]> = {
  expected: `\`none\`, or addresses and networks separated by commas, like \`10.0.0.0/8,::1\`; \`${proxyNames.join('`, `')}\` name the usual ones`,
  placeholder: 'networks',
  parse(text) {
    if (text === 'none') return [];
    const parts = text.split(',').map((part) => part.trim());
    return parts.every(isNetwork) ? Object.freeze(parts) : undefined;
  },
  render: (value) => (value.length === 0 ? 'none' : value.join(',')),
};
