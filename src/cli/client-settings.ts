/** What the options of a command say about a client. Lists are separated by spaces or commas. */
import type { Client, GrantType } from '../core/clients/client.ts';
import type { ClientSettings } from '../core/clients/client-service.ts';
import { type Invocation, type OptionDeclaration, textOption } from './command.ts';
import { CommandProblem } from './problem.ts';

export const clientOptions: readonly OptionDeclaration[] = [
  { flags: '--name <name>', description: 'what users are shown' },
  { flags: '--redirect-uris <uris>', description: 'where users come back to, separated by spaces' },
  { flags: '--post-logout-redirect-uris <uris>', description: 'where browsers may go after logout' },
  { flags: '--grant-types <names>', description: 'such as authorization_code,refresh_token' },
  { flags: '--scopes <names>', description: 'what it may ask for, separated by spaces or commas' },
  { flags: '--implicit-return <place>', description: 'autodesk: query, fragment or both' },
  { flags: '--pkce <rule>', description: 'required or exempt' },
  { flags: '--consent <rule>', description: 'ask or trusted' },
  { flags: '--access-token-format <format>', description: 'opaque or jwt' },
  { flags: '--cors-origins <origins>', description: 'origins of pages that may call the token endpoint' },
];

/** @throws CommandProblem; the rules between settings are the core's */
export function readClientSettings(invocation: Invocation): ClientSettings {
  const lists = {
    redirectUris: readList(invocation, 'redirectUris', /\s+/),
    postLogoutRedirectUris: readList(invocation, 'postLogoutRedirectUris', /\s+/),
    grantTypes: readList(invocation, 'grantTypes', /[\s,]+/) as GrantType[] | undefined,
    scopes: readList(invocation, 'scopes', /[\s,]+/),
    corsOrigins: readList(invocation, 'corsOrigins', /[\s,]+/),
  };
  const words = {
    implicitReturn: readWord<Client['implicitReturn']>(invocation, 'implicitReturn', [
      'query',
      'fragment',
      'both',
    ]),
    pkce: readWord<Client['pkce']>(invocation, 'pkce', ['required', 'exempt']),
    consent: readWord<Client['consent']>(invocation, 'consent', ['ask', 'trusted']),
    accessTokenFormat: readWord<Client['accessTokenFormat']>(invocation, 'accessTokenFormat', [
      'opaque',
      'jwt',
    ]),
  };
  const given = Object.entries({ ...lists, ...words }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

/** An empty text is an empty list. */
function readList(invocation: Invocation, name: string, separator: RegExp): string[] | undefined {
  return textOption(invocation, name)
    ?.split(separator)
    .filter((item) => item !== '');
}

/** @throws CommandProblem */
export function readWord<Word extends string>(
  invocation: Invocation,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const text = textOption(invocation, name);
  if (text === undefined) return undefined;
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new CommandProblem(`--${flag} must be ${words.join(' or ')}, not "${text}".`);
}
