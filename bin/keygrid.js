#!/usr/bin/env node
// The built command line (`npm run build` makes dist). Node refuses to strip types inside node_modules, so a published
// package runs JavaScript.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 7)) {
  console.error(`Keygrid needs Node 24.7 or later, and this is ${process.versions.node}.`);
  process.exit(1);
}
await import('../dist/cli/keygrid.js');
