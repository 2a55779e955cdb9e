/** Which scope opens which claims, and what an account says to each. OpenID Connect Core §5.1, §5.4. */
import type { AccountFacts, TextClaim } from './account-facts.ts';

export type Claims = Record<string, unknown>;

type Reader = (facts: AccountFacts) => unknown;

const text =
  (name: TextClaim): Reader =>
  ({ texts }) =>
    texts[name];

/** S111: booleans, seconds and an object where the text asks for them; what is undefined is left out. */
const claimsByScope: Readonly<Record<string, Readonly<Record<string, Reader>>>> = {
  profile: {
    name: text('name'),
    given_name: text('given_name'),
    family_name: text('family_name'),
    middle_name: text('middle_name'),
    nickname: text('nickname'),
    preferred_username: ({ username }) => username,
    profile: text('profile'),
    picture: text('picture'),
    website: text('website'),
    gender: text('gender'),
    birthdate: text('birthdate'),
    zoneinfo: text('zoneinfo'),
    locale: text('locale'),
    updated_at: ({ modifiedAt }) => Math.floor(modifiedAt / 1000),
  },
  email: {
    email: ({ email }) => email,
    email_verified: ({ email, emailVerified }) => (email === undefined ? undefined : emailVerified),
  },
  address: { address: ({ address }) => address },
  phone: {
    phone_number: text('phone_number'),
    // Nobody checks numbers here, and users write their own properties.
    phone_number_verified: ({ texts }) => (texts.phone_number === undefined ? undefined : false),
  },
};

/** All that any scope opens, for metadata. */
export const scopeClaimNames: readonly string[] = Object.values(claimsByScope).flatMap(Object.keys);

const readersByScope = Object.entries(claimsByScope).map(
  ([scope, readers]) => [scope, Object.entries(readers)] as const,
);

/** Without `sub`; in the order of the texts, empty values left out. */
export function claimsOfScopes(facts: AccountFacts, scopes: readonly string[]): Claims {
  const claims: Claims = {};
  for (const [scope, readers] of readersByScope) {
    if (!scopes.includes(scope)) continue;
    for (const [name, read] of readers) {
      const value = read(facts);
      if (value !== undefined) claims[name] = value;
    }
  }
  return claims;
}

/**
 * First and last name, for those who must have both: of an account that has only a whole name, its last word is the
 * last name.
 */
export function splitName({ texts, username }: AccountFacts): { first: string; last: string } {
  const words = (texts.name ?? '').trim().split(/\s+/);
  const isWhole = words.length > 1;
  return {
    first: texts.given_name ?? ((isWhole ? words.slice(0, -1).join(' ') : words[0]) || username || ''),
    last: texts.family_name ?? (isWhole ? words.at(-1)! : ''),
  };
}
