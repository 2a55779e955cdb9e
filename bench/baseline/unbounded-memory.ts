/**
 * Keeps what `oidc-provider` stores, in memory, for X1 and X2: its own adapter walks through all tokens of a grant for
 * each new one, which slows it down as they become many.
 */

interface Payload {
  uid?: string;
  grantId?: string;
  consumed?: number;
}

const entries = new Map<string, { payload: Payload; expiresAt: number }>();
const sessionsByUid = new Map<string, string>();
const membersOfGrant = new Map<string, Set<string>>();

export class UnboundedMemory {
  readonly #model: string;

  constructor(model: string) {
    this.#model = model;
  }

  async upsert(id: string, payload: Payload, expiresIn?: number): Promise<void> {
    const key = this.#key(id);
    const expiresAt = expiresIn === undefined ? Number.POSITIVE_INFINITY : Date.now() + expiresIn * 1000;
    entries.set(key, { payload, expiresAt });
    if (this.#model === 'Session' && payload.uid !== undefined) sessionsByUid.set(payload.uid, id);
    if (payload.grantId === undefined) return;
    const members = membersOfGrant.get(payload.grantId) ?? new Set();
    membersOfGrant.set(payload.grantId, members.add(key));
  }

  async find(id: string): Promise<Payload | undefined> {
    const entry = entries.get(this.#key(id));
    return entry !== undefined && Date.now() < entry.expiresAt ? entry.payload : undefined;
  }

  async findByUid(uid: string): Promise<Payload | undefined> {
    const id = sessionsByUid.get(uid);
    return id === undefined ? undefined : this.find(id);
  }

  /** Part of the interface; nothing here has user codes. */
  async findByUserCode(): Promise<undefined> {
    return undefined;
  }

  async consume(id: string): Promise<void> {
    const entry = entries.get(this.#key(id));
    if (entry !== undefined) entry.payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id: string): Promise<void> {
    entries.delete(this.#key(id));
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const key of membersOfGrant.get(grantId) ?? []) entries.delete(key);
    membersOfGrant.delete(grantId);
  }

  #key(id: string): string {
    return `${this.#model}:${id}`;
  }
}
