/** Where the dialects' authorization requests differ, as data. aps-auth.md 1.1-1.4 and 3.1; usergrid-auth.md 5. */
import type { ClientDialect } from '../../clients/client.ts';
import type { Prompt, ResponseMode, ResponseType } from '../authorization.ts';
import type { AuthorizationDialect } from './authorization-service.ts';

export interface DialectRules {
  dialect: AuthorizationDialect;
  /** Whose scopes, and limits on them. */
  vocabulary: ClientDialect;
  /** The clients that have their endpoint here. */
  clientDialects: readonly ClientDialect[];
  /** The form is shown to everybody and carries the request: nothing is looked at before the sign-in. */
  signInFirst: boolean;
  responseTypes: readonly ResponseType[];
  /** Whose implicit grant counts here. In the standard dialect it is off until a client is given it (design.md 3). */
  implicitFor: readonly ClientDialect[];
  /** Values of `response_mode`, for codes and for tokens; with none, the parameter means nothing here. */
  codeModes: readonly ResponseMode[];
  tokenModes: readonly ResponseMode[];
  /** Where tokens go that nobody said a place for; `client`: where its registration says; undefined: it must be said. */
  usualTokenMode: ResponseMode | 'client' | undefined;
  /** `single`: when the client has only one, and no `openid` is asked for (S006). `shown`: the token is, on the page. */
  absentRedirectUri: 'refused' | 'single' | 'shown';
  /** A registered URI without query may come with one (aps-auth.md 1.3, rule 2). */
  allowAddedQuery: boolean;
  /** Scopes that the client may not ask for. */
  otherScopes: 'refused' | 'dropped';
  /** Without `scope`: no scopes, or what of the client's concerns data (there were none in Usergrid). */
  absentScope: 'none' | 'data';
  /** With none, the parameter means nothing here. */
  prompts: readonly Prompt[];
  /** An empty `state` comes back empty (APS-22); where not, it counts as none (RFC 6749 §3.1, S010). */
  echoesEmptyState: boolean;
  /** RFC 9207 (S014). */
  hasIssuerParameter: boolean;
}

const allPrompts: readonly Prompt[] = ['none', 'login', 'consent', 'select_account', 'create'];

const standard: DialectRules = {
  dialect: 'standard',
  vocabulary: 'standard',
  clientDialects: ['standard', 'usergrid'],
  signInFirst: false,
  responseTypes: ['code', 'token', 'id_token', 'id_token token'],
  implicitFor: ['standard'],
  codeModes: ['query', 'fragment', 'form_post'],
  tokenModes: ['fragment', 'form_post'],
  usualTokenMode: 'fragment',
  absentRedirectUri: 'single',
  allowAddedQuery: false,
  otherScopes: 'dropped',
  absentScope: 'none',
  prompts: allPrompts,
  echoesEmptyState: false,
  hasIssuerParameter: true,
};

const autodeskV1: DialectRules = {
  dialect: 'autodesk_v1',
  vocabulary: 'autodesk',
  clientDialects: ['autodesk'],
  signInFirst: false,
  responseTypes: ['code', 'token'],
  implicitFor: ['autodesk'],
  codeModes: [],
  tokenModes: [],
  usualTokenMode: 'client',
  absentRedirectUri: 'refused',
  allowAddedQuery: true,
  otherScopes: 'refused',
  absentScope: 'none',
  prompts: ['login'],
  echoesEmptyState: true,
  hasIssuerParameter: false,
};

const autodeskV2: DialectRules = {
  ...autodeskV1,
  dialect: 'autodesk_v2',
  responseTypes: ['code', 'id_token'],
  codeModes: ['query', 'fragment', 'form_post'],
  tokenModes: ['form_post'],
  usualTokenMode: undefined,
  allowAddedQuery: false,
  prompts: allPrompts,
};

const usergrid: DialectRules = {
  dialect: 'usergrid',
  vocabulary: 'usergrid',
  clientDialects: ['standard', 'usergrid'],
  signInFirst: true,
  responseTypes: ['code', 'token'],
  implicitFor: ['standard', 'usergrid'],
  codeModes: [],
  tokenModes: [],
  usualTokenMode: 'fragment',
  absentRedirectUri: 'shown',
  allowAddedQuery: false,
  otherScopes: 'dropped',
  absentScope: 'data',
  prompts: [],
  echoesEmptyState: false,
  hasIssuerParameter: false,
};

export const dialectRules: Readonly<Record<AuthorizationDialect, DialectRules>> = {
  standard,
  autodesk_v1: autodeskV1,
  autodesk_v2: autodeskV2,
  usergrid,
};
