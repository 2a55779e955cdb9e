/** What a step of the authorization request sees, and what it may find. */
import type { Client } from '../../clients/client.ts';
import type { RealmKey } from '../../tenancy/tenancy.ts';
import type { Uuid } from '../../uuid.ts';
import type { ResponseMode, ValidAuthorizationRequest } from '../authorization.ts';
import type { AuthorizationDialect } from './authorization-service.ts';
import type { DialectRules } from './dialect-rules.ts';
import type { RequestParameters } from './request-parameters.ts';

/** Who an ID token that we signed was about, and for whom. */
export interface HintedSession {
  user: Uuid;
  clientId: string;
  /** The session that it was issued in. */
  session: Uuid | undefined;
}

export interface IdTokenHints {
  /**
   * S029: signature and issuer are checked, expiry is not. Undefined for a text that is no ID token of ours for this
   * realm's users.
   */
  read(realm: RealmKey, dialect: AuthorizationDialect, idToken: string): Promise<HintedSession | undefined>;
}

export interface StepPorts {
  findClient(clientId: string): Promise<Client | undefined>;
  idTokenHints: IdTokenHints;
}

interface Received {
  parameters: RequestParameters;
  rules: DialectRules;
  /** The realm whose endpoint it is; undefined where clients of every realm come. */
  endpointRealm: RealmKey | undefined;
}

/** Where an answer may go. */
export interface Target {
  client: Client | undefined;
  redirectUri: string | undefined;
  redirectUriWasSent: boolean;
}

/** What is known so far; the steps that come later rely on what those before them found. */
export interface Found extends ValidAuthorizationRequest {
  responseMode: ResponseMode;
}

export interface Described {
  name: string;
  /** Where it comes from. */
  source: string;
  /** Absent: all of them. */
  dialects?: readonly AuthorizationDialect[];
}

/** Comes before client and redirect URI are known to belong together: a refusal is never redirected. */
export interface PageStep extends Described {
  /** @throws KeygridError the refusal */
  check(draft: Received & Target, ports: StepPorts): Partial<Target> | Promise<Partial<Target>>;
}

export interface Draft extends Received {
  client: Client;
  found: Found;
}

/** A refusal goes back to the client. */
export interface RedirectStep extends Described {
  /** @throws KeygridError the refusal */
  check(draft: Draft, ports: StepPorts): Partial<Found> | Promise<Partial<Found>>;
}
