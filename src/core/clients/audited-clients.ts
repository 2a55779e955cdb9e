/** The changes of clients, each noted with who made it. S162. */
import { type AuditEvent, createAudit } from '../audit.ts';
import { type Principal, principalSubject } from '../identity/principal.ts';
import type { Log } from '../ports.ts';
import type { Client } from './client.ts';
import type { ClientService } from './client-service.ts';

export type ClientChanges = Pick<
  ClientService,
  'register' | 'update' | 'rotateSecret' | 'endOldSecrets' | 'setDisabled' | 'delete'
>;

/** Of one who may make them: that is for the caller to have seen to. */
export type ClientChangesAs = (actor: Principal | undefined) => ClientChanges;

export const auditClients =
  (clients: ClientService, log: Log): ClientChangesAs =>
  (principal) => {
    const audit = createAudit(log);
    const actor = principal && principalSubject(principal);

    function note(event: AuditEvent, client: Client, changed?: readonly string[]): void {
      const { clientId, realm, organizationUuid: tenant } = client;
      audit(event, { realm, tenant, actor, client: clientId, ...(changed && { changed }) });
    }

    return {
      async register(foundation, settings) {
        const registered = await clients.register(foundation, settings);
        note('client_registered', registered.client);
        return registered;
      },
      async update(clientId, settings) {
        const client = await clients.update(clientId, settings);
        note('client_changed', client, Object.keys(settings));
        return client;
      },
      async rotateSecret(clientId, options) {
        const rotated = await clients.rotateSecret(clientId, options);
        note('client_secret_rotated', rotated.client);
        return rotated;
      },
      async endOldSecrets(clientId) {
        const client = await clients.endOldSecrets(clientId);
        note('client_old_secrets_ended', client);
        return client;
      },
      async setDisabled(clientId, disabled) {
        const client = await clients.setDisabled(clientId, disabled);
        note(disabled ? 'client_suspended' : 'client_resumed', client);
        return client;
      },
      async delete(clientId) {
        const client = await clients.require(clientId);
        await clients.delete(clientId);
        note('client_deleted', client);
      },
    };
  };
