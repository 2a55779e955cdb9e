/**
 * The one cookie of a realm: 256 random bits that name the browser from its first page on, and, once somebody signed
 * in, 256 more that are the session. The first part stays, so that what was under way in another tab goes on; the
 * second is new at every sign-in (S042), and without it nobody is signed in.
 */
import type { RandomSource } from '../ports.ts';
import { digestOf, randomToken } from '../random-text.ts';

export interface BrowserValue {
  /** Interactions are bound to it. */
  browser: string;
  /** Undefined before sign-in. */
  session: string | undefined;
}

const pattern = /^([A-Za-z0-9_-]{43})(?:\.([A-Za-z0-9_-]{43}))?$/;

/** Undefined for whatever we never gave out. */
export function parseBrowserValue(text: string | undefined): BrowserValue | undefined {
  const found = text === undefined ? null : pattern.exec(text);
  return found ? { browser: found[1]!, session: found[2] } : undefined;
}

export const renderBrowserValue = ({ browser, session }: BrowserValue): string =>
  session === undefined ? browser : `${browser}.${session}`;

export const newBrowserValue = (random: RandomSource): BrowserValue => ({
  browser: randomToken(random),
  session: undefined,
});

/** As for somebody who has just signed in there. */
export const withNewSession = ({ browser }: BrowserValue, random: RandomSource) => ({
  browser,
  session: randomToken(random),
});

/** Under which interactions know the browser. */
export const browserDigestOf = ({ browser }: BrowserValue): string => digestOf(browser);

/** Under which the session is stored; undefined before sign-in. */
export const sessionDigestOf = (value: BrowserValue): string | undefined =>
  value.session === undefined ? undefined : digestOf(renderBrowserValue(value));
