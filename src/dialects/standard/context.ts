/** What every route of the dialect is given, and the issuer that its path names. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Core } from '../../core/core.ts';
import { KeygridError } from '../../core/errors.ts';
import type { Issuer } from '../../core/oidc/issuer.ts';
import type { Application, RealmKey } from '../../core/tenancy/tenancy.ts';
import type { Place } from '../../http/browser-cookies.ts';

export interface StandardOptions {
  core: Core;
  place: Place;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the realm under whose path the request came; set before any route of the standard dialect runs. */
    issuer: Issuer;
  }
}

/** An issuer of this dialect has the keys of its realm. */
export const realmOf = ({ issuer }: FastifyRequest): RealmKey => issuer.keyRing;

/** Every realm's endpoints have the same paths below its issuer. */
export const issuerPrefixes = ['/management', '/:organization/:application'] as const;

/** In a scope of its own, whose routes stand below every issuer. */
export function belowIssuers(
  app: FastifyInstance,
  { core }: StandardOptions,
  open: (scope: FastifyInstance) => void,
): void {
  for (const prefix of issuerPrefixes) {
    app.register(
      async (scope) => {
        nameIssuer(scope, core);
        open(scope);
      },
      { prefix },
    );
  }
}

/** Sets `request.issuer` before anything else, at once for one that is known. */
export function nameIssuer(scope: FastifyInstance, core: Core): void {
  const known = new WeakMap<Application, Issuer>();

  async function look(request: FastifyRequest, names: PathNames): Promise<void> {
    const application = await requireApplication(core, names);
    const issuer = await core.issuers.ofRealm(application.key);
    if (!issuer) throw new KeygridError('application_not_found', 'There is no such application');
    known.set(application, issuer);
    request.issuer = issuer;
  }

  scope.addHook('onRequest', (request, _reply, done) => {
    const names = request.params as Partial<PathNames>;
    if (!hasNames(names)) {
      request.issuer = core.issuers.management();
      return done();
    }
    // Applications are the cache's own objects, new ones after each change.
    const application = core.tenancyCache.knownApplication(names.organization, names.application);
    const issuer = application && known.get(application);
    if (!issuer) {
      look(request, names).then(() => done(), done);
      return;
    }
    request.issuer = issuer;
    done();
  });
}

interface PathNames {
  organization: string;
  application: string;
}

const hasNames = (names: Partial<PathNames>): names is PathNames =>
  names.organization !== undefined && names.application !== undefined;

/** @throws KeygridError `application_not_found` */
async function requireApplication(
  core: Core,
  { organization, application }: PathNames,
): Promise<Application> {
  // `-` stands for whatever organization owns the application of that uuid.
  const found = organization === '-' ? await core.tenancyCache.applicationByUuid(application) : undefined;
  return found ?? core.tenancy.requireApplication(organization, application);
}
