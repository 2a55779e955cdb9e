import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { JointResponse } from './joint-responses.ts';

/** All that the server sends on one connection after these requests, the last of which closes it. */
async function exchange(listener: RequestListener, ...requests: string[][]): Promise<string[]> {
  const server = createServer({ ServerResponse: JointResponse }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await Promise.all(
      requests.map((lines) => {
        const socket = connect(port, '127.0.0.1');
        const last = lines.length - 1;
        const render = (line: string, at: number): string =>
          `${line} HTTP/1.1\r\nHost: localhost\r\n${at === last ? 'Connection: close\r\n' : ''}\r\n`;
        socket.write(lines.map(render).join(''));
        return text(socket).catch(() => '');
      }),
    );
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const echo: RequestListener = ({ url }, response) => void response.end(`<${url}>`);

test('requests on one connection are answered in their order', async () => {
  const [sent] = await exchange(echo, ['GET /a', 'GET /b', 'GET /c']);
  assert.deepEqual(sent?.match(/<.*>/g), ['</a>', '</b>', '</c>']);
});

test('a response that waits for others is known to have ended, and nothing is added to it', async () => {
  const seen: unknown[] = [];
  const listener: RequestListener = (_request, response) => {
    seen.push(response.writableEnded);
    response.end('once');
    seen.push(response.writableEnded);
    response.end('twice');
  };
  const [sent] = await exchange(listener, ['GET /']);
  assert.match(sent ?? '', /\r\n\r\nonce$/);
  assert.deepEqual(seen, [false, true]);
});

test('what is answered in a later turn goes out by itself', async () => {
  const later: RequestListener = (request, response) =>
    void setTimeout(() => echo(request, response as never), 5);
  const sent = await exchange(later, ['GET /a'], ['GET /b']);
  assert.deepEqual(
    sent.map((answer) => answer.match(/<.*>/)?.[0]),
    ['</a>', '</b>'],
  );
});

test('a response that cannot be written ends its own connection and no other', async () => {
  const listener: RequestListener = (request, response) => {
    if (request.url === '/bad') response.end({} as never);
    else echo(request, response as never);
  };
  const sent = await exchange(listener, ['GET /bad'], ['GET /good']);
  assert.equal(sent[0], '');
  assert.match(sent[1] ?? '', /<\/good>$/);
});

test('HEAD is answered without a body, and a peer that is gone harms nobody', async () => {
  const gone: RequestListener = (request, response) => {
    if (request.url === '/gone') request.socket.destroy();
    echo(request, response as never);
  };
  const sent = await exchange(gone, ['GET /gone'], ['HEAD /head']);
  assert.equal(sent[0], '');
  assert.match(sent[1] ?? '', /^HTTP\/1\.1 200[^<]*\r\n\r\n$/);
});

test('of very many requests at once, each gets its answer', async () => {
  const paths = Array.from({ length: 200 }, (_, number) => `GET /${number}`);
  const [sent] = await exchange(echo, paths);
  assert.deepEqual(
    sent?.match(/<.*>/g),
    paths.map((line) => `<${line.slice(4)}>`),
  );
});
