import type { Client } from '../../../clients/client.ts';
import { KeygridError } from '../../../errors.ts';
import { mayAskFor, parseScope, refuseScopeAsList, scopeLimits } from '../../scope.ts';
import { userScopes } from '../../scope-catalogue.ts';
import type { DialectRules } from '../dialect-rules.ts';
import { invalidRequest } from '../request-parameters.ts';
import type { RedirectStep } from '../step.ts';

export const scope: RedirectStep = {
  name: 'scope',
  source: 'RFC 6749 §3.3 (S033, S036)',
  check({ parameters, rules, client }) {
    const sent = parameters.find('scope');
    if (sent === undefined) return { scopes: scopesUnasked(rules, client) };
    const asked = parseScope(sent, scopeLimits[rules.vocabulary]);
    const granted = asked.filter((name) => mayAskFor(client, name));
    if (granted.length < asked.length && rules.otherScopes === 'refused') {
      throw new KeygridError('invalid_scope', 'A scope is unknown, or not one that the client may ask for');
    }
    return { scopes: granted };
  },
};

const scopesUnasked = ({ absentScope }: DialectRules, client: Client): string[] =>
  absentScope === 'none' ? [] : client.scopes.filter((name) => !userScopes.has(name));

export const scopeAsList: RedirectStep = {
  name: 'scope as a list',
  source: 'aps-auth.md 1.1',
  dialects: ['autodesk_v1', 'autodesk_v2'],
  check({ parameters }) {
    refuseScopeAsList(parameters.names);
    return {};
  },
};

/** Lasting access comes of a code only. */
export const offlineAccess: RedirectStep = {
  name: 'offline access',
  source: 'OpenID Connect Core §11 (S034)',
  check({ found: { responseType, scopes } }) {
    return responseType === 'code' ? {} : { scopes: scopes.filter((name) => name !== 'offline_access') };
  },
};

export const identityScope: RedirectStep = {
  name: 'openid for ID tokens',
  source: 'OpenID Connect Core §3.1.2.1, §3.2.2.1',
  check({ found: { responseType, scopes } }) {
    const returnsIdToken = responseType.split(' ').includes('id_token');
    if (returnsIdToken && !scopes.includes('openid')) {
      throw invalidRequest('An ID token needs the scope openid', 'scope');
    }
    return {};
  },
};
