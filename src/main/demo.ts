/** `--demo`: on an empty data directory, everything for the first authenticated call, and the commands to make it. */
import { isIP } from 'node:net';
import type { Configuration } from '../config/index.ts';
import type { RandomSource } from '../core/ports.ts';
import type { ClientCredentials } from '../core/tenancy/tenancy-service.ts';
import { StoreStartError } from '../storage/start-error.ts';
import type { Keygrid } from './open-keygrid.ts';
import { generatePassword, type NewSuperuser } from './superuser.ts';

/** The demonstration's secrets are printed and its sign-up is open: it is for this machine alone. @throws StoreStartError */
export function requireDemoPlace({ host }: Configuration): void {
  const loopback = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  if (loopback) return;
  throw new StoreStartError(
    `--demo prints secrets and opens sign-up, so it only listens on this machine: use --host 127.0.0.1, or start without --demo to listen on ${host}.`,
  );
}

/**
 * Makes the demonstration's data if the store was empty (the superuser was made just now). Answers what to print
 * once the address is known.
 */
export async function prepareDemo(
  { core }: Keygrid,
  superuser: NewSuperuser | undefined,
  { random }: { random: RandomSource },
): Promise<Demonstration> {
  if (!superuser) {
    return {
      facts: undefined,
      render: (url) =>
        `The demonstration was set up at an earlier start; its secrets were shown then. ${url}/status\n`,
    };
  }
  const organization = await core.tenancy.createOrganization('my-org', {}, undefined, {
    sandbox: true,
    activated: true,
  });
  const application = await core.tenancy.createApplication(organization, 'my-app');
  const owner = await core.adminUserStore.find({ username: superuser.username });
  if (owner) await core.members.enroll(organization, owner);
  const password = generatePassword(random);
  const user = { username: 'testuser', email: 'testuser@example.com', name: 'Test User', password };
  await core.applicationAccounts.create(application, user, { administrator: true });
  const applicationClient = core.tenancy.credentialsOf(application);
  const organizationClient = core.tenancy.credentialsOf(organization);
  const facts = { superuser, password, applicationClient, organizationClient };
  return {
    facts: { applicationUser: { username: user.username, password }, applicationClient, organizationClient },
    render: (url) => renderDemo(url, facts),
  };
}

export interface Demonstration {
  /** Undefined when it was set up at an earlier start: its secrets were shown then. */
  facts:
    | {
        applicationUser: { username: string; password: string };
        applicationClient: ClientCredentials;
        organizationClient: ClientCredentials;
      }
    | undefined;
  /** What to print once the address is known. */
  render(url: string): string;
}

interface DemoFacts {
  superuser: NewSuperuser;
  password: string;
  applicationClient: ClientCredentials;
  organizationClient: ClientCredentials;
}

function renderDemo(
  url: string,
  { superuser, password, applicationClient, organizationClient }: DemoFacts,
): string {
  const token = (path: string, body: Record<string, string>): string =>
    `curl -s ${url}${path} -d '${JSON.stringify(body)}'`;
  const client = ({ clientId, clientSecret }: ClientCredentials): Record<string, string> => ({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  });
  const user = { grant_type: 'password', username: 'testuser', password };
  const admin = { grant_type: 'password', username: superuser.username, password: superuser.password };
  return `
Keygrid is ready, with organization my-org and its applications sandbox and my-app.
The secrets below are shown this once. Paste any of these:

# an application user's token
${token('/my-org/my-app/token', user)}

# an application's token
${token('/my-org/my-app/token', client(applicationClient))}

# an organization's token
${token('/token', client(organizationClient))}

# an admin user's token (the superuser's)
${token('/token', admin)}

# the application user's token at work: store a thing, and read it back
TOKEN=$(${token('/my-org/my-app/token', user)} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
curl -s ${url}/my-org/my-app/books -H "Authorization: Bearer $TOKEN" -d '{"name":"emma","author":"Jane Austen"}'
curl -s ${url}/my-org/my-app/books/emma -H "Authorization: Bearer $TOKEN"

`;
}
