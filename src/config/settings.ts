/** Every setting once: what it is called, what it may be, what it is when nobody says, and what it does. */

import { isIPv6 } from 'node:net';
import { availableParallelism } from 'node:os';
import type { Configuration, SettingName } from './configuration.ts';
import * as kinds from './value-kinds.ts';

/** `url` shows the value without the password in it; `secret` never shows it. */
export type Secrecy = 'public' | 'url' | 'secret';

/** The sections of `docs/settings.md`, in order. */
export const settingGroups = ['Server', 'Storage', 'Accounts', 'Mail', 'Operation'] as const;

export interface Setting<Value> {
  readonly environment: `KEYGRID_${string}`;
  readonly flag: `--${string}`;
  readonly group: (typeof settingGroups)[number];
  readonly kind: kinds.ValueKind<NonNullable<Value>>;
  readonly unit?: string;
  readonly secrecy: Secrecy;
  /** One sentence. */
  readonly summary: string;
  /** The default in words, for the generated page. */
  readonly defaultText: string;
  /** The value when not set, from what is set. */
  fallback(given: Partial<Configuration>): Value;
}

const defaultHost = '127.0.0.1';
const defaultPort = 8080;

/** The URL that this machine's own browser can use: what links say until `KEYGRID_PUBLIC_URL` is set. */
export function defaultPublicUrl(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? defaultHost : host;
  return new URL(`http://${isIPv6(reachable) ? `[${reachable}]` : reachable}:${port}`).origin;
}

type SettingsTable = { readonly [Name in SettingName]: Setting<Configuration[Name]> };

