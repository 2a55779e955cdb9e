/**
 * The original page on client authorization, literally: its requests (seeds 000 and 001), sent with curl and as its
 * SDK does, and its sample answer.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { curl } from '../support/curl.ts';
import { call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';

let server: RunningServer;
before(async () => {
  server = await startServer();
});
after(async () => {
  await server?.stop();
});

/** What the page shows between the body's tags, with the client id that was asked for. */
const sampleBody = `
        <div class="dialog-area">

            <form class="dialog-form" action="" method="post">
                <input type="hidden" name="response_type" value="token">
                <input type="hidden" name="client_id" value="b0U5N81ME96NSeG78xIxQFxelQ">
                <input type="hidden" name="redirect_uri" value="">
                <input type="hidden" name="scope" value="">
                <input type="hidden" name="state" value="">
                <fieldset>
                    <p>
                        <label for="username">Username</label>
                    </p>
                    <p>
                        <input class="text_field" id="username" name="username" type="text" />
                    </p>
                    <p>
                        <label for="password">Password</label>
                    </p>
                    <p>
                        <input class="text_field" id="password" name="password" type="password" />
                    </p>
                    <p class="buttons">
                        <button type="submit">Submit</button>
                    </p>
                </fieldset>
            </form>
        </div>`;

const doctype =
  '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">';

/** Attributes that help people at their keyboards, which the page of 2012 did not have. */
const additions = / (?:autocomplete|autocapitalize|spellcheck)="[^"]*"/g;

/** The markup without the space between tags, in one way of closing empty ones. */
const condensed = (markup: string): string =>
  markup.replace(additions, '').replace(/ ?\/>/g, '>').replace(/>\s+/g, '>').replace(/\s+</g, '<').trim();

function assertSamplePage(markup: string): void {
  assert.ok(markup.startsWith(doctype));
  assert.match(markup, /<meta http-equiv="Content-Type" content="text\/html; charset=[\w-]+">/);
  assert.match(markup, /<title>Sign In<\/title>/);
  assert.match(markup, /<link rel="stylesheet" type="text\/css" href="[^"]+">/);
  assert.ok(condensed(markup).includes(condensed(sampleBody)), markup);
}

test("seeds 000 and 001: the page's own curl gets the sample page", async () => {
  const { exitCode, stdout } = await curl([
    ...['-X', 'GET'],
    `${server.url}/management/authorize?response_type=token&client_id=b0U5N81ME96NSeG78xIxQFxelQ`,
  ]);
  assert.equal(exitCode, 0);
  assertSamplePage(stdout);
});

test("seeds 000 and 001: the Node.js SDK's request, which accepts JSON, gets it too", async () => {
  const answer = await call(server, 'GET /management/authorize', {
    query: { response_type: 'token', client_id: 'b0U5N81ME96NSeG78xIxQFxelQ' },
    headers: { accept: 'application/json' },
  });
  assert.equal(answer.status, 200);
  assert.match(String(answer.headers['content-type']), /^text\/html/);
  assertSamplePage(answer.text);
});

test('seeds 000 and 001: the stylesheet that the page names is there', async () => {
  const page = await call(server, 'GET /management/authorize');
  const path = /<link rel="stylesheet" type="text\/css" href="([^"]+)">/.exec(page.text)?.[1];
  const stylesheet = await call(server, `GET ${path}`);
  assert.equal(stylesheet.status, 200);
  assert.match(String(stylesheet.headers['content-type']), /^text\/css/);
});
