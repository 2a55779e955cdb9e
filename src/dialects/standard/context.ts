/** What every route of the dialect is given, and the issuer that its path names. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Core } from '../../core/core.ts';
import { KeygridError } from '../../core/errors.ts';
import type { Issuer } from '../../core/oidc/issuer.ts';
import { managementRealmKey, type RealmKey } from '../../core/tenancy/tenancy.ts';
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
        scope.addHook('onRequest', async (request) => {
          request.issuer = await requireIssuer(core, request.params as PathNames);
        });
        open(scope);
      },
      { prefix },
    );
  }
}

interface PathNames {
  organization?: string;
  application?: string;
}

/** @throws KeygridError `application_not_found` */
export async function requireIssuer(core: Core, names: PathNames): Promise<Issuer> {
  const { organization, application } = names;
  if (organization === undefined || application === undefined) return core.issuers.management();
  const cache = core.tenancyCache;
  const found =
    cache.knownApplication(organization, application) ??
    // `-` stands for whatever organization owns the application of that uuid.
    (organization === '-' ? await cache.applicationByUuid(application) : undefined) ??
    (await core.tenancy.requireApplication(organization, application));
  const issuer = found.key === managementRealmKey ? undefined : await core.issuers.ofRealm(found.key);
  if (!issuer) throw new KeygridError('application_not_found', 'There is no such application');
  return issuer;
}
