/** Ending the session in a browser, at a client's wish or the user's own: RPIL §2-§6; aps-auth.md 3.6. */
import type { Client } from '../../clients/client.ts';
import { appendToQuery } from '../../clients/response-uri.ts';
import { KeygridError } from '../../errors.ts';
import type { ListStart } from '../../list-parts.ts';
import { type BrowserValue, parseBrowserValue } from '../../sessions/browser-value.ts';
import type { FormTokens } from '../../sessions/form-tokens.ts';
import type { LiveSession, Sessions } from '../../sessions/session-service.ts';
import type { RealmKey } from '../../tenancy/tenancy.ts';
import type { Uuid } from '../../uuid.ts';
import type { Grant, GrantStore } from '../authorization.ts';
import type {
  AuthorizationDialect,
  Browser,
  ClientOnPage,
  CookieChange,
  FormToken,
  RawParameters,
} from './authorization-service.ts';
import { dialectRules } from './dialect-rules.ts';
import type { ClientsOnPage } from './on-page.ts';
import { invalidRequest, type RequestParameters, readRequestParameters } from './request-parameters.ts';
import type { HintedSession, IdTokenHints } from './step.ts';

export interface LogoutInput {
  parameters: RawParameters;
  dialect: Exclude<AuthorizationDialect, 'usergrid'>;
  /** Undefined for autodesk: every realm of which the browser has a cookie. */
  realm: RealmKey | undefined;
  browser: Browser;
}

export type LogoutOutcome =
  /** The session has ended. */
  | { kind: 'redirect'; location: string; cookies: CookieChange[] }
  /** The session has ended; our own page says so, or in the autodesk dialect the sign-in page. */
  | { kind: 'signed_out'; cookies: CookieChange[] }
  /** Nothing has happened yet: the form repeats the parameters and adds the token (S143). */
  | { kind: 'confirm'; formToken: string; client: ClientOnPage | undefined };

export interface Logout {
  /**
   * GET and POST of a client's wish.
   * @throws KeygridError `invalid_request`, `invalid_client`, `invalid_redirect_uri`: for a page, never redirected
   */
  request(input: LogoutInput): Promise<LogoutOutcome>;
  /** The user confirms, with the same parameters. @throws as `request`, and `form_token_mismatch` */
  confirm(input: LogoutInput, form: FormToken): Promise<LogoutOutcome>;
}

export interface LogoutParts {
  sessions: Sessions;
  findClient(clientId: string): Promise<Client | undefined>;
  idTokenHints: IdTokenHints;
  formTokens: FormTokens;
  grantsOf(realm: RealmKey): Pick<GrantStore, 'listOfUser'>;
  clientsOnPage: ClientsOnPage;
}

/** A browser's session in one realm; there need not be one for a cookie. */
interface Place {
  realm: RealmKey;
  value: BrowserValue | undefined;
  session: LiveSession | undefined;
}

interface Wish {
  client: Client | undefined;
  hinted: HintedSession | undefined;
  redirectUri: string | undefined;
  /** False where a hint came that is none of ours: such a request never redirects (S142). */
  mayRedirect: boolean;
  state: string | undefined;
}

const grantsAtATime = 100;

function placeAfter(grants: readonly Grant[]): ListStart | undefined {
  const last = grants.length < grantsAtATime ? undefined : grants.at(-1);
  return last && { direction: 'after', place: { at: last.lastUsedAt, id: last.id } };
}

