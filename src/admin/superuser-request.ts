/** Calls of the administration API that only the superuser may make. */
import type { Core } from '../core/core.ts';
import { forCaller, type Handler } from './administration-request.ts';

/** Runs the handler for the superuser; everyone else, and every error of the core, is answered here. */
export const forSuperuser = (core: Pick<Core, 'authenticator' | 'access'>, handler: Handler): Handler =>
  forCaller(core, async (caller, request, reply) => {
    await core.access.requireSuperuser(caller);
    return handler(request, reply);
  });
