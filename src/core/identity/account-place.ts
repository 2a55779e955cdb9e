/** The management realm and the realms of applications, as far as accounts are the same in both. */
import { type Application, managementRealmKey, type RealmKey } from '../tenancy/tenancy.ts';
import type { Uuid } from '../uuid.ts';

export interface AccountPlace {
  realm: RealmKey;
  /** Whose turn it is in queues and whose failures count together. */
  tenant: string;
  /** Before `/users/…` in links. */
  path: string;
}

export const managementPlace: AccountPlace = {
  realm: managementRealmKey,
  tenant: 'management',
  path: '/management',
};

export const placeOf = ({ key, organizationUuid, organizationName, name }: Application): AccountPlace => ({
  realm: key,
  tenant: organizationUuid,
  path: `/${encodeURIComponent(organizationName)}/${encodeURIComponent(name)}`,
});

/** An account as mail about it needs it. */
export interface MailableAccount {
  uuid: Uuid;
  /** Application users need not have one. */
  email: string | undefined;
}

/** Who asks, as the server sees it. */
export interface Origin {
  /** Of the network. */
  address: string;
}
