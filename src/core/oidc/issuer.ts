/** Who stands behind tokens and metadata: the issuer of a realm, or the server's root issuer. design.md 3, S131. */
import { managementRealmKey, type RealmKey } from '../tenancy/tenancy.ts';
import type { TenancyCache } from '../tenancy/tenancy-cache.ts';

/** Whose keys sign for the root issuer: no realm has this key. */
export const rootKeyRing: RealmKey = 0;

export interface Issuer {
  /** As it stands in `iss`, in authorization responses and in metadata. */
  url: string;
  /** The realm whose signing keys are the issuer's, or `rootKeyRing`. */
  keyRing: RealmKey;
}

export interface Issuers {
  /** The public URL itself: the autodesk dialect's, for clients of whatever realm. */
  root(): Issuer;
  /** Undefined when the realm's application is gone. */
  ofRealm(realm: RealmKey): Promise<Issuer | undefined>;
  management(): Issuer;
}

export interface IssuersOptions {
  /** Known for sure once the server listens; without a trailing slash. */
  place: { publicUrl: string };
  cache: Pick<TenancyCache, 'applicationByKey'>;
}

export function createIssuers({ place, cache }: IssuersOptions): Issuers {
  const management = (): Issuer => ({ url: `${place.publicUrl}/management`, keyRing: managementRealmKey });
  return {
    root: () => ({ url: place.publicUrl, keyRing: rootKeyRing }),
    management,
    async ofRealm(realm) {
      if (realm === managementRealmKey) return management();
      const application = await cache.applicationByKey(realm);
      if (!application) return undefined;
      return { url: `${place.publicUrl}/${issuerPath(application)}`, keyRing: realm };
    },
  };
}

/** `{organization}/{application}` in lower case: one spelling for each issuer, since names match in any case. */
export const issuerPath = (application: { organizationName: string; name: string }): string =>
  [application.organizationName.toLowerCase(), application.name].map(encodeURIComponent).join('/');
