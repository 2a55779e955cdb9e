/** What is known of an account, in the words of OpenID Connect Core §5.1; undefined where there is nothing. */
import { rememberByBody } from '../entities/remember-by-body.ts';
import { applicationUserOf } from '../identity/application-user.ts';
import type { TokenUser } from '../oauth/token-users.ts';
import type { Properties } from '../tenancy/tenancy.ts';
import { timeOfUuid, type Uuid } from '../uuid.ts';

/** Claims that are taken as they are, if they are texts; and further spellings under which accounts keep them. */
const textClaims = {
  name: [],
  given_name: ['givenName', 'firstname', 'firstName'],
  family_name: ['familyName', 'lastname', 'lastName'],
  middle_name: ['middlename', 'middleName'],
  nickname: [],
  profile: [],
  picture: [],
  website: ['url'],
  gender: [],
  birthdate: [],
  zoneinfo: [],
  locale: [],
  phone_number: ['phoneNumber', 'phone', 'tel'],
} as const satisfies Record<string, readonly string[]>;

export type TextClaim = keyof typeof textClaims;

/** OpenID Connect Core §5.1.1. */
const addressMembers = ['formatted', 'street_address', 'locality', 'region', 'postal_code', 'country'];

export interface AccountFacts {
  uuid: Uuid;
  username: string | undefined;
  email: string | undefined;
  emailVerified: boolean;
  texts: Partial<Record<TextClaim, string>>;
  address: Record<string, string> | undefined;
  /** Milliseconds since the epoch. */
  createdAt: number | undefined;
  modifiedAt: number;
  /** All that was put on the account, for dialects that show more. */
  properties: Properties;
}

/** Longer ones are no names: a token must not grow by them. */
const longestText = 1024;

export function accountFactsOf(account: TokenUser): AccountFacts {
  if (account.kind === 'admin_user') {
    const { uuid, username, email, name, confirmed, created, modified, properties } = account.user;
    return describe({ ...properties, name }, { uuid, username, email, confirmed, created, modified });
  }
  return factsOfEntity(account.user);
}

const accountsKept = 2_000;

/** The body says when it was modified, too. */
const factsOfEntity = rememberByBody(accountsKept, (user): AccountFacts => {
  const { uuid, body, created, modified } = user;
  const properties = JSON.parse(body) as Properties;
  const { email, confirmed } = applicationUserOf(user);
  return describe(properties, {
    ...{ uuid, username: properties.username, email, confirmed },
    ...{ created: timeOfUuid(uuid) ?? created, modified },
  });
});

interface Known {
  uuid: Uuid;
  username: unknown;
  email: unknown;
  confirmed: boolean;
  created: number;
  modified: number;
}

function describe(properties: Properties, known: Known): AccountFacts {
  const { uuid, username, email, confirmed, created, modified } = known;
  const texts: AccountFacts['texts'] = {};
  for (const [claim, spellings] of Object.entries(textClaims) as [TextClaim, readonly string[]][]) {
    const spelling = [claim, ...spellings].find((name) => textOf(properties[name]) !== undefined);
    if (spelling !== undefined) texts[claim] = textOf(properties[spelling])!;
  }
  return {
    uuid,
    username: textOf(username),
    email: textOf(email),
    emailVerified: confirmed,
    texts,
    address: addressOf(properties.address),
    createdAt: created,
    modifiedAt: modified,
    properties,
  };
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' && value.length <= longestText ? value : undefined;

function addressOf(value: unknown): Record<string, string> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const given = value as Record<string, unknown>;
  const members = addressMembers.flatMap((name) => {
    const text = textOf(given[name]);
    return text === undefined ? [] : [[name, text] as const];
  });
  return members.length > 0 ? Object.fromEntries(members) : undefined;
}
