/** An account as Autodesk's two profile endpoints show it: aps-auth.md 1.8 and 3.7. */
import type { AccountFacts } from '../../core/oidc/account-facts.ts';
import { splitName } from '../../core/oidc/claims.ts';

type Json = Readonly<Record<string, unknown>>;

const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();

const isHttpUrl = (text: unknown): text is string =>
  typeof text === 'string' && /^https?:\/\/[!-~]+$/i.test(text);

/** Sizes that clients ask for. There is one picture, and browsers scale. */
const imageSizes = ['sizeX20', 'sizeX40', 'sizeX50', 'sizeX58', 'sizeX80', 'sizeX120'];

function images({ texts }: AccountFacts): Record<string, string> {
  const { picture } = texts;
  return isHttpUrl(picture) ? Object.fromEntries(imageSizes.map((size) => [size, picture])) : {};
}

/** `en-GB` -> `GB`. */
const countryOf = ({ texts, address }: AccountFacts): string =>
  address?.country ?? /^[a-z]{2,3}[-_]([A-Za-z]{2})$/.exec(texts.locale ?? '')?.[1]?.toUpperCase() ?? '';

const languageOf = ({ texts }: AccountFacts): string => /^[a-z]{2,3}/.exec(texts.locale ?? '')?.[0] ?? 'en';

/** `GET /userprofile/v1/users/@me`: flat, the names as its clients read them (APS-44). */
export function renderUsersMe(account: AccountFacts): Json {
  const { first, last } = splitName(account);
  return {
    userId: account.uuid,
    userName: account.username ?? '',
    emailId: account.email ?? '',
    firstName: first,
    lastName: last,
    emailVerified: account.emailVerified,
    '2FaEnabled': false,
    countryCode: countryOf(account),
    language: languageOf(account),
    optin: false,
    lastModified: isoTime(account.modifiedAt),
    websiteUrl: account.texts.website ?? '',
    profileImages: images(account),
  };
}

/** `GET /userinfo`; both spellings of what was renamed (APS-93). */
export function renderUserinfo(account: AccountFacts): Json {
  const { uuid, texts, username, email, emailVerified, createdAt, modifiedAt } = account;
  const { first, last } = splitName(account);
  const picture = isHttpUrl(texts.picture) ? texts.picture : '';
  return {
    ...{ sub: uuid, name: texts.name ?? `${first} ${last}`.trim(), given_name: first, family_name: last },
    ...{ preferred_username: username ?? '', email: email ?? '', email_verified: emailVerified },
    ...{ profile: texts.profile ?? '', picture, locale: texts.locale ?? '' },
    updated_at: Math.floor(modifiedAt / 1000),
    ...{ country_code: countryOf(account), language: languageOf(account) },
    ...(account.address && { address: account.address }),
    ...(texts.phone_number && { phone_number: texts.phone_number, phone_number_verified: false }),
    ...{ ldap_enabled: false, opt_in: false },
    ...{ is_2fa_enabled: false, is_twofa_enabled: false },
    ...{ thumbnails: images(account), user_thumbnails: images(account) },
    ...(createdAt !== undefined && { created_date: isoTime(createdAt) }),
    social_userinfo_list: [],
  };
}
