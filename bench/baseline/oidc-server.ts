/**
 * `oidc-provider` from npm with its in-memory adapter, client credentials only.
 *
 *     NODE_ENV=production node bench/baseline/oidc-server.ts CLIENT-ID CLIENT-SECRET
 */
import { Provider } from 'oidc-provider';
import { listen } from '../minimal/exchange.ts';

const [clientId, clientSecret] = process.argv.slice(2);

const provider = new Provider('http://127.0.0.1', {
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: [],
      response_types: [],
    },
  ],
  features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
  ttl: { ClientCredentials: 3600 },
});

listen(provider.callback());
