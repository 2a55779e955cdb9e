import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Application } from '../tenancy/tenancy.ts';
import { endpointPaths, issuerMetadata, usualFeatures } from './discovery.ts';
import { createIssuers, rootKeyRing } from './issuer.ts';

const url = 'https://auth.example/my-org/app';
const metadata = issuerMetadata({ url, keyRing: 5 });

test('S131 the issuer is the very URL, and every endpoint stands below it', () => {
  assert.equal(metadata.issuer, url);
  for (const [name, path] of Object.entries(endpointPaths)) assert.equal(metadata[name], url + path);
});

test('S132 it says what every relying party must know', () => {
  assert.deepEqual(metadata.response_types_supported, ['code']);
  assert.deepEqual(metadata.subject_types_supported, ['public']);
  assert.deepEqual(metadata.id_token_signing_alg_values_supported, ['RS256']);
  assert.equal(metadata.jwks_uri, `${url}/oauth2/jwks`);
});

test('S133 it says which challenges, client authentication, claims and scopes there are', () => {
  assert.deepEqual(metadata.code_challenge_methods_supported, ['S256']);
  assert.equal(metadata.authorization_response_iss_parameter_supported, true);
  for (const name of ['sub', 'name', 'email', 'email_verified', 'address', 'phone_number', 'updated_at']) {
    assert.ok((metadata.claims_supported as string[]).includes(name), name);
  }
  for (const scope of ['openid', 'profile', 'email', 'address', 'phone', 'offline_access']) {
    assert.ok((metadata.scopes_supported as string[]).includes(scope), scope);
  }
  assert.ok(!(metadata.introspection_endpoint_auth_methods_supported as string[]).includes('none'));
});

test('S093 S133 the legacy grants are told of only where they are switched on', () => {
  assert.ok(!(metadata.grant_types_supported as string[]).includes('password'));
  assert.ok(!(metadata.grant_types_supported as string[]).includes('implicit'));
  const legacy = issuerMetadata(
    { url, keyRing: 5 },
    {
      ...usualFeatures,
      grantTypes: [...usualFeatures.grantTypes, 'implicit'],
      responseTypes: ['code', 'id_token', 'id_token token'],
      scopes: ['invoices'],
    },
  );
  assert.ok((legacy.grant_types_supported as string[]).includes('implicit'));
  assert.deepEqual(legacy.response_types_supported, ['code', 'id_token', 'id_token token']);
  assert.ok((legacy.scopes_supported as string[]).includes('invoices'));
});

test('S032 what is not there is said not to be', () => {
  assert.equal(metadata.request_parameter_supported, false);
  assert.equal(metadata.request_uri_parameter_supported, false);
  assert.equal(metadata.claims_parameter_supported, false);
});

test('each realm has one issuer string, the management realm and the server have theirs', async () => {
  const application = { key: 5, organizationName: 'My Org', name: 'app' } as Application;
  const place = { publicUrl: 'https://auth.example' };
  const issuers = createIssuers({
    place,
    cache: { applicationByKey: async (key) => (key === 5 ? application : undefined) },
  });
  assert.deepEqual(await issuers.ofRealm(5), { url: 'https://auth.example/my%20org/app', keyRing: 5 });
  assert.deepEqual(await issuers.ofRealm(1), { url: 'https://auth.example/management', keyRing: 1 });
  assert.deepEqual(issuers.root(), { url: 'https://auth.example', keyRing: rootKeyRing });
  assert.equal(await issuers.ofRealm(6), undefined);
  place.publicUrl = 'http://127.0.0.1:8080';
  assert.equal(issuers.root().url, 'http://127.0.0.1:8080');
});
