/** Ant patterns of paths: `?` is one character, `*` a run within a segment, `**` any number of segments. */
import { isUuid } from '../uuid.ts';
import { anyRun, matchesSequence, type SequencePattern } from './sequence-matching.ts';

/** What `${user}` and `me` stand for. */
export interface UserNames {
  uuid: string;
  username?: string;
}

type SegmentTest = (segment: string) => boolean;

/** Alternatives; the path must match one of them. */
export type PathPattern = readonly SequencePattern<SegmentTest>[];

// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the placeholder's own text
const userPlaceholder = '${user}';

/** True if the pattern is more than a text to compare with. Both functions take the segments in lower case. */
export const hasPlaceholders = (segments: readonly string[]): boolean =>
  segments.some(
    (segment, index) => /[*?]/.test(segment) || segment.includes(userPlaceholder) || isMe(segment, index),
  );

export function compilePath(segments: readonly string[], user: UserNames | undefined): PathPattern {
  const names = user === undefined ? [] : namesOf(user);
  const tests = segments.map((segment, index) => compileSegment(segment, index, names));
  // `/cats/*` is also the collection `/cats` itself.
  return segments.at(-1) === '*' ? [tests, tests.slice(0, -1)] : [tests];
}

export const matchesPath = (pattern: PathPattern, segments: readonly string[]): boolean =>
  pattern.some((tests) => matchesSequence(tests, segments, (test, segment) => test(segment)));

/** As a first segment `me` is a collection of that name: it must not open the collection that a user is called after. */
const isMe = (segment: string, index: number): boolean => segment === 'me' && index > 0;

/** A username in the shape of a uuid would stand for somebody else, so it stands for nobody. */
function namesOf({ uuid, username }: UserNames): string[] {
  const names = [uuid];
  if (username !== undefined && username !== '' && !isUuid(username)) names.push(username);
  return names.map((name) => name.toLowerCase());
}

function compileSegment(
  segment: string,
  index: number,
  names: readonly string[],
): SegmentTest | typeof anyRun {
  if (segment === '**') return anyRun;
  if (segment === '*') return () => true;
  if (isMe(segment, index)) return oneOf(['me', ...names]);
  if (segment === userPlaceholder) return oneOf(names);
  if (segment.includes(userPlaceholder)) return anyOf(names.map((name) => compileGlob(segment, name)));
  return /[*?]/.test(segment) ? compileGlob(segment, '') : oneOf([segment]);
}

const oneOf =
  (texts: readonly string[]): SegmentTest =>
  (segment) =>
    texts.includes(segment);

const anyOf =
  (tests: readonly SegmentTest[]): SegmentTest =>
  (segment) =>
    tests.some((test) => test(segment));

const anyCharacter = Symbol('any character');

/** The name comes in as plain characters, whatever it holds: a user called `*` is no wildcard. */
function compileGlob(segment: string, name: string): SegmentTest {
  const pattern = segment
    .split(userPlaceholder)
    .flatMap((part, index) => [...(index === 0 ? '' : name), ...[...part].map(globElement)]);
  const accepts = (element: string | typeof anyCharacter, character: string): boolean =>
    element === anyCharacter || element === character;
  return (text) => matchesSequence(pattern, [...text], accepts);
}

function globElement(character: string): string | typeof anyCharacter | typeof anyRun {
  if (character === '*') return anyRun;
  return character === '?' ? anyCharacter : character;
}
