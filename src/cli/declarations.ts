/** Every command of `keygrid`: names, options, help. The work is in commands/, each loaded only when it is called. */
import { clientOptions } from './client-settings.ts';
import type { CommandDeclaration, OptionDeclaration } from './command.ts';

/** Groups of commands, in the order of the help. */
export const groups: Readonly<Record<string, string>> = {
  superuser: "The operator's account",
  organization: 'Organizations: the tenants',
  application: 'Applications: the data spaces of organizations',
  user: 'Accounts: of admin users, and of the users of an application',
  client: 'OAuth clients, and the client ids and secrets of organizations and applications',
  token: 'Access tokens',
  outbox: 'Mail that was kept because no mail server is set',
};

const passwordFromInput: OptionDeclaration = {
  flags: '--password-stdin',
  description: 'read the password from standard input; without it one is generated and printed once',
};

const paging: readonly OptionDeclaration[] = [
  { flags: '--limit <number>', description: 'how many at most, 1 to 1000 (100 unless given)' },
  { flags: '--cursor <cursor>', description: 'where the page before this one ended' },
];

export const declarations: readonly CommandDeclaration[] = [
  {
    name: 'start',
    summary: 'Start the server',
    details:
      'Makes the superuser where there is none, and prints the password if it had to be generated. SIGTERM and ' +
      'SIGINT let requests in flight finish first; a second one stops at once.',
    examples: [
      'keygrid start --demo',
      'keygrid start --host 0.0.0.0 --public-url https://auth.example.com --data /var/lib/keygrid',
    ],
    options: [
      {
        flags: '--demo',
        description:
          'on an empty data directory, make an organization, an application and a user to play with',
      },
    ],
    settings: 'all',
    load: () => import('./commands/start.ts'),
  },
  {
    name: 'migrate',
    summary: "Bring the database to this version's schema",
    details:
      'Where this version indexes entities in another way, it makes the index anew too. A start does the same. Done by ' +
      'hand, it shows before the start whether it works, and can be given the rights of the owner of the tables, ' +
      'which the server then does without. A database that has it already stays as it is.',
    examples: [
      'keygrid migrate --data /var/lib/keygrid',
      'KEYGRID_DATABASE_URL=postgres://owner:…@db/keygrid keygrid migrate',
    ],
    settings: 'store',
    load: () => import('./commands/migrate.ts'),
  },
  {
    name: 'superuser reset-password',
    summary: 'Give the superuser a new password and end all its tokens',
    details:
      'For when nobody knows it any more: needs no server and no old password. An account that was disabled or not ' +
      'activated can sign in again; where there is no superuser at all, one is made.',
    examples: [
      'keygrid superuser reset-password --data /var/lib/keygrid',
      'pass show keygrid | keygrid superuser reset-password --password-stdin',
    ],
    options: [
      {
        flags: '--username <name>',
        description: 'which one, where there are several ("superuser" unless given)',
      },
      passwordFromInput,
    ],
    settings: 'store',
    load: () => import('./commands/superuser-reset-password.ts'),
  },
  {
    name: 'organization create',
    parameters: '<name>',
    summary: 'Make an organization, with its sandbox application',
    examples: ['keygrid organization create acme', 'keygrid organization create acme --owner alice --json'],
    options: [
      { flags: '--owner <user>', description: 'an admin user by name, address or uuid: its first member' },
      { flags: '--no-sandbox', description: 'without the sandbox, where guests may do everything' },
    ],
    settings: 'store',
    load: () => import('./commands/organization-create.ts'),
  },
  {
    name: 'organization list',
    summary: 'List the organizations, in order of name',
    examples: ['keygrid organization list', 'keygrid organization list --limit 20 --json'],
    options: paging,
    settings: 'store',
    load: () => import('./commands/organization-list.ts'),
  },
  {
    name: 'application create',
    parameters: '<organization/application>',
    summary: 'Make an application in an organization',
    examples: ['keygrid application create acme/shop'],
    settings: 'store',
    load: () => import('./commands/application-create.ts'),
  },
  {
    name: 'application list',
    parameters: '[organization]',
    summary: 'List the applications of an organization, or of all',
    examples: ['keygrid application list acme', 'keygrid application list --deleted --limit 20'],
    options: [{ flags: '--deleted', description: 'the deleted ones instead of the live ones' }, ...paging],
    settings: 'store',
    load: () => import('./commands/application-list.ts'),
  },
  {
    name: 'user create',
    parameters: '<username>',
    summary: 'Make an admin user, or with --application a user of that application',
    details:
      'An admin user needs an email address, with --email or as the username. A password is never an argument, as ' +
      'other accounts of the machine can read those of a running process.',
    examples: [
      'keygrid user create alice --email alice@example.com --organization acme',
      'printf \'%s\' "$PASSWORD" | keygrid user create bob --application acme/shop --password-stdin',
    ],
    options: [
      { flags: '--email <address>', description: 'the email address' },
      { flags: '--name <name>', description: 'the full name' },
      {
        flags: '--organization <organization>',
        description: 'make the admin user a member of this organization',
      },
      {
        flags: '--application <organization/application>',
        description: 'make a user of this application instead',
      },
      passwordFromInput,
    ],
    settings: 'store',
    load: () => import('./commands/user-create.ts'),
  },
  {
    name: 'client create',
    parameters: '<organization[/application]>',
    summary: 'Register an OAuth client, for the users of an application or for admin users',
    details:
      'The client secret is printed once. A native client is public and has none. What is not said takes the ' +
      'defaults of its type and dialect.',
    examples: [
      'keygrid client create acme/shop --name Photos --redirect-uris https://photos.example.com/callback',
      "keygrid client create acme/shop --dialect autodesk --redirect-uris 'http://localhost:3000/*'",
      'keygrid client create acme --type service --scopes data:read --json',
    ],
    options: [
      { flags: '--type <type>', description: 'web, native or service (web unless given)' },
      {
        flags: '--dialect <dialect>',
        description: 'standard, autodesk or usergrid (standard unless given)',
      },
      ...clientOptions,
    ],
    settings: 'store',
    load: () => import('./commands/client-create.ts'),
  },
  {
    name: 'client list',
    parameters: '<organization>',
    summary: 'List the registered clients of an organization',
    examples: ['keygrid client list acme', 'keygrid client list acme --limit 20 --json'],
    options: paging,
    settings: 'store',
    load: () => import('./commands/client-list.ts'),
  },
  {
    name: 'client update',
    parameters: '<client-id>',
    summary: 'Change what is named of a registered client',
    details:
      'A list replaces the one there is; scopes that are taken away are in no later token. With --disabled yes it ends everything that the client holds.',
    examples: [
      'keygrid client update 4pYq7… --redirect-uris "https://a.example.com/cb https://b.example.com/cb"',
      'keygrid client update 4pYq7… --disabled yes',
    ],
    options: [
      ...clientOptions,
      { flags: '--disabled <answer>', description: 'yes suspends it, no lets it go on' },
    ],
    settings: 'store',
    load: () => import('./commands/client-update.ts'),
  },
  {
    name: 'client delete',
    parameters: '<client-id>',
    summary: 'Delete a registered client, and end everything that it holds',
    examples: ['keygrid client delete 4pYq7…'],
    settings: 'store',
    load: () => import('./commands/client-delete.ts'),
  },
  {
    name: 'client show',
    parameters: '<organization[/application]>',
    summary: 'Show the client id of an organization or application',
    examples: ['keygrid client show acme', 'keygrid client show acme/shop --reveal --json'],
    options: [{ flags: '--reveal', description: 'print the client secret as well' }],
    settings: 'store',
    load: () => import('./commands/client-show.ts'),
  },
  {
    name: 'client rotate',
    parameters: '<organization[/application]|client-id>',
    summary: 'Give a client a new secret and print it',
    details:
      "An organization's or application's own client: the old secret stops working at once, and with it the tokens " +
      'that the client got. A registered client: its tokens go on, and with --keep-old its old secret for a while.',
    examples: ['keygrid client rotate acme/shop', 'keygrid client rotate 4pYq7… --keep-old 86400'],
    options: [
      {
        flags: '--keep-old <seconds>',
        description: 'how long the old secret of a registered client goes on (0 unless given)',
      },
    ],
    settings: 'store',
    load: () => import('./commands/client-rotate.ts'),
  },
  {
    name: 'token inspect',
    parameters: '[token]',
    summary: 'Say whose an access token is, and whether it is valid or why not',
    details:
      'Reads the token from standard input unless it is given; other accounts of the machine can read arguments. The ' +
      'token itself is never printed. Exit code 1 when the token is not valid.',
    examples: ['printf \'%s\' "$TOKEN" | keygrid token inspect'],
    settings: 'store',
    load: () => import('./commands/token-inspect.ts'),
  },
  {
    name: 'backup',
    parameters: '<target>',
    summary: 'Copy the data directory, also while the server runs, and verify the copy',
    details:
      'Makes the directory TARGET with the database, the server key and a manifest of checksums. It holds every secret ' +
      'of the installation: keep it as safe as the data directory. For PostgreSQL it says what to run instead.',
    examples: ['keygrid backup /backups/keygrid-2026-01-31 --data /var/lib/keygrid'],
    settings: 'store',
    load: () => import('./commands/backup.ts'),
  },
  {
    name: 'restore',
    parameters: '<source>',
    summary: 'Put a backup into a data directory, after verifying it',
    examples: ['keygrid restore /backups/keygrid-2026-01-31 --data /var/lib/keygrid'],
    options: [
      {
        flags: '--force',
        description: 'into a directory that is not empty: what is there is moved into a folder beside it',
      },
    ],
    settings: 'store',
    load: () => import('./commands/restore.ts'),
  },
  {
    name: 'explain',
    parameters: '<request-id>',
    summary: 'Say why a request was refused',
    details:
      'The request id is the x-request-id header of the answer. Refusals of credentials and permissions, of too many ' +
      'requests and faults are kept for this, the newest 10000 of them, from about a second after the answer.',
    examples: ['keygrid explain 4f1c09e2a87b5d3361e0c9aa'],
    settings: 'store',
    load: () => import('./commands/explain.ts'),
  },
  {
    name: 'config',
    summary: 'Print the settings in force and where each came from',
    details: 'Secrets are hidden.',
    examples: ['keygrid config', 'keygrid config --port 9000 --json'],
    settings: 'all',
    load: () => import('./commands/config.ts'),
  },
  {
    name: 'doctor',
    summary: 'Check the installation and say what to do about what is wrong',
    details:
      'Looks at settings, disk, server key, database, index, superuser, clock, mail and addresses. Changes nothing, and can be run beside the server. Exit code 1 when there is a problem.',
    examples: ['keygrid doctor --data /var/lib/keygrid'],
    settings: 'all',
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'outbox list',
    summary: 'Print the mail that was kept, newest first',
    examples: ['keygrid outbox list --limit 1'],
    options: [
      { flags: '--limit <number>', description: 'how many at most, 1 to 1000 (10 unless given)' },
      { flags: '--before <id>', description: 'only messages older than the one of this id' },
    ],
    settings: 'store',
    load: () => import('./commands/outbox-list.ts'),
  },
];
