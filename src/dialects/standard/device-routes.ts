/** The page where somebody lets a device in: RFC 8628 §3.3, S135, S136. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { KeygridError } from '../../core/errors.ts';
import type { RawParameters } from '../../core/oauth/authorize/authorization-service.ts';
import type { Visitor } from '../../core/oauth/authorize/own-sign-in.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { browserOf, setCookies } from '../../http/browser-cookies.ts';
import { fieldOf } from '../../http/form-body.ts';
import { deviceApprovalPage } from '../../pages/device-approval-page.ts';
import { deviceDonePage } from '../../pages/device-done-page.ts';
import { type DeviceEntryProblem, deviceEntryPage } from '../../pages/device-entry-page.ts';
import { formFields } from '../../pages/form-fields.ts';
import { type FailedSignIn, sendRedirect } from '../../pages/hosted-answers.ts';
import { forgottenPasswordPath, frameOf } from '../../pages/hosted-context.ts';
import { noteFailedSignIn, signInFailure } from '../../pages/hosted-routes.ts';
import { type Frame, sendPage } from '../../pages/layout.ts';
import { signInPage } from '../../pages/sign-in-page.ts';
import { addBrowserEndpoint, parametersOf, pathBelow } from './browser-endpoint.ts';
import { realmOf, type StandardOptions } from './context.ts';

const path = '/oauth2/device';

/** One request to the page. */
interface Visit {
  options: StandardOptions;
  request: FastifyRequest;
  reply: FastifyReply;
  realm: RealmKey;
  browser: ReturnType<typeof browserOf>;
  fields: RawParameters;
  frame: Frame;
  /** Path that takes every form of the page; the code that came in a link is kept in it. */
  action: string;
}

export function deviceRoutes(app: FastifyInstance, options: StandardOptions): void {
  addBrowserEndpoint(app, path, 'The page where a user lets a device in', async (request, reply) => {
    const realm = realmOf(request);
    const fields = parametersOf(request);
    const userCode = fieldOf(fields, formFields.userCode);
    const visit: Visit = {
      ...{ options, request, reply, realm, fields },
      browser: browserOf(request, options.place),
      frame: await frameOf(options, realm, request),
      action: pathBelow(request, options, path) + (userCode ? `?${codeQuery(userCode)}` : ''),
    };
    if (request.method === 'GET') return showPage(visit);
    if (fieldOf(fields, formFields.password) !== undefined) return signIn(visit);
    return fieldOf(fields, formFields.decision) === undefined ? showPage(visit) : decide(visit);
  });
}

const codeQuery = (userCode: string): string =>
  new URLSearchParams({ [formFields.userCode]: userCode.slice(0, 100) }).toString();

async function showPage(visit: Visit): Promise<FastifyReply> {
  const { options, realm, browser, fields } = visit;
  const visitor = await options.core.authorization.ownSignIn.find(realm, browser);
  if (!visitor) return showSignIn(visit);
  const userCode = fieldOf(fields, formFields.userCode);
  return userCode ? showDevice(visit, visitor, userCode) : showEntry(visit, visitor);
}

async function showSignIn(visit: Visit, failed?: FailedSignIn): Promise<FastifyReply> {
  const { options, realm, browser, reply, frame, action } = visit;
  const { formToken, cookie } = options.core.authorization.ownSignIn.offer(realm, browser);
  if (cookie) setCookies(reply, [cookie], options.place);
  const nothing = { interaction: undefined, client: undefined, again: undefined, offersAccount: false };
  const forgottenPassword = await forgottenPasswordPath(options, realm);
  const page = { ...nothing, formToken, username: failed?.username };
  return sendPage(reply, signInPage({ page, action, problem: failed?.problem, forgottenPassword }, frame), {
    status: failed?.status ?? 200,
  });
}

async function signIn(visit: Visit): Promise<FastifyReply> {
  const { options, request, reply, realm, browser, fields } = visit;
  const form = {
    formToken: fieldOf(fields, formFields.formToken),
    username: fieldOf(fields, formFields.username),
    password: fieldOf(fields, formFields.password),
  };
  try {
    setCookies(
      reply,
      [await options.core.authorization.ownSignIn.signIn(realm, form, browser)],
      options.place,
    );
  } catch (error) {
    const failed = signInFailure(error, fields);
    if (!failed) throw error;
    noteFailedSignIn(request, reply, failed, error as KeygridError);
    return showSignIn(visit, failed);
  }
  // The form was sent to the address that holds the code.
  return sendRedirect(reply, 303, pathBelow(request, options, path) + queryPart(request));
}

const queryPart = ({ originalUrl }: FastifyRequest): string => {
  const mark = originalUrl.indexOf('?');
  return mark < 0 ? '' : originalUrl.slice(mark);
};

function showEntry(visit: Visit, { formToken }: Visitor, problem?: DeviceEntryProblem): FastifyReply {
  const { options, request, reply, frame, fields } = visit;
  const userCode = problem && fieldOf(fields, formFields.userCode);
  const action = pathBelow(request, options, path);
  const status = problem ? (problem.kind === 'throttled' ? 429 : 400) : 200;
  return sendPage(reply, deviceEntryPage({ action, formToken, userCode, problem }, frame), { status });
}

async function showDevice(visit: Visit, visitor: Visitor, userCode: string): Promise<FastifyReply> {
  const { options, request, reply, realm, browser, frame } = visit;
  try {
    const device = await options.core.authorization.devices.look(realm, visitor, userCode, browser);
    const action = pathBelow(request, options, path);
    return sendPage(reply, deviceApprovalPage({ ...device, action, switchAccount: undefined }, frame));
  } catch (error) {
    const problem = entryProblem(error, reply);
    if (!problem) throw error;
    return showEntry(visit, visitor, problem);
  }
}

function entryProblem(error: unknown, reply: FastifyReply): DeviceEntryProblem | undefined {
  if (!(error instanceof KeygridError)) return undefined;
  if (error.code === 'expired_device_code') return { kind: 'unknown' };
  if (error.code !== 'throttled') return undefined;
  const retryAfterSeconds = Math.ceil(error.retryAfterSeconds ?? 1);
  reply.header('retry-after', String(retryAfterSeconds));
  return { kind: 'throttled', retryAfterSeconds };
}

async function decide(visit: Visit): Promise<FastifyReply> {
  const { options, reply, realm, browser, fields, frame } = visit;
  const form = {
    formToken: fieldOf(fields, formFields.formToken),
    userCode: fieldOf(fields, formFields.userCode) ?? '',
    approved: fieldOf(fields, formFields.decision) === 'allow',
  };
  try {
    const { client, approved } = await options.core.authorization.devices.decide(realm, form, browser);
    const kind = approved ? 'approved' : 'refused';
    return sendPage(reply, deviceDonePage({ kind, client: client.name }, frame));
  } catch (error) {
    if (!(error instanceof KeygridError) || error.code !== 'expired_device_code') throw error;
    return sendPage(reply, deviceDonePage({ kind: 'late' }, frame), { status: 400 });
  }
}
