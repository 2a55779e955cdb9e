/**
 * The authorization request, rule by rule, in the order in which they count. Until client and redirect URI are known to
 * belong together a refusal is shown on a page of our own; from then on the client is told (S024).
 */
import type { AuthorizationDialect } from './authorization-service.ts';
import type { PageStep, RedirectStep } from './step.ts';
import { bounds } from './steps/bounds.ts';
import { claims } from './steps/claims.ts';
import { knownClient } from './steps/client.ts';
import { codeChallenge } from './steps/code-challenge.ts';
import { idTokenHint } from './steps/id-token-hint.ts';
import { maxAge } from './steps/max-age.ts';
import { nonce } from './steps/nonce.ts';
import { prompt } from './steps/prompt.ts';
import { registeredRedirectUri } from './steps/redirect-uri.ts';
import { repeatedAddress, repeatedParameter } from './steps/repetition.ts';
import { requestObject } from './steps/request-object.ts';
import { responseMode, responsePlace } from './steps/response-mode.ts';
import { responseType } from './steps/response-type.ts';
import { identityScope, offlineAccess, scope, scopeAsList } from './steps/scope.ts';
import { userInterfaceHints } from './steps/user-interface-hints.ts';

export const pageSteps: readonly PageStep[] = [bounds, repeatedAddress, knownClient, registeredRedirectUri];

export const redirectSteps: readonly RedirectStep[] = [
  responsePlace,
  repeatedParameter,
  requestObject,
  responseType,
  responseMode,
  scopeAsList,
  scope,
  offlineAccess,
  identityScope,
  codeChallenge,
  nonce,
  prompt,
  maxAge,
  idTokenHint,
  claims,
  userInterfaceHints,
];

export const countsFor = (
  { dialects }: { dialects?: readonly AuthorizationDialect[] },
  dialect: AuthorizationDialect,
): boolean => dialects === undefined || dialects.includes(dialect);
