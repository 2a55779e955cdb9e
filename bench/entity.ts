/** The entity of W5 and W6, and the requests around it, the same for Keygrid and for the minimal servers. */

const counterDigits = 12;

/** JSON of exactly 300 bytes and 8 properties, whose `name` ends in `counter`, zero-filled to 12 digits. */
export function renderThing(namePrefix: string, counter: number): string {
  const thing = {
    name: `${namePrefix}-${String(counter).padStart(counterDigits, '0')}`,
    kind: 'thermometer',
    status: 'active',
    site: 'north-hall',
    temperature: 21.5,
    readings: 1042,
    calibrated: true,
    note: '',
  };
  thing.note = 'n'.repeat(300 - JSON.stringify(thing).length);
  return JSON.stringify(thing);
}

/** Bytes of one HTTP/1.1 request; `body` is JSON. */
export function renderRequest(method: string, path: string, options: RequestParts = {}): Buffer {
  const { bearer, cookie, body, contentType = 'application/json', headers = {} } = options;
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: localhost', 'Accept: application/json'];
  if (bearer !== undefined) lines.push(`Authorization: Bearer ${bearer}`);
  if (cookie !== undefined) lines.push(`Cookie: ${cookie}`);
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== undefined)
    lines.push(`Content-Type: ${contentType}`, `Content-Length: ${Buffer.byteLength(body)}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`);
}

export interface RequestParts {
  bearer?: string;
  cookie?: string;
  body?: string;
  contentType?: string;
  headers?: Record<string, string>;
}
