/** The rules of the sources, as data and one function each. Design, section 4, and the house style. */
import { posix } from 'node:path';
import { blankTexts, findImports, lineAt } from './source-scanner.ts';

export interface SourceFile {
  /** From the project's root, with forward slashes: `src/core/uuid.ts`. */
  path: string;
  text: string;
}

/** One sentence: file and line, what is wrong, and the rule that says so. */
export type Violation = string;

/**
 * Layer -> the layers it may import. A layer is the first folder below src; `main` is src/main.ts and src/main/.
 * Absent here means: may import everything.
 */
const importableLayers: Record<string, readonly string[]> = {
  core: ['core'],
  storage: ['storage', 'core'],
  platform: ['platform', 'core'],
  config: ['config', 'core'],
  http: ['http', 'core'],
  pages: ['pages', 'core', 'http'],
  dialects: ['dialects', 'core', 'http', 'pages'],
  admin: ['admin', 'core', 'http', 'pages'],
  jobs: ['jobs', 'core'],
};

const composing = ['main', 'cli'];

/** Package or module -> the layers that may import it. Whatever is not listed is free. */
const importableModules: ReadonlyArray<{ modules: RegExp; layers: readonly string[]; rule: string }> = [
  {
    modules: /^(pg|pg-.*|kysely|kysely\/.*|node:sqlite)$/,
    layers: ['storage', ...composing],
    rule: 'only src/storage speaks SQL',
  },
  {
    modules: /^(fastify|fastify-plugin|@fastify\/.*|node:(http|https|http2|net|tls|dgram|dns))$/,
    layers: ['http', 'pages', 'dialects', 'admin', 'platform', 'storage', 'config', ...composing],
    rule: 'src/core and src/jobs know no HTTP and no network',
  },
  {
    modules: /^node:(fs|fs\/promises|child_process|worker_threads|os|cluster)$/,
    layers: ['http', 'pages', 'dialects', 'admin', 'platform', 'storage', 'config', ...composing],
    rule: 'src/core and src/jobs know no files and no processes',
  },
  {
    modules: /^(node:process|process)$/,
    layers: ['config', ...composing],
    rule: 'the environment is read only in src/main, src/cli and src/config',
  },
  {
    modules: /^node:perf_hooks$/,
    layers: ['platform', ...composing],
    rule: 'time comes from the Clock port, which src/platform implements',
  },
  {
    modules: /^(nodemailer|@node-rs\/argon2|pino)$/,
    layers: ['platform', ...composing],
    rule: 'src/platform implements the ports to the outside',
  },
];

