/** The rules behind refused authorization and token requests: for `keygrid explain`. */
import type { ErrorCode } from './errors.ts';
import type { RefusalRule } from './explain-rules.ts';

const registration = 'Compare the request with what "keygrid client show" says of the client.';
const silent = 'RFC 6749 §4.1.2.1; OpenID Connect Core §3.1.2.6';

export const oauthRefusalRules: Readonly<Partial<Record<ErrorCode, RefusalRule>>> = {
  invalid_request: {
    rule: 'A request must have each parameter that it needs, once, in a form that can be used.',
    source: 'RFC 6749 §4.1.2.1 and §5.2 (invalid_request)',
    remedy: 'The description names the parameter; the step and its source say what it is needed for.',
  },
  invalid_redirect_uri: {
    rule: 'A browser is sent only to a redirect URI that is registered, character for character.',
    source: 'RFC 9700 §2.1 and §4.1.3',
    remedy: 'Register the very URI that the client sends, or let it send the one that is registered.',
  },
  unauthorized_client: {
    rule: 'A client uses the grants and response types that it is registered for, and its own tokens.',
    source: 'RFC 6749 §4.1.2.1 and §5.2 (unauthorized_client)',
    remedy: registration,
  },
  unsupported_grant_type: {
    rule: 'There are only the grant types that the metadata of the issuer names.',
    source: 'RFC 6749 §5.2 (unsupported_grant_type)',
    remedy: 'Let the client use one of them.',
  },
  unsupported_response_type: {
    rule: 'There are only the response types that the dialect knows.',
    source: 'RFC 6749 §4.1.2.1 (unsupported_response_type)',
    remedy: 'Let the client ask for a code, with PKCE.',
  },
  unsupported_token_type: {
    rule: 'Some kinds of token cannot be revoked.',
    source: 'RFC 7009 §2.2.1',
    remedy: 'See what the caller was told.',
  },
  invalid_scope: {
    rule: 'A client gets scopes that it is registered for; a refresh never more than was granted.',
    source: 'RFC 6749 §3.3 and §6 (invalid_scope)',
    remedy: registration,
  },
  login_required: {
    rule: 'With prompt=none nobody is asked to sign in, and nobody is signed in who fits.',
    source: `${silent} (login_required)`,
    remedy: 'Let the client ask again without prompt=none.',
  },
  consent_required: {
    rule: 'With prompt=none nobody is asked to consent, and the user has not yet.',
    source: `${silent} (consent_required)`,
    remedy: 'Let the client ask again without prompt=none, or make it a trusted client.',
  },
  interaction_required: {
    rule: 'With prompt=none no page is shown, and one would be needed.',
    source: `${silent} (interaction_required)`,
    remedy: 'Let the client ask again without prompt=none.',
  },
  account_selection_required: {
    rule: 'With prompt=none nobody is asked for an account, and one would have to be chosen.',
    source: `${silent} (account_selection_required)`,
    remedy: 'Let the client ask again without prompt=none.',
  },
  request_not_supported: {
    rule: 'Request objects are not supported, and never silently ignored.',
    source: 'OpenID Connect Core §3.1.2.6 (request_not_supported)',
    remedy: 'Let the client send its parameters as they are.',
  },
  request_uri_not_supported: {
    rule: 'Request objects by reference are not supported, and never silently ignored.',
    source: 'OpenID Connect Core §3.1.2.6 (request_uri_not_supported)',
    remedy: 'Let the client send its parameters as they are.',
  },
  authorization_pending: {
    rule: 'A device gets its tokens when the user has decided.',
    source: 'RFC 8628 §3.5 (authorization_pending)',
    remedy: 'Nothing: the device asks again.',
  },
  slow_down: {
    rule: 'A device polls no faster than it was told to.',
    source: 'RFC 8628 §3.5 (slow_down)',
    remedy: 'Let the device wait five seconds longer between two requests.',
  },
  expired_device_code: {
    rule: 'A device code is good for ten minutes, and for one decision.',
    source: 'RFC 8628 §3.5 (expired_token)',
    remedy: 'Let the user begin again on the device.',
  },
  interaction_not_found: {
    rule: 'A sign-in under way belongs to one browser, is answered once, and ends after half an hour.',
    source: 'RFC 9700 §4.7 (binding to the user agent)',
    remedy: 'Let the user begin again in the application, with cookies allowed.',
  },
};
