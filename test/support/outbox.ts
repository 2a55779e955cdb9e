/** The mail that a server without a mail server kept, as the superuser reads it. */
import assert from 'node:assert/strict';
import { call } from './http.ts';
import { rememberSecret } from './secrets.ts';
import type { RunningServer } from './server.ts';

export interface Mail {
  id: number;
  to: string;
  subject: string;
  text: string;
  sentAt: number;
}

export const superuserOf = ({ superuserPassword }: RunningServer) => ({
  username: 'superuser',
  password: superuserPassword,
});

/** Oldest first. */
export async function mailTo(server: RunningServer, address: string): Promise<Mail[]> {
  const answer = await call(server, 'GET /api/v1/outbox?limit=1000', { basic: superuserOf(server) });
  assert.equal(answer.status, 200, answer.text);
  const messages: Mail[] = answer.body.messages;
  return messages.filter(({ to }) => to === address).reverse();
}

/** The link at the end of a mail, as the path of a request, and the token in it. */
export function linkIn(mail: Mail | undefined): { path: string; token: string } {
  const link = /(https?:\/\/\S+)\s*$/.exec(mail?.text ?? '')?.[1];
  assert.ok(link, `no link at the end of: ${mail?.text}`);
  const { pathname, searchParams } = new URL(link);
  const token = searchParams.get('token') ?? '';
  rememberSecret(token);
  return { path: pathname, token };
}
