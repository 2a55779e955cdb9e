// Writes docs/cli.md from the commands in src/cli/declarations.ts.
import { writeFileSync } from 'node:fs';
import { cliDocument } from '../src/cli/documents/cli-document.ts';

writeFileSync(new URL('../docs/cli.md', import.meta.url), cliDocument());