/** Code -> the layers it may stand in. Names of functions are found however they are called or imported. */
const reservedCode: ReadonlyArray<{ code: RegExp; layers: readonly string[]; rule: string }> = [
  {
    code: /\bprocess\s*(?:\.|\?\.)\s*env\b|\bprocess\s*\[/g,
    layers: ['config', ...composing],
    rule: 'the environment is read only in src/main, src/cli and src/config',
  },
  {
    code: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(?:\(\s*\)|(?![\s(\w]))|(?<!new\s+)\bDate\s*\(\s*\)|\bperformance\s*\.\s*now\b|\bhrtime\b|\.setIssuedAt\s*\(\s*\)/g,
    layers: ['platform', ...composing],
    rule: 'time comes from the Clock port, which src/platform implements',
  },
  {
    code: /\bMath\s*\.\s*random\b|\b(?:randomBytes|randomUUID|randomUUIDv7|randomInt|randomFill|randomFillSync|getRandomValues|generateKeyPair|generateKeyPairSync|generateKey|generateKeySync|generatePrime|generatePrimeSync|generateSecret)\b/g,
    layers: ['platform', ...composing],
    rule: 'randomness comes from the RandomSource port, which src/platform implements',
  },
];

const longestFile = 400;
const vagueName = /^(utils?|helpers?|common|managers?)$/;

/** `src/dialects/usergrid/x.ts` -> `dialects`; `src/main.ts` -> `main`. */
function layerOf(path: string): string {
  return path.split('/')[1]?.replace(/\.ts$/, '') ?? '';
}

/** Which dialect a file belongs to; undefined outside of dialects. */
function dialectOf(path: string): string | undefined {
  const [, layer, dialect] = path.split('/');
  return layer === 'dialects' ? dialect : undefined;
}

const isTest = (path: string): boolean => path.endsWith('.test.ts');

function internalImportViolation(path: string, target: string): string | undefined {
  if (!target.startsWith('src/')) return 'what runs in production imports nothing outside src';
  if (isTest(target)) return 'tests are imported by nobody';
  const layer = layerOf(path);
  const allowed = importableLayers[layer];
  if (allowed === undefined) {
    return composing.includes(layer)
      ? undefined
      : `no layer of that name is known: add ${layer} to the rules`;
  }
  if (!allowed.includes(layerOf(target))) return `${layer} imports only ${allowed.join(', ')}`;
  if (
    dialectOf(path) !== undefined &&
    dialectOf(target) !== undefined &&
    dialectOf(path) !== dialectOf(target)
  ) {
    return 'a dialect imports no other dialect: what they share belongs in core, http or pages';
  }
  return undefined;
}

function externalImportViolation(path: string, specifier: string): string | undefined {
  const layer = layerOf(path);
  if (!specifier.startsWith('node:') && isBuiltinWithoutPrefix(specifier))
    return 'write built-in modules with node:';
  return importableModules.find(({ modules, layers }) => modules.test(specifier) && !layers.includes(layer))
    ?.rule;
}

const isBuiltinWithoutPrefix = (specifier: string): boolean =>
  /^(fs|fs\/promises|http|https|http2|net|tls|os|path|crypto|url|util|stream|events|child_process)$/.test(
    specifier,
  );

function checkImports({ path, text }: SourceFile): Violation[] {
  return findImports(text).flatMap(({ specifier, line }) => {
    const broken =
      specifier === undefined
        ? 'an import names its module as a plain string'
        : specifier.startsWith('.')
          ? internalImportViolation(path, posix.join(posix.dirname(path), specifier))
          : externalImportViolation(path, specifier);
    return broken === undefined
      ? []
      : [`${path}:${line} imports ${specifier ?? 'a computed name'}: ${broken}`];
  });
}

function checkReservedCode({ path, text }: SourceFile): Violation[] {
  const code = blankTexts(text);
  return reservedCode
    .filter(({ layers }) => !layers.includes(layerOf(path)))
    .flatMap((reserved) =>
      [...code.matchAll(reserved.code)].map(
        (match) => `${path}:${lineAt(code, match.index)} uses ${match[0].trim()}: ${reserved.rule}`,
      ),
    );
}

function checkLength({ path, text }: SourceFile): Violation[] {
  const lines = text.trimEnd().split('\n').length;
  return lines > longestFile ? [`${path} has ${lines} lines: a file has at most ${longestFile}`] : [];
}

function checkNames({ path }: SourceFile): Violation[] {
  const vague = path.split(/[/.-]/).find((word) => vagueName.test(word));
  return vague === undefined ? [] : [`${path} is named "${vague}": a name says what is inside`];
}

/** `unsafe` is the one way around the escaping of pages; the file that defines it is the only one to know it. */
function checkUnsafeMarkup(files: SourceFile[]): Violation[] {
  const users = files.filter(({ text }) => /\bunsafe(?:Html|Markup|Raw)?\b/.test(blankTexts(text)));
  if (users.length < 2) return [];
  return [`${users.map(({ path }) => path).join(', ')} use unsafe: only one file may go around the escaping`];
}

/**
 * Everything in these sources that breaks a rule. Tests beside the sources are held to the rules of length and name
 * only: they stand outside, and may start a store or draw a number.
 */
export function findViolations(files: SourceFile[]): Violation[] {
  const sources = files.filter(({ path }) => !isTest(path));
  return [
    ...sources.flatMap((file) => [...checkImports(file), ...checkReservedCode(file)]),
    ...checkUnsafeMarkup(sources),
    ...files.flatMap((file) => [...checkLength(file), ...checkNames(file)]),
  ];
}
