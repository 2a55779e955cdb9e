/** Dates as people say them. The server does not know their time zone: what is near is told as an age, the rest as a day. */
import type { Texts } from './english.ts';
import { type Html, html } from './html.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const dayOf = (time: number, { tag }: Texts): string =>
  new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeZone: 'UTC' }).format(time);

function ageOf(time: number, now: number, texts: Texts): string {
  const age = now - time;
  if (age < minute) return texts.account.justNow;
  if (age >= 7 * day) return dayOf(time, texts);
  const [count, unit] =
    age < hour
      ? ([age / minute, 'minute'] as const)
      : age < day
        ? ([age / hour, 'hour'] as const)
        : ([age / day, 'day'] as const);
  return new Intl.RelativeTimeFormat(texts.tag).format(-Math.floor(count), unit);
}

const stamped = (time: number, words: string): Html =>
  html`<time datetime="${new Date(time).toISOString()}">${words}</time>`;

/** "3 March 2026", in UTC. Milliseconds since the epoch. */
export const dayHtml = (time: number, texts: Texts): Html => stamped(time, dayOf(time, texts));

/** "2 hours ago", and the day for what is older than a week. Milliseconds since the epoch. */
export const ageHtml = (time: number, now: number, texts: Texts): Html =>
  stamped(time, ageOf(time, now, texts));