export const settings: SettingsTable = {
  host: {
    environment: 'KEYGRID_HOST',
    flag: '--host',
    group: 'Server',
    kind: kinds.hostName,
    secrecy: 'public',
    summary: 'Address to listen on; `0.0.0.0` or `::` listens on every one.',
    defaultText: `\`${defaultHost}\``,
    fallback: () => defaultHost,
  },
  port: {
    environment: 'KEYGRID_PORT',
    flag: '--port',
    group: 'Server',
    kind: kinds.wholeNumber(0, 65535),
    secrecy: 'public',
    summary: 'Port to listen on; `0` lets the system choose one.',
    defaultText: `\`${defaultPort}\``,
    fallback: () => defaultPort,
  },
  publicUrl: {
    environment: 'KEYGRID_PUBLIC_URL',
    flag: '--public-url',
    group: 'Server',
    kind: kinds.originUrl,
    secrecy: 'public',
    summary: 'Where the outside reaches this server: token issuers and the links in mail begin with it.',
    defaultText: '`http://` with the host and port',
    fallback: (given) => defaultPublicUrl(given.host ?? defaultHost, given.port ?? defaultPort),
  },
  trustProxy: {
    environment: 'KEYGRID_TRUST_PROXY',
    flag: '--trust-proxy',
    group: 'Server',
    kind: kinds.networks,
    secrecy: 'public',
    summary: 'Reverse proxies whose `X-Forwarded-*` headers are believed; from anyone else they are ignored.',
    defaultText: '`none`',
    fallback: () => Object.freeze([]),
  },
  dataDirectory: {
    environment: 'KEYGRID_DATA',
    flag: '--data',
    group: 'Storage',
    kind: kinds.directory,
    secrecy: 'public',
    summary: 'Directory of what is kept on disk, the SQLite database above all; made when missing.',
    defaultText: '`./data`',
    fallback: () => './data',
  },
  databaseUrl: {
    environment: 'KEYGRID_DATABASE_URL',
    flag: '--database-url',
    group: 'Storage',
    kind: kinds.urlOfScheme('postgres://user:password@host:5432/keygrid', 'postgres', 'postgresql'),
    secrecy: 'url',
    summary: 'PostgreSQL, or a compatible engine, to use instead of SQLite.',
    defaultText: 'not set: SQLite',
    fallback: () => undefined,
  },
  superuserPassword: {
    environment: 'KEYGRID_SUPERUSER_PASSWORD',
    flag: '--superuser-password',
    group: 'Accounts',
    kind: kinds.textOfLength(8, 1024),
    secrecy: 'secret',
    summary: 'Password of the superuser that the first start makes.',
    defaultText: 'not set: generated and printed once',
    fallback: () => undefined,
  },
  signup: {
    environment: 'KEYGRID_SIGNUP',
    flag: '--signup',
    group: 'Accounts',
    kind: kinds.oneOf('open', 'closed'),
    secrecy: 'public',
    summary: 'Whether anyone may make an organization, or the superuser only.',
    defaultText: '`closed`; `open` with `--demo`',
    fallback: () => 'closed',
  },
  adminConfirmation: {
    environment: 'KEYGRID_ADMIN_CONFIRMATION',
    flag: '--admin-confirmation',
    group: 'Accounts',
    kind: kinds.yesOrNo,
    secrecy: 'public',
    summary: 'Whether a new admin user must confirm the email address before the first sign-in.',
    defaultText: '`true` with `KEYGRID_SMTP_URL`, else `false`',
    fallback: (given) => given.smtpUrl !== undefined,
  },
  adminApproval: {
    environment: 'KEYGRID_ADMIN_APPROVAL',
    flag: '--admin-approval',
    group: 'Accounts',
    kind: kinds.yesOrNo,
    secrecy: 'public',
    summary: 'Whether the superuser must approve a new admin user.',
    defaultText: '`false`',
    fallback: () => false,
  },
  organizationApproval: {
    environment: 'KEYGRID_ORGANIZATION_APPROVAL',
    flag: '--organization-approval',
    group: 'Accounts',
    kind: kinds.yesOrNo,
    secrecy: 'public',
    summary: 'Whether the superuser must approve a new organization.',
    defaultText: '`false`',
    fallback: () => false,
  },
  smtpUrl: {
    environment: 'KEYGRID_SMTP_URL',
    flag: '--smtp-url',
    group: 'Mail',
    kind: kinds.urlOfScheme('smtps://user:password@mail.example.com', 'smtp', 'smtps'),
    secrecy: 'url',
    summary: 'Mail server to send through.',
    defaultText: 'not set: mail goes to an outbox that the superuser can read',
    fallback: () => undefined,
  },
  mailFrom: {
    environment: 'KEYGRID_MAIL_FROM',
    flag: '--mail-from',
    group: 'Mail',
    kind: kinds.mailbox,
    secrecy: 'public',
    summary: 'Sender of all mail.',
    defaultText: '`Keygrid <keygrid@localhost>`',
    fallback: () => 'Keygrid <keygrid@localhost>',
  },
  adminMail: {
    environment: 'KEYGRID_ADMIN_MAIL',
    flag: '--admin-mail',
    group: 'Mail',
    kind: kinds.mailAddress,
    secrecy: 'public',
    summary: 'Where requests for approval go; required when mail is sent and an approval is demanded.',
    defaultText: 'not set',
    fallback: () => undefined,
  },
  entityNotFoundCode: {
    environment: 'KEYGRID_ENTITY_NOT_FOUND_CODE',
    flag: '--entity-not-found-code',
    group: 'Operation',
    kind: kinds.oneOf('entity_not_found', 'service_resource_not_found'),
    secrecy: 'public',
    summary:
      'Error name for an unknown entity; `service_resource_not_found` is what Usergrid SDKs from before 2.0 need.',
    defaultText: '`entity_not_found`',
    fallback: () => 'entity_not_found',
  },
  autodeskRateLimits: {
    environment: 'KEYGRID_AUTODESK_RATE_LIMITS',
    flag: '--autodesk-rate-limits',
    group: 'Operation',
    kind: kinds.yesOrNo,
    secrecy: 'public',
    summary: "Whether Autodesk's limits of calls a minute hold for the clients of its dialect.",
    defaultText: '`true`',
    fallback: () => true,
  },
  passwordConcurrency: {
    environment: 'KEYGRID_PASSWORD_CONCURRENCY',
    flag: '--password-concurrency',
    group: 'Operation',
    kind: kinds.wholeNumber(1, 64),
    secrecy: 'public',
    summary: 'Passwords hashed at the same time, each taking a processor and 19 MiB.',
    defaultText: 'the number of processors, at most 8',
    fallback: () => Math.min(8, availableParallelism()),
  },
  shutdownSeconds: {
    environment: 'KEYGRID_SHUTDOWN_SECONDS',
    flag: '--shutdown-seconds',
    group: 'Operation',
    kind: kinds.wholeNumber(0, 3600),
    unit: 'seconds',
    secrecy: 'public',
    summary: 'How long a `SIGTERM` waits for requests in flight before it cuts them off.',
    defaultText: '`20`',
    fallback: () => 20,
  },
  logLevel: {
    environment: 'KEYGRID_LOG_LEVEL',
    flag: '--log-level',
    group: 'Operation',
    kind: kinds.oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    secrecy: 'public',
    summary: 'The least serious log lines to write.',
    defaultText: '`info`',
    fallback: () => 'info',
  },
};

export const settingNames = Object.keys(settings) as readonly SettingName[];

/** Any entry of the table, when which one does not matter. */
export const settingOf = (name: SettingName): Setting<Configuration[SettingName]> => settings[name];

/** `--public-url` -> `publicUrl`: the key under which a command-line parser reports the flag. */
export const flagKeyOf = (name: SettingName): string =>
  settings[name].flag.slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** What a command-line parser needs to offer every setting as a flag: `--port <number>` and its help. */
export function settingFlags(): { flags: string; description: string }[] {
  return settingNames.map((name) => {
    const { flag, kind, summary, environment } = settingOf(name);
    return { flags: `${flag} <${kind.placeholder}>`, description: `${summary} [${environment}]` };
  });
}
