import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findViolations, type SourceFile } from './architecture/rules.ts';
import { blankTexts, findImports } from './architecture/source-scanner.ts';

const project = fileURLToPath(new URL('..', import.meta.url));

function readSources(): SourceFile[] {
  const paths = globSync('src/**/*.ts', { cwd: project }).sort();
  return paths.map((path) => ({
    path: path.replaceAll('\\', '/'),
    text: readFileSync(`${project}/${path}`, 'utf8'),
  }));
}

test('the sources keep the rules of the architecture', () => {
  const sources = readSources();
  assert.ok(sources.length > 0);
  const violations = findViolations(sources);
  assert.equal(violations.length, 0, `\n${violations.join('\n')}\n`);
});

describe('the rules', () => {
  const violationsOf = (path: string, text: string) => findViolations([{ path, text }]);

  const refused: Array<[rule: string, path: string, text: string]> = [
    ['core imports only core', 'src/core/a.ts', "import { x } from '../storage/x.ts';"],
    ['core imports only core, types as well', 'src/core/a.ts', "import type { X } from '../http/x.ts';"],
    ['core re-exports only core', 'src/core/a.ts', "export * from '../http/x.ts';"],
    ['core imports only core, dynamically as well', 'src/core/a.ts', "await import('../http/x.ts');"],
    ['an import spread over lines is seen', 'src/core/a.ts', "import {\n  x,\n  y,\n} from '../http/x.ts';"],
    ['an import for its effect is seen', 'src/core/a.ts', "import '../http/x.ts';"],
    ['a computed import is refused', 'src/core/a.ts', 'await import(name);'],
    ['core knows no HTTP', 'src/core/a.ts', "import { createServer } from 'node:http';"],
    ['core knows no framework', 'src/core/a.ts', "import type { FastifyRequest } from 'fastify';"],
    ['core knows no files', 'src/core/a.ts', "import { readFile } from 'node:fs/promises';"],
    ['only storage knows SQL', 'src/http/a.ts', "import pg from 'pg';"],
    ['storage imports no HTTP layer', 'src/storage/a.ts', "import { x } from '../http/x.ts';"],
    ['platform imports no storage', 'src/platform/a.ts', "import { x } from '../storage/x.ts';"],
    ['http imports no dialect', 'src/http/a.ts', "import { x } from '../dialects/usergrid/x.ts';"],
    ['jobs import no storage', 'src/jobs/a.ts', "import { x } from '../storage/x.ts';"],
    ['pages import no dialect', 'src/pages/a.ts', "import { x } from '../dialects/usergrid/x.ts';"],
    ['a dialect imports no storage', 'src/dialects/usergrid/a.ts', "import { x } from '../../storage/x.ts';"],
    ['a dialect imports no other', 'src/dialects/usergrid/a.ts', "import { x } from '../autodesk/x.ts';"],
    ['nobody but main and cli imports config', 'src/admin/a.ts', "import { x } from '../config/x.ts';"],
    ['nobody imports main', 'src/admin/a.ts', "import { x } from '../main.ts';"],
    ['nothing imports the tests', 'src/cli/a.ts', "import { x } from '../core/x.test.ts';"],
    ['sources import nothing outside src', 'src/core/a.ts', "import { x } from '../../test/x.ts';"],
    ['a new layer has to be given its rule', 'src/extra/a.ts', "import { x } from '../core/x.ts';"],
    ['the environment is not read in http', 'src/http/a.ts', 'const port = process.env.PORT;'],
    ['a clock is not read in core', 'src/core/a.ts', 'const now = Date.now();'],
    ['the present is not made in storage', 'src/storage/a.ts', 'const now = new Date();'],
    [
      'the present is seen inside a template',
      'src/core/a.ts',
      `const t = \`at \${new Date()} or \${{ a: {} }}\`;`,
    ],
    ['chance is not drawn in core', 'src/core/a.ts', "import { randomBytes } from 'node:crypto';"],
    ['chance is not drawn in a dialect', 'src/dialects/usergrid/a.ts', 'const x = crypto.randomUUID();'],
    ['Math.random is not called', 'src/http/a.ts', 'const x = Math.random();'],
    ['a file is not called utils', 'src/core/string-utils.ts', ''],
    ['a folder is not called common', 'src/common/a.test.ts', ''],
    ['a file has at most 400 lines', 'src/core/a.ts', 'x;\n'.repeat(401)],
  ];
  for (const [rule, path, text] of refused) {
    test(`${rule}: refused`, () =>
      assert.equal(violationsOf(path, text).length, 1, violationsOf(path, text).join()));
  }

  const accepted: Array<[what: string, path: string, text: string]> = [
    ['core imports core', 'src/core/oauth/a.ts', "import { x } from '../identity/x.ts';"],
    [
      'core hashes and compares',
      'src/core/a.ts',
      "import { createHmac, timingSafeEqual } from 'node:crypto';",
    ],
    ['core makes a date of a number', 'src/core/a.ts', 'const d = new Date(milliseconds).toISOString();'],
    [
      'core has parameters of type Date',
      'src/core/a.ts',
      'function f(d: Date) { return d instanceof Date; }',
    ],
    [
      'storage imports core and kysely',
      'src/storage/a.ts',
      "import type { X } from '../core/x.ts'; import 'kysely';",
    ],
    ['a dialect imports its own files', 'src/dialects/usergrid/a.ts', "import { x } from './query/x.ts';"],
    ['a dialect imports pages', 'src/dialects/usergrid/a.ts', "import { x } from '../../pages/x.ts';"],
    [
      'main imports everything',
      'src/main.ts',
      "import { x } from './storage/x.ts'; import './dialects/usergrid/x.ts';",
    ],
    ['cli reads clock and environment', 'src/cli/a.ts', 'const x = process.env.X ?? Date.now();'],
    ['platform reads the clock', 'src/platform/clock.ts', 'export const clock = { now: () => Date.now() };'],
    [
      'a test beside a source draws numbers',
      'src/core/a.test.ts',
      "import { x } from '../storage/x.ts'; Math.random();",
    ],
    ['a comment may speak of Date.now()', 'src/core/a.ts', '// never Date.now()\n/* nor process.env */'],
    ['a string may speak of an import', 'src/core/a.ts', 'const s = "import x from \'../http/x.ts\'";'],
    ['a pattern may hold a quote', 'src/core/a.ts', "const p = /['\"]/; const q = a / b; // 'Date.now()'"],
  ];
  for (const [what, path, text] of accepted) {
    test(`${what}: accepted`, () => assert.deepEqual(violationsOf(path, text), []));
  }

  test('a violation names file, line, import and rule', () => {
    assert.deepEqual(violationsOf('src/core/a.ts', "\nimport { x } from '../http/x.ts';"), [
      'src/core/a.ts:2 imports ../http/x.ts: core imports only core',
    ]);
  });

  test('unsafe markup in the one file that defines it: accepted; in a second: refused', () => {
    const definition = { path: 'src/pages/html.ts', text: 'export function unsafe(text: string) {}' };
    const user = { path: 'src/pages/sign-in.ts', text: 'unsafe(name)' };
    assert.equal(findViolations([definition]).length, 0);
    assert.equal(findViolations([definition, user]).length, 1);
  });
});

