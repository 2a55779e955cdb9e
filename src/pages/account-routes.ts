/**
 * `/account/management` and `/account/{org}/{app}`: what an account's holder sees of sessions and grants, and ends at
 * once (S051). Every change is a form with a token of its session (S037), answered with 303.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { KeygridError } from '../core/errors.ts';
import type { OwnSignIn, Visitor } from '../core/oauth/authorize/own-sign-in.ts';
import { managementRealmKey, type RealmKey } from '../core/tenancy/tenancy.ts';
import { browserOf, setCookies } from '../http/browser-cookies.ts';
import { fieldOf, formOf, keepBodies, queryOf } from '../http/form-body.ts';
import { type AccountChange, accountChanges, signOut } from './account-changes.ts';
import { readAccount } from './account-view.ts';
import { formFields } from './form-fields.ts';
import { type FailedSignIn, sendRedirect } from './hosted-answers.ts';
import { frameOf, type HostedOptions, sendErrorPage, sendNoSuchPage, takesPage } from './hosted-context.ts';
import { noteFailedSignIn, signInFailure } from './hosted-routes.ts';
import { sendPage } from './layout.ts';
import { signInPage } from './sign-in-page.ts';
import { signedOutPage } from './signed-out-page.ts';

/** The realm that a path names, and where its pages are. */
interface AccountPlace {
  realm: RealmKey;
  /** Of these pages. */
  path: string;
  forgottenPassword: string;
}

interface Visit extends AccountPlace {
  request: FastifyRequest;
  reply: FastifyReply;
  browser: ReturnType<typeof browserOf>;
  signIn: OwnSignIn;
}

type Answer = (visit: Visit) => Promise<FastifyReply>;

const hidden = { schema: { hide: true } as FastifySchema };

export function accountRoutes(app: FastifyInstance, options: HostedOptions): void {
  app.register(async (scope) => {
    keepBodies(scope);
    scope.setErrorHandler((error, request, reply) =>
      sendErrorPage(options, undefined, request, reply, error),
    );
    for (const base of ['/account/management', '/account/:organization/:application']) {
      openRealm(scope, base, options);
    }
    for (const path of ['/account', '/account/*']) {
      scope.all(path, hidden, async (request, reply) =>
        takesPage(request) ? sendNoSuchPage(options, undefined, request, reply) : reply.callNotFound(),
      );
    }
  });
}

function openRealm(app: FastifyInstance, base: string, options: HostedOptions): void {
  const answerWith = (answer: Answer) => async (request: FastifyRequest, reply: FastifyReply) => {
    const place = await placeOf(request, options);
    const browser = browserOf(request, options.place);
    const signIn = options.core.authorization.ownSignIn;
    try {
      return await answer({ ...place, request, reply, browser, signIn });
    } catch (error) {
      return sendErrorPage(options, place.realm, request, reply, error);
    }
  };
  app.get(
    base,
    hidden,
    answerWith((visit) => show(options, visit)),
  );
  app.get(
    `${base}/signed-out`,
    hidden,
    answerWith(async ({ realm, path, request, reply }) =>
      sendPage(reply, signedOutPage({ signIn: path }, await frameOf(options, realm, request))),
    ),
  );
  app.post(
    `${base}/sign-in`,
    hidden,
    answerWith((visit) => takeSignIn(options, visit)),
  );
  // A failed sign-in is answered at this address, which may be asked for again.
  app.get(
    `${base}/sign-in`,
    hidden,
    answerWith(async ({ reply, path }) => sendRedirect(reply, 303, path)),
  );
  for (const [name, change] of Object.entries(accountChanges)) {
    app.post(
      `${base}/${name}`,
      hidden,
      answerWith((visit) => takeChange(options, visit, change)),
    );
  }
}

/** @throws KeygridError `application_not_found` */
async function placeOf(request: FastifyRequest, { core }: HostedOptions): Promise<AccountPlace> {
  const { organization, application } = request.params as Record<string, string | undefined>;
  if (organization === undefined || application === undefined) {
    const forgottenPassword = '/management/users/resetpw';
    return { realm: managementRealmKey, path: '/account/management', forgottenPassword };
  }
  const found = await core.tenancyCache.application(organization, application);
  if (!found) throw new KeygridError('application_not_found', 'There is no such application');
  const names = [found.organizationName, found.name].map(encodeURIComponent).join('/');
  return { realm: found.key, path: `/account/${names}`, forgottenPassword: `/${names}/users/resetpw` };
}

async function show(options: HostedOptions, visit: Visit): Promise<FastifyReply> {
  const { realm, browser, signIn } = visit;
  const visitor = await signIn.find(realm, browser);
  return visitor ? showAccount(options, visit, visitor) : showSignIn(options, visit);
}

async function showAccount(options: HostedOptions, visit: Visit, visitor: Visitor): Promise<FastifyReply> {
  const { request, reply, realm, path } = visit;
  const query = queryOf(request);
  const frame = await frameOf(options, realm, request);
  const asked = {
    grants: fieldOf(query, 'grants'),
    sessions: fieldOf(query, 'sessions'),
    done: fieldOf(query, 'done'),
    now: request.startedAt,
  };
  return sendPage(reply, await readAccount(options.core, { realm, path, visitor }, asked, frame));
}

async function showSignIn(
  options: HostedOptions,
  { realm, path, forgottenPassword, request, reply, browser, signIn }: Visit,
  failed?: FailedSignIn,
): Promise<FastifyReply> {
  const { formToken, cookie } = signIn.offer(realm, browser);
  if (cookie) setCookies(reply, [cookie], options.place);
  const page = {
    ...{ interaction: undefined, client: undefined, again: undefined, offersAccount: false },
    ...{ formToken, username: failed?.username },
  };
  const action = `${path}/sign-in`;
  const frame = await frameOf(options, realm, request);
  const shown = signInPage({ page, action, problem: failed?.problem, forgottenPassword }, frame);
  return sendPage(reply, shown, { status: failed?.status ?? 200 });
}

async function takeSignIn(options: HostedOptions, visit: Visit): Promise<FastifyReply> {
  const { realm, path, request, reply, browser, signIn } = visit;
  const form = formOf(request);
  const typed = {
    formToken: fieldOf(form, formFields.formToken),
    username: fieldOf(form, formFields.username),
    password: fieldOf(form, formFields.password),
  };
  try {
    setCookies(reply, [await signIn.signIn(realm, typed, browser)], options.place);
  } catch (error) {
    const failed = signInFailure(error, form);
    if (!failed) throw error;
    noteFailedSignIn(request, reply, failed, error as KeygridError);
    return showSignIn(options, visit, failed);
  }
  return sendRedirect(reply, 303, path);
}

async function takeChange(
  options: HostedOptions,
  { realm, path, request, reply, browser, signIn }: Visit,
  change: AccountChange,
): Promise<FastifyReply> {
  const form = formOf(request);
  const visitor = await signIn.require(realm, { formToken: fieldOf(form, formFields.formToken) }, browser);
  await change.make(options.core, { realm, visitor, form });
  if (change === signOut) {
    setCookies(reply, [{ realm, value: undefined }], options.place);
    return sendRedirect(reply, 303, `${path}/signed-out`);
  }
  return sendRedirect(reply, 303, `${path}?done=${change.done}`);
}
