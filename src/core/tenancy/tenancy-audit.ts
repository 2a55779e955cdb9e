/** How organizations, their members and applications come and go, noted with who did it. S162. */
import { type AuditEvent, createAudit, userSubject } from '../audit.ts';
import { createAccountAudit } from '../identity/account-audit.ts';
import { managementPlace } from '../identity/account-place.ts';
import { type Principal, principalSubject } from '../identity/principal.ts';
import type { Log } from '../ports.ts';
import type { Uuid } from '../uuid.ts';
import { type Application, managementRealmKey, type NewOwner, type Organization } from './tenancy.ts';

type Actor = Principal | undefined;
type ApplicationEvent = Extract<AuditEvent, `application_${string}`>;
type MemberEvent = Extract<AuditEvent, `member_${string}`>;

export interface TenancyAudit {
  /** With its owner, where that is a new account. */
  organizationCreated(organization: Organization, owner: Uuid | NewOwner | undefined, actor: Actor): void;
  application(event: ApplicationEvent, application: Application, actor: Actor): void;
  member(event: MemberEvent, organization: Organization, user: Uuid, actor: Actor): void;
}

export function createTenancyAudit(log: Log): TenancyAudit {
  const audit = createAudit(log);
  const auditAccount = createAccountAudit(log);

  function noteOrganization(event: AuditEvent, tenant: Uuid, user: Uuid | undefined, actor: Actor): void {
    audit(event, {
      ...{ realm: managementRealmKey, tenant },
      actor: actor && principalSubject(actor),
      ...(user !== undefined && { account: userSubject(managementRealmKey, user) }),
    });
  }

  return {
    organizationCreated({ uuid }, owner, actor) {
      const newOwner = typeof owner === 'object' ? owner.user.uuid : undefined;
      if (newOwner) auditAccount('account_created', managementPlace, newOwner, { actor });
      noteOrganization('organization_created', uuid, typeof owner === 'object' ? newOwner : owner, actor);
    },
    application(event, { key: realm, organizationUuid: tenant }, actor) {
      audit(event, { realm, tenant, actor: actor && principalSubject(actor) });
    },
    member: (event, { uuid }, user, actor) => noteOrganization(event, uuid, user, actor),
  };
}