describe('the scanner', () => {
  test('blanks texts and comments and keeps every character in its place', () => {
    const source = `a("x"); // y\nb(\`1\${c("z")}2\`); /* w */ d(/[/"]/g, e / f)`;
    const code = `a(" ");     \nb(\` \${c(" ")} \`);         d(/    /g, e / f)`;
    assert.equal(blankTexts(source), code);
  });

  test('reads what is imported and where', () => {
    const source =
      "import a, { type b } from 'x';\nexport * as e from \"y\";\ntype T = import('z').T;\nimport 'w';";
    assert.deepEqual(findImports(source), [
      { specifier: 'x', line: 1 },
      { specifier: 'y', line: 2 },
      { specifier: 'z', line: 3 },
      { specifier: 'w', line: 4 },
    ]);
  });

  test('a method named import or require is none', () => {
    assert.deepEqual(findImports('this.import(x); this.require(y);'), []);
  });

  test('finds in each source as many imports as there are lines that end an import', () => {
    for (const { path, text } of readSources()) {
      const lines = text.match(/^(?:import|export|\}).*\bfrom '[^']+';$|^import '[^']+';$/gm) ?? [];
      assert.ok(findImports(text).length >= lines.length, path);
      assert.equal(blankTexts(text).length, text.length, path);
    }
  });
});
