/** ID tokens that come back to say who is meant, at the authorization and logout endpoints (S029, S142). */
import type { ClientDirectory } from '../clients/client-directory.ts';
import type { IdTokenHints } from '../oauth/authorize/step.ts';
import { isAutodesk } from '../oauth/client-request.ts';
import type { IdTokens } from './id-token.ts';
import type { Issuers } from './issuer.ts';

export interface IdTokenHintsOptions {
  idTokens: Pick<IdTokens, 'read'>;
  issuers: Issuers;
  directory: ClientDirectory;
}

export function createIdTokenHints({ idTokens, issuers, directory }: IdTokenHintsOptions): IdTokenHints {
  return {
    async read(realm, dialect, text) {
      const issuer = isAutodesk(dialect) ? issuers.root() : await issuers.ofRealm(realm);
      const read = issuer && (await idTokens.read(issuer, text));
      if (!read) return undefined;
      // The root issuer signs for clients of every realm: the client says which one it was.
      const isElsewhere = isAutodesk(dialect) && (await directory.find(read.clientId))?.realm !== realm;
      return isElsewhere ? undefined : { user: read.user, clientId: read.clientId, session: read.session };
    },
  };
}
