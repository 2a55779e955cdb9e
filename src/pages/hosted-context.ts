/** What the hosted pages need to know: whose page, in which look and language, and what to do when one cannot be shown. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../core/core.ts';
import { type ErrorCode, KeygridError } from '../core/errors.ts';
import { managementPlace, placeOf } from '../core/identity/account-place.ts';
import { managementRealmKey, type RealmKey } from '../core/tenancy/tenancy.ts';
import type { Place } from '../http/browser-cookies.ts';
import { fieldOf, queryOf } from '../http/form-body.ts';
import { causeFacts, noteRefusal } from '../http/note-refusal.ts';
import { authorizationErrorPage, interactionGonePage, noSuchPage } from './authorization-error-page.ts';
import { chooseTexts } from './language.ts';
import { type Frame, type Page, sendPage } from './layout.ts';
import { parseTheme, productTheme } from './theme.ts';

export interface HostedOptions {
  core: Core;
  place: Place;
}

/** The application's name, logo and colour, from its property `theme`; the product's own in the management realm. */
export async function frameOf(
  { core }: HostedOptions,
  realm: RealmKey | undefined,
  request: FastifyRequest,
  uiLocales?: string,
): Promise<Frame> {
  const texts = chooseTexts({ uiLocales, acceptLanguage: request.headers['accept-language'] });
  if (realm === undefined || realm === managementRealmKey) return { theme: productTheme, texts };
  const application = await core.tenancyCache.applicationByKey(realm);
  if (!application) return { theme: productTheme, texts };
  return { theme: parseTheme(application.properties.theme, application.name), texts };
}

/** Where who forgot the password of an account of the realm gets a mail; undefined when the realm is gone. */
export async function forgottenPasswordPath(
  { core }: HostedOptions,
  realm: RealmKey,
): Promise<string | undefined> {
  const application =
    realm === managementRealmKey ? undefined : await core.tenancyCache.applicationByKey(realm);
  if (!application && realm !== managementRealmKey) return undefined;
  return `${(application ? placeOf(application) : managementPlace).path}/users/resetpw`;
}

/** What is not here is a mistake in the request: 400. */
const statuses: Partial<Record<ErrorCode, number>> = {
  form_token_mismatch: 403,
  invalid_grant: 403,
  application_not_found: 404,
  resource_not_found: 404,
  throttled: 429,
  overloaded: 503,
  store_unavailable: 503,
};

/** An error that stays on our own origin (S002, S005): whatever was thrown, nobody is sent anywhere. */
export async function sendErrorPage(
  options: HostedOptions,
  realm: RealmKey | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): Promise<FastifyReply> {
  if (!(error instanceof KeygridError)) throw error;
  const status = statuses[error.code] ?? 400;
  const { code, message: description, retryAfterSeconds } = error;
  noteRefusal(request, () => ({ status, code, description, facts: refusalFacts(error, request) }));
  const frame = await frameOf(options, realm, request).catch(() => undefined);
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(Math.ceil(retryAfterSeconds)));
  return sendPage(reply, errorPage(error, request.id, frame), { status });
}

function errorPage(error: KeygridError, requestId: string, frame: Frame | undefined): Page {
  switch (error.code) {
    case 'resource_not_found':
      return noSuchPage(requestId, frame);
    case 'interaction_not_found':
    case 'form_token_mismatch':
      return interactionGonePage(requestId, frame);
    default:
      return authorizationErrorPage(
        { description: error.message, redirectUri: sentUriOf(error), requestId },
        frame,
      );
  }
}

/** At an address where nothing is: for whoever takes a page, in the look of the realm. */
export function sendNoSuchPage(
  options: HostedOptions,
  realm: RealmKey | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const error = new KeygridError('resource_not_found', 'There is no such page');
  return sendErrorPage(options, realm, request, reply, error);
}

/** A browser names HTML when somebody goes somewhere; programs take whatever comes, or JSON. */
export const takesPage = ({ headers }: FastifyRequest): boolean =>
  /\btext\/html\b/i.test(headers.accept ?? '');

function sentUriOf({ subject: { redirectUri } }: KeygridError): string | undefined {
  return typeof redirectUri === 'string' ? redirectUri : undefined;
}

/** What the operator is told besides the rule: never the request's own secrets, nor what it was asked with. */
export function refusalFacts(error: KeygridError, request: FastifyRequest): Record<string, string | number> {
  const { parameter, redirectUri, step, source } = error.subject;
  const cause = typeof error.cause === 'string' ? { cause: error.cause } : causeFacts(error);
  const clientId = fieldOf(queryOf(request), 'client_id') ?? '';
  return {
    ...(clientIdPattern.test(clientId) && { clientId }),
    ...(step === undefined ? {} : { step }),
    ...(source === undefined ? {} : { source }),
    ...(parameter === undefined ? {} : { parameter }),
    ...(typeof redirectUri === 'string' && { redirectUri: redirectUri.split(/[?#]/)[0]! }),
    ...cause,
  };
}

const clientIdPattern = /^[A-Za-z0-9._-]{1,100}$/;