export function createLogout(parts: LogoutParts): Logout {
  const { sessions, idTokenHints, formTokens, clientsOnPage } = parts;

  async function placesOf({ realm, browser }: LogoutInput): Promise<Place[]> {
    const realms = realm === undefined ? browser.realms() : [realm];
    return Promise.all(
      realms.map(async (each) => {
        const value = parseBrowserValue(browser.valueFor(each));
        return { realm: each, value, session: await sessions.find(each, value) };
      }),
    );
  }

  async function end(places: Place[]): Promise<CookieChange[]> {
    await Promise.all(places.map(({ realm, session }) => session && sessions.end(realm, session.id)));
    return places.filter(({ value }) => value).map(({ realm }) => ({ realm, value: undefined }));
  }

  async function findHinted(input: LogoutInput, places: Place[], hint: string | undefined) {
    if (hint === undefined) return undefined;
    for (const { realm } of places) {
      const hinted = await idTokenHints.read(realm, input.dialect, hint);
      if (hinted) return hinted;
    }
    return undefined;
  }

  async function readWish(input: LogoutInput, parameters: RequestParameters, places: Place[]): Promise<Wish> {
    const hint = parameters.find('id_token_hint');
    const hinted = await findHinted(input, places, hint);
    const named = parameters.find('client_id');
    if (named !== undefined && hinted && hinted.clientId !== named) {
      throw invalidRequest('client_id and id_token_hint name different clients', 'client_id');
    }
    const clientId = named ?? hinted?.clientId;
    const client = clientId === undefined ? undefined : await requireClient(input, clientId);
    const redirectUri = parameters.find('post_logout_redirect_uri');
    const mayRedirect = hint === undefined || hinted !== undefined;
    return { client, hinted, redirectUri, mayRedirect, state: parameters.verbatim('state') };
  }

  async function requireClient({ dialect, realm }: LogoutInput, clientId: string): Promise<Client> {
    const client = await parts.findClient(clientId);
    const isHere =
      client !== undefined &&
      dialectRules[dialect].clientDialects.includes(client.dialect) &&
      (realm === undefined || realm === client.realm);
    if (!isHere) throw new KeygridError('invalid_client', 'There is no such client here');
    return client;
  }

  async function isListed(places: Place[], wish: Wish & { redirectUri: string }, input: LogoutInput) {
    const { client, redirectUri, mayRedirect } = wish;
    if (!mayRedirect) return false;
    if (client) return client.postLogoutRedirectUris.includes(redirectUri);
    if (input.dialect === 'standard') return false;
    for (const { realm, session } of places) {
      if (session && (await isListedByOneAllowed(realm, session.user, redirectUri))) return true;
    }
    return false;
  }

  /** aps-auth.md 3.6: without a client named, one that the user let in has to list the URI. */
  async function isListedByOneAllowed(realm: RealmKey, user: Uuid, redirectUri: string): Promise<boolean> {
    let from: ListStart | undefined;
    do {
      const grants = await parts.grantsOf(realm).listOfUser(user, { limit: grantsAtATime, from });
      for (const { clientId } of grants) {
        const client = await parts.findClient(clientId);
        if (client?.postLogoutRedirectUris.includes(redirectUri)) return true;
      }
      from = placeAfter(grants);
    } while (from);
    return false;
  }

  async function carryOut(places: Place[], wish: Wish, input: LogoutInput): Promise<LogoutOutcome> {
    const { redirectUri, state } = wish;
    if (redirectUri === undefined) return { kind: 'signed_out', cookies: await end(places) };
    const listed = await isListed(places, { ...wish, redirectUri }, input);
    const cookies = await end(places);
    if (listed)
      return { kind: 'redirect', location: appendToQuery(redirectUri, [['state', state]]), cookies };
    // S141: whatever else ends on our own page. Autodesk's users see an error there, and the standard's the same
    // page as always: who sent the URI could tell nothing from it.
    if (input.dialect === 'standard') return { kind: 'signed_out', cookies };
    throw new KeygridError('invalid_redirect_uri', 'post_logout_redirect_uri is not registered');
  }

  /** S143: without a hint that names the very user, another site may be behind the request. */
  const needsConfirmation = (input: LogoutInput, { hinted, redirectUri }: Wish, places: Place[]): boolean => {
    if (input.dialect !== 'standard') return false;
    const session = places.find((place) => place.session)?.session;
    if (hinted) return session !== undefined && session.user !== hinted.user;
    return session !== undefined || redirectUri !== undefined;
  };

  async function prepare(input: LogoutInput) {
    const parameters = readRequestParameters(input.parameters);
    if (parameters.names.some(parameters.isRepeated)) throw invalidRequest('A parameter is repeated');
    const places = await placesOf(input);
    return { places, wish: await readWish(input, parameters, places) };
  }

  return {
    async request(input) {
      const { places, wish } = await prepare(input);
      const value = places.find((place) => place.value)?.value;
      if (!needsConfirmation(input, wish, places)) return carryOut(places, wish, input);
      // Who has no cookie of ours has no session to end, and could prove nothing by a form.
      if (!value) return { kind: 'signed_out', cookies: [] };
      const client = wish.client && (await clientsOnPage(wish.client, undefined));
      return { kind: 'confirm', formToken: formTokens.issue('session', value), client };
    },
    async confirm(input, { formToken }) {
      const { places, wish } = await prepare(input);
      formTokens.require(['session'], places.find((place) => place.value)?.value, formToken);
      return carryOut(places, wish, input);
    },
  };
}
