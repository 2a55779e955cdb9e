/** How long tokens last: the defaults, and what an application says of its users' (`accesstokenttl`). */
import { KeygridError } from '../errors.ts';
import type { Application, Properties } from './tenancy.ts';

/** design.md 3: one hour unless asked otherwise, a week at most. Milliseconds. */
export const defaultTokenLifetime = 3_600_000;
export const maximumTokenLifetime = 604_800_000;
/** What a token's lifetime field holds. */
const representableLifetime = 2_000_000_000_000;

export interface TokenLifetimes {
  /** Milliseconds; Infinity never expires. */
  default: number;
  maximum: number;
}

/** The longest lifetime a user token of the application may ever have been given; kept with its properties. */
const longestProperty = 'longestAccessTokenTtl';
export const internalApplicationProperties: ReadonlySet<string> = new Set([longestProperty]);

export const standardLifetimes: TokenLifetimes = {
  default: defaultTokenLifetime,
  maximum: maximumTokenLifetime,
};

export function userTokenLifetimes(application: Application): TokenLifetimes {
  const own = application.properties.accesstokenttl;
  if (typeof own !== 'number') return standardLifetimes;
  const lifetime = own === 0 ? Number.POSITIVE_INFINITY : own;
  return { default: lifetime, maximum: lifetime };
}

/** For how long a revocation of one of the application's users must be remembered. Milliseconds. */
export function longestUserTokenLifetime(application: Application): number {
  const kept = application.properties[longestProperty];
  if (kept === 'unlimited') return Number.POSITIVE_INFINITY;
  return Math.max(maximumTokenLifetime, typeof kept === 'number' ? kept : 0);
}

/**
 * The properties with `accesstokenttl` as a number, and the longest lifetime brought up to date.
 * @throws KeygridError `invalid_argument`
 */
export function readTokenLifetimes(properties: Properties): Properties {
  const given = properties.accesstokenttl;
  if (given === undefined) return properties;
  const lifetime = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given;
  if (
    typeof lifetime !== 'number' ||
    !Number.isInteger(lifetime) ||
    lifetime < 0 ||
    lifetime > representableLifetime
  ) {
    throw new KeygridError(
      'invalid_argument',
      `accesstokenttl must be a whole number of milliseconds from 0 (never expires) to ${representableLifetime}`,
    );
  }
  const kept = properties[longestProperty];
  const longest =
    lifetime === 0 || kept === 'unlimited' ? 'unlimited' : Math.max(lifetime, Number(kept ?? 0));
  return { ...properties, accesstokenttl: lifetime, [longestProperty]: longest };
}

/**
 * The lifetime of a token to be issued. `requested` is a request's `ttl` in ms, 0 or undefined for the default.
 * @throws KeygridError `invalid_argument`
 */
export function chooseLifetime(requested: unknown, lifetimes: TokenLifetimes): number {
  if (requested === undefined || requested === null || requested === '') return lifetimes.default;
  const number =
    typeof requested === 'string' && /^-?\d+(\.\d+)?$/.test(requested.trim()) ? Number(requested) : requested;
  if (typeof number !== 'number' || !Number.isFinite(number) || number < 0) {
    throw new KeygridError('invalid_argument', 'ttl must be a number >= 0');
  }
  if (number > lifetimes.maximum) {
    throw new KeygridError(
      'invalid_argument',
      `Your token age cannot be more than the maximum age of ${lifetimes.maximum} milliseconds`,
    );
  }
  return Math.floor(number) || lifetimes.default;
}
