/**
 * Scalars as bytes whose order is the order of the values: numbers, then texts, then booleans. Numbers are
 * order-preserving doubles, texts lower-case UTF-8. Both engines compare bytes, so one index serves every type.
 */
import { createHash } from 'node:crypto';
import type { ComparisonOperator, ScalarValue } from '../query/filter.ts';

/** The first byte. Steps of 16 leave a tag free as the end of each type's range. */
const tagOf = { number: 0x10, string: 0x20, boolean: 0x30 } as const;
const textTag = String.fromCharCode(tagOf.string);

/**
 * UTF-8 bytes of a text that are kept. A longer one is cut here and followed by its digest: equality stays exact,
 * order holds up to the cut. PostgreSQL refuses index rows above 2704 bytes.
 */
export const maximumTextBytes = 900;
const [digestOfCut, digestBytes] = ['sha256', 32] as const;

export interface KeyRange {
  from: Buffer;
  fromInclusive: boolean;
  to: Buffer;
  toInclusive: boolean;
  /** False where the range may hold values that do not satisfy what it was made from. */
  exact: boolean;
}

export const isScalar = (value: unknown): value is ScalarValue =>
  typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);

/** Bytes that no value's encoding is longer than. */
export function longestEncoding(value: ScalarValue | Uint8Array): number {
  if (typeof value === 'string') return 1 + Math.min(3 * value.length, maximumTextBytes + digestBytes);
  return value instanceof Uint8Array ? value.length : wholeNumberBytes;
}

/** As `encodeIndexValue`, into memory that is there. @returns where it ends */
export function writeIndexValue(target: Buffer, from: number, value: ScalarValue | Uint8Array): number {
  if (typeof value === 'number') return writeNumber(target, from, value);
  const end = typeof value === 'string' ? writeAscii(target, from, value) : undefined;
  if (end !== undefined) return end;
  const bytes = value instanceof Uint8Array ? value : encodeIndexValue(value as string | boolean);
  for (let at = 0; at < bytes.length; at += 1) target[from + at] = bytes[at]!;
  return from + bytes.length;
}

/** Undefined for a text that is not all ASCII, or that is cut. */
function writeAscii(target: Buffer, from: number, value: string): number | undefined {
  if (value.length > maximumTextBytes) return undefined;
  target[from] = tagOf.string;
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if (code >= 0x80) return undefined;
    target[from + 1 + at] = code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
  }
  return from + 1 + value.length;
}

export function encodeIndexValue(value: ScalarValue): Buffer {
  if (typeof value === 'string') return encodeText(value);
  if (typeof value === 'number') return encodeNumber(value);
  return Buffer.of(tagOf.boolean, value ? 1 : 0);
}

const wholeNumberBytes = 9;

function encodeNumber(value: number): Buffer {
  const key = Buffer.allocUnsafe(wholeNumberBytes);
  return key.subarray(0, writeNumber(key, 0, value));
}

/** Zeros at the end are left out: what is shorter sorts first, as zeros would. */
function writeNumber(target: Buffer, from: number, value: number): number {
  target[from] = tagOf.number;
  // + 0 makes -0 into 0.
  let end = target.writeDoubleBE(value + 0, from + 1);
  // IEEE 754 sorts as sign and magnitude: turn negatives around, and put them below the positives.
  if (target[from + 1]! & 0x80) for (let at = from + 1; at < end; at += 1) target[at] = ~target[at]!;
  else target[from + 1] = target[from + 1]! | 0x80;
  while (target[end - 1] === 0) end -= 1;
  return end;
}

function encodeText(value: string): Buffer {
  const whole = Buffer.from(textTag + value.toLowerCase());
  if (whole.length <= maximumTextBytes + 1) return whole;
  const digest = createHash(digestOfCut).update(whole).digest();
  return Buffer.concat([whole.subarray(0, maximumTextBytes + 1), digest]);
}

export const typeOfTag = (tag: number): keyof typeof tagOf | undefined =>
  (Object.keys(tagOf) as (keyof typeof tagOf)[]).find((type) => tagOf[type] === tag);

/** The value that was encoded, in lower case; of a text that was cut, what was kept. Undefined for other bytes. */
export function decodeIndexValue(key: Uint8Array): ScalarValue | undefined {
  const bytes = Buffer.from(key);
  const type = typeOfTag(bytes[0] ?? 0);
  if (type === 'string') return bytes.subarray(1, maximumTextBytes + 1).toString();
  if (type === 'boolean') return bytes[1] === 1;
  if (type !== 'number' || bytes.length < 2 || bytes.length > wholeNumberBytes) return undefined;
  return decodeNumber(Buffer.concat([bytes, Buffer.alloc(wholeNumberBytes - bytes.length)]));
}

function decodeNumber(key: Buffer): number {
  if (key[1]! & 0x80) key[1] = key[1]! & 0x7f;
  else for (let at = 1; at < wholeNumberBytes; at += 1) key[at] = ~key[at]!;
  return key.readDoubleBE(1);
}

/** Lone surrogates have no UTF-8 and are all encoded as U+FFFD. */
const isExactlyEncoded = (value: ScalarValue): boolean =>
  typeof value !== 'string' || (value.isWellFormed() && !value.includes('\ufffd'));

/** The values of the same type that compare so with `value`. */
export function rangeOf(operator: ComparisonOperator, value: ScalarValue): KeyRange {
  const exact = isExactlyEncoded(value);
  if (operator === '=') {
    const key = encodeIndexValue(value);
    return { from: key, fromInclusive: true, to: key, toInclusive: true, exact };
  }
  const run = runSharing(value);
  const inclusive = operator === '<=' || operator === '>=';
  if (run) return cutRange(operator, run, typeRange(value));
  const key = encodeIndexValue(value);
  const ends = typeRange(value);
  return operator === '<' || operator === '<='
    ? { ...ends, to: key, toInclusive: inclusive, exact }
    : { ...ends, from: key, fromInclusive: inclusive, exact };
}

/** For a text that is cut: everything that shares its kept bytes, since order ends there. */
function runSharing(value: ScalarValue): KeyRange | undefined {
  return typeof value === 'string' && encodeIndexValue(value).length > maximumTextBytes + 1
    ? prefixRange(value)
    : undefined;
}

const cutRange = (operator: ComparisonOperator, run: KeyRange, ends: KeyRange): KeyRange =>
  operator === '<' || operator === '<='
    ? { ...run, from: ends.from, fromInclusive: true, exact: false }
    : { ...ends, from: run.from, fromInclusive: true, exact: false };

function typeRange(value: ScalarValue): KeyRange {
  const tag = tagOf[typeof value as keyof typeof tagOf];
  return {
    from: Buffer.of(tag),
    fromInclusive: true,
    to: Buffer.of(tag + 1),
    toInclusive: false,
    exact: true,
  };
}

/** The texts that begin with `text`: what `'fred*'` looks for. The empty text gives every text. */
export function prefixRange(text: string): KeyRange {
  const whole = Buffer.from(textTag + text.toLowerCase());
  const from = whole.subarray(0, maximumTextBytes + 1);
  const to = Buffer.from(from);
  // No byte of UTF-8 is 0xff, so this never carries.
  to[to.length - 1] = to[to.length - 1]! + 1;
  const exact = from.length === whole.length && isExactlyEncoded(text);
  return { from, fromInclusive: true, to, toInclusive: false, exact };
}
