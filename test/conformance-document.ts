/**
 * Writes docs/conformance.md from what the last full test run found: `node test/conformance-document.ts`. With
 * `--check` it only says whether the document is what it would write.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { findMistakes, type Reasons, renderConformance } from './conformance/document.ts';
import type { TestResult } from './support/test-results.ts';

const documentFile = new URL('../docs/conformance.md', import.meta.url);
const lastResultsFile = new URL('../test-results/results.json', import.meta.url);
const reasonsFile = new URL('./conformance/reasons.json', import.meta.url);

const read = (file: string | URL): string => readFileSync(file, 'utf8');

function readDocument(): string {
  try {
    return read(documentFile);
  } catch {
    return '';
  }
}

/**
 * Brings the document up to date with these results, or with `checkOnly` only looks.
 * @returns what is wrong, an empty list if nothing is.
 */
export function updateConformanceDocument(resultsFile: string | URL, checkOnly: boolean): string[] {
  const results: TestResult[] = JSON.parse(read(resultsFile));
  const reasons: Reasons = JSON.parse(read(reasonsFile));
  const mistakes = findMistakes(results, reasons);
  if (mistakes.length > 0) return mistakes;
  const document = renderConformance(results, reasons);
  if (document === readDocument()) return [];
  if (checkOnly)
    return ['docs/conformance.md is not what this run covered: run "npm test" and commit the document.'];
  writeFileSync(documentFile, document);
  return [];
}

if (import.meta.main) {
  const problems = updateConformanceDocument(lastResultsFile, process.argv.includes('--check'));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
