/** Admin users and organizations as the wire shows them. usergrid-auth.md 2.3, with what seed 002 adds. */
import type { AdminUser } from '../../core/identity/accounts.ts';
import {
  type Application,
  managementApplicationUuid,
  type Organization,
  passwordHistorySizeOf,
} from '../../core/tenancy/tenancy.ts';

type Json = Record<string, unknown>;

export function renderAdminUser(user: AdminUser): Json {
  const address = `${user.name} <${user.email}>`;
  const safe = (text: string): string =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
  return {
    applicationId: managementApplicationUuid,
    uuid: user.uuid,
    username: user.username,
    name: user.name,
    email: user.email,
    adminUser: true,
    activated: user.activated,
    confirmed: user.confirmed,
    disabled: user.disabled,
    displayEmailAddress: address,
    htmldisplayEmailAddress: `${safe(user.name)} &lt;<a href="mailto:${safe(user.email)}">${safe(user.email)}</a>&gt;`,
    mailTo: address,
    properties: user.properties,
  };
}

export const renderOrganization = (organization: Organization): Json => ({
  uuid: organization.uuid,
  name: organization.name,
  passwordHistorySize: passwordHistorySizeOf(organization),
  properties: organization.properties,
});

/** `{ "org/app": uuid }`, in lower case. */
export const renderApplicationMap = (applications: Application[]): Record<string, string> =>
  Object.fromEntries(applications.map((application) => [fullName(application), application.uuid]));

export const fullName = (application: Application): string =>
  `${application.organizationName.toLowerCase()}/${application.name}`;

export const renderUserMap = (users: AdminUser[]): Json =>
  Object.fromEntries(users.map((user) => [user.username, renderAdminUser(user)]));
