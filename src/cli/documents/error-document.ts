/** The text of `docs/errors.md`: every error of the core, and what it is on the wire of each dialect. */
import { type ErrorCode, errorCatalogue } from '../../core/errors.ts';
import { wireErrors as autodeskErrors } from '../../dialects/autodesk/errors.ts';
import { wireErrors as standardErrors } from '../../dialects/standard/errors.ts';
import { wireErrors as usergridErrors } from '../../dialects/usergrid/errors.ts';

interface DialectErrors {
  name: string;
  /** What has no row does not come up there. */
  wire: Readonly<Partial<Record<ErrorCode, { status: number; error: string }>>>;
}

/** A dialect that comes to be adds its table here. */
const dialects: readonly DialectErrors[] = [
  { name: 'Usergrid', wire: usergridErrors },
  { name: 'standard', wire: standardErrors },
  { name: 'Autodesk', wire: autodeskErrors },
];

const introduction = `# Errors

<!-- Written by scripts/write-error-document.ts from src/core/errors.ts and the table of each dialect. -->

The first column is Keygrid's own name of an error: in the log, in \`keygrid explain\` and in the \`code\` that a command
prints with \`--json\`. What a client is told is a matter of the dialect it speaks: status and name of the error are in
the dialect's column. Every answer has the header \`x-request-id\`; with it \`keygrid explain\` says why a request was
refused.

An error without an entry does not come up in that dialect, or is told elsewhere: the errors of an authorization request
go to the client's redirect URI under Keygrid's own name, or are shown on a page (status 400, 403 or 404).

Texts that come with an error are for people, and may change. A fault that nobody foresaw is 500, is logged whole under
the request id, and is shown without detail.
`;

export function errorDocument(): string {
  const codes = Object.keys(errorCatalogue) as ErrorCode[];
  const head = ['error', 'meaning', ...dialects.map(({ name }) => name)];
  const rows = codes.map((code) => [
    `\`${code}\``,
    errorCatalogue[code],
    ...dialects.map(({ wire }) => cell(wire[code])),
  ]);
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${introduction}\n${lines.join('\n')}\n`;
}

const cell = (wire: { status: number; error: string } | undefined): string =>
  wire ? `${wire.status} \`${wire.error}\`` : '';
