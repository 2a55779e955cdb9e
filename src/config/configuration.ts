/** What the operator decided, typed. Built by `loadConfiguration`, frozen, and handed down by `src/main.ts`. */

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** What an unknown entity of a custom collection is called on the Usergrid wire. usergrid-data.md §0.6. */
export type EntityNotFoundCode = 'entity_not_found' | 'service_resource_not_found';

export interface Configuration {
  /** Address or name to listen on, an IPv6 address without brackets. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** As given: relative to the working directory. */
  readonly dataDirectory: string;
  /** Undefined means SQLite in `dataDirectory`. */
  readonly databaseUrl: string | undefined;
  /** An origin, without a trailing slash. */
  readonly publicUrl: string;
  /** Addresses, networks and the names `loopback`, `linklocal`, `uniquelocal`; empty trusts nobody. */
  readonly trustProxy: readonly string[];
  readonly superuserPassword: string | undefined;
  readonly signup: 'open' | 'closed';
  readonly adminConfirmation: boolean;
  readonly adminApproval: boolean;
  readonly organizationApproval: boolean;
  readonly adminMail: string | undefined;
  /** Undefined means the outbox that the superuser can read. */
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string;
  readonly entityNotFoundCode: EntityNotFoundCode;
  /** Whether clients of the autodesk dialect are held to its limits of calls a minute. */
  readonly autodeskRateLimits: boolean;
  readonly passwordConcurrency: number;
  readonly shutdownSeconds: number;
  readonly logLevel: LogLevel;
}

export type SettingName = keyof Configuration;

/** Where a value came from. A flag wins over the environment, which wins over the default. */
export type SettingSource = 'default' | 'environment' | 'flag';

export type SettingSources = Readonly<Record<SettingName, SettingSource>>;
