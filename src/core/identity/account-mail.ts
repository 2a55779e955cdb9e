/** The mail about accounts. Plain text; a link with a token is the last thing in it. usergrid-auth.md 8.2, 8.6, 8.7, 9.6. */
import type { Mailer } from '../ports.ts';
import type { Organization } from '../tenancy/tenancy.ts';
import { type AccountPlace, type MailableAccount, managementPlace } from './account-place.ts';
import { isMailAddress } from './mail-address.ts';

/** Each answers whether there was an address to send to. */
export interface AccountMail {
  passwordReset(place: AccountPlace, account: MailableAccount, token: string): Promise<boolean>;
  confirmation(place: AccountPlace, account: MailableAccount, token: string): Promise<boolean>;
  activated(account: MailableAccount): Promise<boolean>;
  invitation(account: MailableAccount, organizationName: string): Promise<boolean>;
  /** To those who may approve; for the management realm that is the operator. */
  approvalOfUser(
    place: AccountPlace,
    account: MailableAccount,
    token: string,
    recipients?: string[],
  ): Promise<boolean>;
  approvalOfOrganization(organization: Pick<Organization, 'uuid' | 'name'>, token: string): Promise<boolean>;
}

export interface AccountMailOptions {
  mailer: Mailer;
  /** `publicUrl` is the origin of the links, without a slash at the end; known once the server listens. */
  place: { publicUrl: string };
  /** Where requests for approval go; the setting demands one as soon as mail leaves the outbox. */
  adminMail: string | undefined;
}

const addressOfOutbox = 'superuser@localhost';
const longestSubject = 200;

/**
 * Names and usernames are what strangers chose and stay out of the texts: mail from here must not carry their words to
 * anyone. An email address and an organization's name are held to a form.
 */
export function createAccountMail({ mailer, place: server, adminMail }: AccountMailOptions): AccountMail {
  const operator = adminMail ?? addressOfOutbox;

  async function send(to: string | undefined, subject: string, lines: string[]): Promise<boolean> {
    if (!isMailAddress(to)) return false;
    await mailer.send({ to, subject: oneLine(subject), text: lines.join('\n\n') });
    return true;
  }

  const link = (path: string, token: string): string => `${server.publicUrl}${path}?token=${token}`;

  return {
    passwordReset: (place, { uuid, email }, token) =>
      send(email, 'Password Reset', [
        `Somebody, hopefully you, asked for a new password for the account of ${email} at ${server.publicUrl}.`,
        'If it was not you, ignore this mail: nothing has changed.',
        'To choose a new password within seven days, open this link:',
        link(`${place.path}/users/${uuid}/resetpw`, token),
      ]),
    confirmation: (place, { uuid, email }, token) =>
      send(email, `User Account Confirmation: ${email}`, [
        `An account was made for ${email} at ${server.publicUrl}.`,
        'If it was not you, ignore this mail: the account stays unconfirmed.',
        'To confirm the address within seven days, open this link:',
        link(`${place.path}/users/${uuid}/confirm`, token),
      ]),
    activated: ({ email }) =>
      send(email, 'User Account Activated', [
        `The account of ${email} at ${server.publicUrl} is active now.`,
      ]),
    invitation: ({ email }, organizationName) =>
      send(email, 'User Invited To Organization', [
        `The account of ${email} at ${server.publicUrl} is now a member of the organization ${oneLine(organizationName)}.`,
      ]),
    async approvalOfUser(place, { uuid, email }, token, recipients = [operator]) {
      const who = isMailAddress(email) ? email : uuid;
      const what = place === managementPlace ? 'Admin User' : 'User';
      const sent = recipients.map((recipient) =>
        send(recipient, `Request For ${what} Account Activation: ${who}`, [
          `A new account waits for approval at ${server.publicUrl}${place.path}: ${who}.`,
          'To activate it within seven days, open this link:',
          link(`${place.path}/users/${uuid}/activate`, token),
        ]),
      );
      return (await Promise.all(sent)).includes(true);
    },
    approvalOfOrganization: ({ uuid, name }, token) =>
      send(operator, `Request For Organization Account Activation: ${name}`, [
        `A new organization waits for approval at ${server.publicUrl}: ${oneLine(name)}.`,
        'To activate it within seven days, open this link:',
        link(`/management/organizations/${uuid}/activate`, token),
      ]),
  };
}

/** Line ends in a subject would begin another header. */
const oneLine = (text: string): string =>
  text
    .replace(/[\p{C}\u2028\u2029]+/gu, ' ')
    .slice(0, longestSubject)
    .trim();
