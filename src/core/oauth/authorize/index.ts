/**
 * Three-legged authorization: the request as a list of steps (steps.ts), what comes next (decide.ts), the pages and
 * answers (journey.ts), and what else a browser's session is for. No HTTP, no HTML.
 */
import type { KeyObject } from 'node:crypto';
import type { Client } from '../../clients/client.ts';
import type { Login } from '../../identity/login.ts';
import type { LoginThrottle } from '../../identity/throttle.ts';
import type { Issuers } from '../../oidc/issuer.ts';
import type { Clock, Log, RandomSource } from '../../ports.ts';
import { createFormTokens } from '../../sessions/form-tokens.ts';
import type { Sessions } from '../../sessions/session-service.ts';
import type { InteractionStore } from '../../sessions/session-store.ts';
import type { RealmKey } from '../../tenancy/tenancy.ts';
import type { TenancyCache } from '../../tenancy/tenancy-cache.ts';
import type { UuidSource } from '../../uuid.ts';
import type { DeviceAuthorizationStore, GrantStore } from '../authorization.ts';
import type { AuthorizationCodes } from '../authorization-codes.ts';
import type { TokenAuthority } from '../token-authority.ts';
import type { TokenUsers } from '../token-users.ts';
import { createRealmAccounts } from './accounts.ts';
import { createAllowances } from './allowance.ts';
import { createAnswers, type FrontChannelIdTokens } from './answers.ts';
import { createAuthorizationFlow } from './authorization-flow.ts';
import type { AuthorizationService } from './authorization-service.ts';
import { createDeviceApproval, type DeviceApproval } from './device-approval.ts';
import { createInteractions } from './interactions.ts';
import { createLogout, type Logout } from './logout.ts';
import { createClientsOnPage } from './on-page.ts';
import { createOwnSignIn, type OwnSignIn } from './own-sign-in.ts';
import { createPageMaker } from './page-maker.ts';
import { createSignInDesk } from './sign-in-desk.ts';
import type { IdTokenHints } from './step.ts';

export interface Authorization {
  authorize: AuthorizationService;
  devices: DeviceApproval;
  logout: Logout;
  /** Sign-in to our own pages, without a client. */
  ownSignIn: OwnSignIn;
  sessions: Sessions;
}

export interface AuthorizationOptions {
  clients: { find(clientId: string): Promise<Client | undefined> };
  users: TokenUsers;
  login: Login;
  throttle: LoginThrottle;
  cache: Pick<TenancyCache, 'applicationByKey' | 'membership' | 'organization'>;
  sessions: Sessions;
  interactionsOf(realm: RealmKey): InteractionStore;
  grantsOf(realm: RealmKey): GrantStore;
  devicesOf(realm: RealmKey): DeviceAuthorizationStore;
  codes: AuthorizationCodes;
  tokens: Pick<TokenAuthority, 'moment' | 'issue' | 'issueDelegated'>;
  idTokens: FrontChannelIdTokens;
  idTokenHints: IdTokenHints;
  issuers: Issuers;
  /** Of the server, the same in all its processes. */
  formTokenKey: KeyObject;
  clock: Clock;
  random: RandomSource;
  uuids: UuidSource;
  log: Log;
}

export function createAuthorization(options: AuthorizationOptions): Authorization {
  const { sessions, tokens, idTokenHints, grantsOf, clock, random } = options;
  const findClient = (clientId: string) => options.clients.find(clientId);
  const accounts = createRealmAccounts(options);
  const formTokens = createFormTokens(options.formTokenKey);
  const allowances = createAllowances(options);
  const clientsOnPage = createClientsOnPage(options.cache);
  const desk = createSignInDesk({ accounts, sessions, tokens });
  const visitors = createOwnSignIn({ sessions, accounts, desk, formTokens, random });
  return {
    sessions,
    ownSignIn: visitors,
    authorize: createAuthorizationFlow({
      ...{ accounts, sessions, allowances, clock, random, desk, formTokens, tokens },
      steps: { findClient, idTokenHints },
      interactions: createInteractions({ storeFor: options.interactionsOf, clock, random }),
      answers: createAnswers({ ...options, clientsOnPage }),
      pages: createPageMaker(formTokens, clientsOnPage),
    }),
    devices: createDeviceApproval({
      ...{ devicesOf: options.devicesOf, findClient, throttle: options.throttle },
      ...{ allowances, visitors, clientsOnPage, clock },
    }),
    logout: createLogout({ sessions, findClient, idTokenHints, formTokens, grantsOf, clientsOnPage }),
  };
}
