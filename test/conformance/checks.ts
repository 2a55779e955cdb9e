/** The numbered checks of the references, and how tests and reasons name them. */

export interface Reference {
  /** `UA` in `UA-12`; S has no dash and three digits. */
  prefix: 'UA' | 'UD' | 'APS' | 'S';
  title: string;
  count: number;
}

export const references: readonly Reference[] = [
  { prefix: 'UA', title: 'Usergrid: authentication, authorization, management', count: 157 },
  { prefix: 'UD', title: 'Usergrid: data', count: 155 },
  { prefix: 'APS', title: 'Autodesk: authentication v1 and v2', count: 100 },
  { prefix: 'S', title: 'OAuth 2.0 and OpenID Connect', count: 162 },
];

/** `UA` and 12 -> `UA-12`; `S` and 7 -> `S007`. */
export const nameCheck = (prefix: string, number: number): string =>
  prefix === 'S' ? `S${String(number).padStart(3, '0')}` : `${prefix}-${number}`;

export const allChecks: ReadonlySet<string> = new Set(
  references.flatMap(({ prefix, count }) =>
    Array.from({ length: count }, (_, index) => nameCheck(prefix, index + 1)),
  ),
);

const citation = /\b(?:(UA|UD|APS)-(\d{1,3})(?:\.\.(?:\1-)?(\d{1,3}))?|(S)(\d{3})(?:\.\.S?(\d{3}))?)(?!\w)/g;

/**
 * The checks that a text cites: `UA-12`, `S081`, and ranges such as `UA-59..UA-70` or `S001..S009`. Numbers that no
 * check has are given as well: the caller sees them by `allChecks`.
 */
export function citedChecks(text: string): string[] {
  return [...text.matchAll(citation)].flatMap((match) => {
    const prefix = match[1] ?? match[4] ?? '';
    const first = Number(match[2] ?? match[5]);
    const last = Number(match[3] ?? match[6] ?? first);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
      nameCheck(prefix, first + index),
    );
  });
}
