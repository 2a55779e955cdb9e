// Writes docs/settings.md from the table in src/config/settings.ts.
import { writeFileSync } from 'node:fs';
import { settingsDocument } from '../src/config/settings-document.ts';

writeFileSync(new URL('../docs/settings.md', import.meta.url), settingsDocument());
