// Runs first in every script: the pinned Node comes from npm, and without it an older one would run silently.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 7)) {
  console.error(
    `Keygrid needs Node 24.7 or later, and this is ${process.versions.node}. ` +
      'On Linux "npm ci" installs it; elsewhere, or with --omit=optional, install Node 24 yourself.',
  );
  process.exit(1);
}
