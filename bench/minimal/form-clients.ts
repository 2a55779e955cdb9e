import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { type Client, loadClients } from './clients.ts';

const nobody: Client = { application: '', applicationBytes: Buffer.alloc(16), secretHmac: Buffer.alloc(32) };

/** Clients that prove themselves by `client_id` and `client_secret` in a form (RFC 6749 §2.3.1). */
export class FormClients {
  readonly #key: KeyObject;
  readonly #clients: ReadonlyMap<string, Client>;

  private constructor(key: Buffer, clients: ReadonlyMap<string, Client>) {
    this.#key = createSecretKey(key);
    this.#clients = clients;
  }

  /** Of the table that `prepareClients` filled. Nobody else writes it, so that memory is as good. */
  static async load(database: string, key: Buffer): Promise<FormClients> {
    return new FormClients(key, await loadClients(database));
  }

  /** The client's id, or undefined. An unknown client costs the same time as a wrong secret. */
  authenticate(form: URLSearchParams): string | undefined {
    const clientId = form.get('client_id') ?? '';
    const client = this.#clients.get(clientId) ?? nobody;
    const presented = createHmac('sha256', this.#key)
      .update(form.get('client_secret') ?? '')
      .digest();
    return timingSafeEqual(presented, client.secretHmac) && client !== nobody ? clientId : undefined;
  }
}
