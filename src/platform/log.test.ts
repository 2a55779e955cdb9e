import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import { createLog, holdOutput } from './log.ts';

function createRecordedLog(level = 'info') {
  const lines: string[] = [];
  const log = createLog({ level, destination: { write: (line: string) => void lines.push(line) } });
  return { log, lines, text: () => lines.join('') };
}

test('what is held back is written in order when it is released, and the rest at once', () => {
  const lines: string[] = [];
  const output = holdOutput({ write: (line: string) => void lines.push(line) });
  output.write('1');
  output.write('2');
  assert.deepEqual(lines, []);
  output.release();
  output.write('3');
  output.release();
  assert.deepEqual(lines, ['1', '2', '3']);
});

test('writes one JSON line an event, with its level in words and its time in ISO 8601', () => {
  const { log, lines } = createRecordedLog();
  log.info({ organization: 'my-org' }, 'made');
  const { time, ...rest } = JSON.parse(lines[0]!);
  assert.deepEqual(rest, { level: 'info', organization: 'my-org', msg: 'made' });
  assert.equal(new Date(time).toISOString(), time);
});

test('writes nothing below its level', () => {
  const { log, lines } = createRecordedLog('warn');
  log.info({}, 'unheard');
  assert.deepEqual(lines, []);
});

test('secrets do not get through fields, child loggers, messages or errors', () => {
  const { log, text } = createRecordedLog();
  const error = Object.assign(new Error('GET /o?access_token=s3cret failed'), {
    body: { password: 's3cret' },
  });
  log.info({ access_token: 's3cret', nested: { list: [{ refreshToken: 's3cret' }] } }, 'token=s3cret');
  log.child({ client_secret: 's3cret' }).error({ err: error }, 'failed');
  assert.doesNotMatch(text(), /s3cret/);
  assert.match(text(), /failed/);
});

test('requests that Fastify logs show neither headers nor secrets of the URL', async () => {
  const { log, text } = createRecordedLog();
  const server = Fastify({ loggerInstance: log });
  server.get('/token', (request) => {
    request.log.info({ headers: request.headers }, 'asked');
    return {};
  });
  const headers = { authorization: 'Bearer s3cret', cookie: 'session=s3cret' };
  await server.inject({ url: '/token?grant_type=password&username=s3cret', headers });
  await server.inject({ url: '/nowhere?access_token=s3cret', headers });
  await server.close();
  assert.match(text(), /"url":"\/token\?\[redacted\]"/);
  assert.doesNotMatch(text(), /s3cret/);
});

test('what is no server says what it is, and below warnings writes its audit log alone', () => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLog({ level: 'info', destination, source: 'command_line' });
  log.info({}, 'unheard');
  log.info({ audit: 'client_deleted' }, 'deleted');
  log.child({ store: 'x' }).info({ index: 'x' }, 'unheard');
  log.warn({}, 'heard');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)).map(({ source, msg }) => [source, msg]),
    [
      ['command_line', 'deleted'],
      ['command_line', 'heard'],
    ],
  );
});
