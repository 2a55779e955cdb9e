import type { Client } from '../../../clients/client.ts';
import type { ResponseMode } from '../../authorization.ts';
import type { DialectRules } from '../dialect-rules.ts';
import { invalidRequest, type RequestParameters } from '../request-parameters.ts';
import type { RedirectStep } from '../step.ts';

/**
 * Never refuses: a refusal has to arrive where the answer would have (S019), so the place is settled from what the
 * request says before anybody knows whether it is sound.
 */
export const responsePlace: RedirectStep = {
  name: 'place of the answer',
  source: 'OAuth 2.0 Multiple Response Types §2.1, §5 (S019)',
  check({ parameters, rules, client }) {
    const carriesToken = asksForToken(parameters);
    const allowed = allowedModes(rules, carriesToken);
    const asked = allowed.find((mode) => mode === parameters.find('response_mode'));
    const usual = carriesToken ? (usualTokenMode(rules, client) ?? 'fragment') : 'query';
    return { responseMode: asked ?? usual };
  },
};

export const responseMode: RedirectStep = {
  name: 'response mode',
  source: 'OAuth 2.0 Multiple Response Types §2.1; aps-auth.md 3.1 (S019)',
  check({ parameters, rules, client, found }) {
    const carriesToken = found.responseType !== 'code';
    const allowed = allowedModes(rules, carriesToken);
    if (allowed.length === 0) return {};
    const sent = parameters.find('response_mode');
    const isSound =
      sent === undefined
        ? !carriesToken || usualTokenMode(rules, client) !== undefined
        : allowed.some((mode) => mode === sent);
    if (!isSound) throw invalidRequest(`response_mode must be ${allowed.join(' or ')}`, 'response_mode');
    return {};
  },
};

function asksForToken(parameters: RequestParameters): boolean {
  const words = parameters.find('response_type')?.split(' ') ?? [];
  return words.includes('token') || words.includes('id_token');
}

const allowedModes = (rules: DialectRules, carriesToken: boolean): readonly ResponseMode[] =>
  carriesToken ? rules.tokenModes : rules.codeModes;

const modesOfClients: Readonly<Record<Client['implicitReturn'], ResponseMode>> = {
  query: 'query',
  fragment: 'fragment',
  both: 'query_and_fragment',
};

const usualTokenMode = ({ usualTokenMode: usual }: DialectRules, client: Client) =>
  usual === 'client' ? modesOfClients[client.implicitReturn] : usual;
