/** S075, S081, S083: what is good once is good once, and whoever sends it again ends what came of it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Answer, call } from '../support/http.ts';
import { Visitor } from '../support/visitor.ts';
import {
  type AttackedClient,
  type AttackedServer,
  askForTokens,
  authorize,
  codeIn,
  obtainTokens,
  redeem,
  redirectUri,
  refusal,
  startAttackedServer,
  verifier,
} from './attacked-server.ts';

let server: AttackedServer;

before(async () => {
  server = await startAttackedServer();
});
after(async () => {
  await server?.stop();
});

const dialects = ['standard', 'autodesk', 'usergrid'] as const;

const newCode = async (client: AttackedClient): Promise<string> =>
  codeIn(await authorize(new Visitor(server), client, server.acme.user));

const refresh = (client: AttackedClient, refresh_token: string): Promise<Answer> =>
  askForTokens(server, client, { grant_type: 'refresh_token', refresh_token });

/** Whether the access token still opens anything. */
async function isAlive(client: AttackedClient, token: string): Promise<boolean> {
  const paths = {
    standard: `${server.acme.path}/oauth2/introspect`,
    autodesk: '/authentication/v2/introspect',
    usergrid: `${server.acme.path}/oauth2/introspect`,
  };
  const answer = await askForTokens(server, client, { token }, paths[client.dialect]);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.active;
}

for (const dialect of dialects) {
  describe(`in the ${dialect} dialect`, () => {
    test('S075 a code that comes again is refused, and its tokens end', async () => {
      const client = await server.acme.register({ dialect });
      const code = await newCode(client);
      const { body, status } = await redeem(server, client, code);
      assert.equal(status, 200);
      assert.ok(await isAlive(client, body.access_token));
      assert.match(refusal(await redeem(server, client, code)), /^400/);
      assert.equal(await isAlive(client, body.access_token), false);
      assert.match(refusal(await refresh(client, body.refresh_token)), /^400/);
    });

    test('of one code sent five times at once come tokens once at most, and none that live on', async () => {
      const client = await server.acme.register({ dialect });
      const code = await newCode(client);
      const answers = await Promise.all([1, 2, 3, 4, 5].map(() => redeem(server, client, code)));
      assert.ok(answers.every(({ status }) => status === 200 || status === 400));
      const won = answers.filter(({ status }) => status === 200);
      assert.ok(won.length <= 1, String(won.length));
      for (const { body } of won) assert.equal(await isAlive(client, body.access_token), false);
    });

    test('a code that another client tried is not lost to its own', async () => {
      const client = await server.acme.register({ dialect });
      const thief = await server.acme.register({ dialect });
      const code = await newCode(client);
      assert.match(refusal(await redeem(server, thief, code)), /^400/);
      assert.equal((await redeem(server, client, code)).status, 200);
    });

    test('a code goes with its redirect URI, its client and its secret', async () => {
      const other = 'https://client.example/other';
      const client = await server.acme.register({ dialect, redirectUris: [redirectUri, other] });
      const code = await newCode(client);
      for (const redirect_uri of [other, `${redirectUri}/`, redirectUri.toUpperCase()]) {
        const wrong = await redeem(server, client, await newCode(client), { redirect_uri });
        assert.match(refusal(wrong), /^400/, redirect_uri);
      }
      for (const secret of ['wrong-secret', '', undefined]) {
        const answer = await redeem(server, { ...client, secret }, code);
        assert.ok([400, 401, 403].includes(answer.status), `${secret} ${answer.status} ${answer.text}`);
      }
      assert.equal(
        (await redeem(server, client, code)).status,
        200,
        'who does not know the secret uses up nothing',
      );
    });

    test('S081 the refresh token before the last ends the family', async () => {
      const client = await server.acme.register({ dialect });
      const first = (await redeem(server, client, await newCode(client))).body;
      const second = (await refresh(client, first.refresh_token)).body;
      const third = (await refresh(client, second.refresh_token)).body;
      assert.ok(third.refresh_token, JSON.stringify(third));
      assert.match(refusal(await refresh(client, first.refresh_token)), /^400/);
      assert.match(refusal(await refresh(client, third.refresh_token)), /^400/);
      assert.equal(await isAlive(client, third.access_token), false);
    });

    test('S083 a refresh token in the hands of another client is unknown, and unharmed', async () => {
      const client = await server.acme.register({ dialect });
      const thief = await server.acme.register({ dialect });
      const { refresh_token } = (await redeem(server, client, await newCode(client))).body;
      assert.match(refusal(await refresh(thief, refresh_token)), /^400/);
      assert.equal((await refresh(client, refresh_token)).status, 200);
    });
  });
}

test('a device code is good once', async () => {
  const grantType = 'urn:ietf:params:oauth:grant-type:device_code';
  const grantTypes = [grantType, 'refresh_token'];
  const client = await server.acme.register({ type: 'native', grantTypes, redirectUris: [] });
  const path = `${server.acme.path}/oauth2/device_authorization`;
  const { device_code, user_code } = (await askForTokens(server, client, { scope: 'openid' }, path)).body;
  const visitor = new Visitor(server);
  const address = `${server.acme.path}/oauth2/device?user_code=${user_code}`;
  const { username, password } = server.acme.user;
  const approval = await visitor.follow(
    await visitor.submit(await visitor.get(address), { username, password }),
  );
  assert.equal((await visitor.submit(approval, { decision: 'allow' })).status, 200);
  assert.ok((await visitor.submit(approval, { decision: 'allow' })).status >= 400, 'the form is over');
  const poll = () => askForTokens(server, client, { grant_type: grantType, device_code });
  const answers = await Promise.all([poll(), poll(), poll()]);
  assert.equal(answers.filter(({ status }) => status === 200).length, 1, answers.map(refusal).join());
  assert.equal((await poll()).status, 400);
});

test('an ID token is no access token, a refresh token no code, and so on', async () => {
  const client = await server.acme.register();
  const tokens = await obtainTokens(server, client, server.acme.user);
  const userinfo = `${server.acme.path}/oauth2/userinfo`;
  for (const bearer of [tokens.id_token, tokens.refresh_token]) {
    assert.equal((await call(server, `GET ${userinfo}`, { bearer })).status, 401);
    assert.equal((await call(server, `GET ${server.acme.path}/users/me`, { bearer })).status, 401);
  }
  for (const text of [tokens.access_token, tokens.id_token]) {
    assert.equal(refusal(await refresh(client, text)), '400 invalid_grant');
  }
  for (const code of [tokens.access_token, tokens.refresh_token, tokens.id_token]) {
    const fields = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    };
    assert.equal(refusal(await askForTokens(server, client, fields)), '400 invalid_grant');
  }
});
