/** Why a request was refused, for the operator. The caller never sees it. */
export interface Refusal {
  requestId: string;
  /** Milliseconds since the epoch. */
  at: number;
  method: string;
  /** Path without query string. */
  path: string;
  status: number;
  code: string;
  /** What was safe to say to the caller. */
  description: string;
  /** Principal, token kind, role set, permission looked for …: names and uuids, never a secret. */
  facts: Record<string, string | number | boolean>;
}

export interface RefusalStore {
  /** Keeps the newest refusals, a bounded number of them. */
  append(refusals: Refusal[]): Promise<void>;
  find(requestId: string): Promise<Refusal | undefined>;
}

export interface OutboxMessage {
  id: number;
  to: string;
  subject: string;
  text: string;
  sentAt: number;
}

export interface OutboxStore {
  append(message: Omit<OutboxMessage, 'id'>): Promise<void>;
  /** Newest first. */
  list(limit: number, before: number | undefined): Promise<OutboxMessage[]>;
}
