/** The few calls of the Usergrid dialect that set Keygrid up for an item, as any client would make them. */

export interface Json {
  [name: string]: unknown;
}

export interface WireAnswer {
  status: number;
  body: Json;
}

export interface CallOptions {
  method?: 'GET' | 'POST';
  bearer?: string;
  body?: Json | readonly unknown[];
}

/** One call, its answer whatever the status. */
export async function call(port: number, path: string, options: CallOptions = {}): Promise<WireAnswer> {
  const { bearer, body, method = body === undefined ? 'GET' : 'POST' } = options;
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (bearer !== undefined) headers.authorization = `Bearer ${bearer}`;
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Json };
}

/** One call that must succeed. @throws Error with the answer when it does not. */
export async function require200(port: number, path: string, options: CallOptions = {}): Promise<Json> {
  const { status, body } = await call(port, path, options);
  if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

/** The string at `keys` inside an answer. @throws Error when there is none. */
export function requireText(answer: unknown, ...keys: (string | number)[]): string {
  let value: unknown = answer;
  for (const key of keys) value = (value as Record<string | number, unknown> | undefined)?.[key];
  if (typeof value !== 'string') throw new Error(`no ${keys.join('.')} in ${JSON.stringify(answer)}`);
  return value;
}
