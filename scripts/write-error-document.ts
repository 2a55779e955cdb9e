// Writes docs/errors.md from src/core/errors.ts and the table of each dialect.
import { writeFileSync } from 'node:fs';
import { errorDocument } from '../src/cli/documents/error-document.ts';

writeFileSync(new URL('../docs/errors.md', import.meta.url), errorDocument());
