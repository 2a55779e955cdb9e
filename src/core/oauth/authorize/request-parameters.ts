/** The parameters of an authorization request, each by its name. RFC 6749 §3.1. */
import { KeygridError } from '../../errors.ts';
import type { RawParameters } from './authorization-service.ts';

export interface RequestParameters {
  /** Undefined when absent, and when empty (S010). Of one that is repeated, the first. */
  find(name: string): string | undefined;
  /** '' when sent empty; undefined when absent or repeated. */
  verbatim(name: string): string | undefined;
  isRepeated(name: string): boolean;
  names: readonly string[];
  /** Characters of all names and values. */
  size: number;
}

export function readRequestParameters(raw: RawParameters): RequestParameters {
  const values = new Map<string, string[]>();
  let size = 0;
  for (const [name, value] of raw) {
    size += name.length + value.length;
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  return {
    find: (name) => values.get(name)?.[0] || undefined,
    verbatim: (name) => (values.get(name)?.length === 1 ? values.get(name)?.[0] : undefined),
    isRepeated: (name) => (values.get(name)?.length ?? 0) > 1,
    names: [...values.keys()],
    size,
  };
}

/** `parameter`: the one that is missing or wrong, for dialects that name it. */
export const invalidRequest = (description: string, parameter?: string): KeygridError =>
  new KeygridError('invalid_request', description, parameter === undefined ? {} : { subject: { parameter } });
