/** Who the user behind a three-legged token is: aps-auth.md 1.8 and 3.7. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { KeygridError } from '../../core/errors.ts';
import type { AccessToken } from '../../core/identity/principal.ts';
import type { AccountFacts } from '../../core/oidc/account-facts.ts';
import { sendJson } from './answers.ts';
import { type AutodeskOptions, described } from './context.ts';
import { withinLimit } from './limited.ts';
import type { LimitedEndpoint } from './rate-limits.ts';
import { renderUserinfo, renderUsersMe } from './render-profile.ts';

export function profileRoutes(app: FastifyInstance, { core, limits }: AutodeskOptions): void {
  /** Tokens of other dialects' clients open what their scopes say, which is not this. */
  async function requireToken(request: FastifyRequest, text: string): Promise<AccessToken> {
    const token = await core.tokens.check(text);
    const clientId = token.delegation?.clientId;
    const client = clientId === undefined ? undefined : await core.clients.find(clientId);
    if (client?.dialect !== 'autodesk' || client.disabled) throw notOurs();
    request.namedClient = clientId;
    return token;
  }

  const add = (path: string, endpoint: LimitedEndpoint, { methods, read, render }: ProfileEndpoint): void => {
    const version = endpoint.startsWith('v1') ? 'v1' : 'v2';
    app.route({
      ...described(version, 'Who the user of a three-legged token is'),
      method: [...methods],
      url: path,
      handler: async (request, reply): Promise<FastifyReply> => {
        const token = await requireToken(request, read(request.headers.authorization));
        const account = await withinLimit(limits, endpoint, { request, reply }, async () =>
          core.userinfo.account(token),
        );
        return sendJson(reply, 200, JSON.stringify(render(account)));
      },
    });
  };

  const usersMe = { methods: ['GET'], read: readBearer, render: renderUsersMe } as const;
  add('/userprofile/v1/users/@me', 'v1/users/@me', usersMe);
  // OpenID Connect Core §5.3 has both methods, and the root's metadata speaks to clients of it.
  const userinfo = { methods: ['GET', 'POST'], read: readBearerOrBare, render: renderUserinfo } as const;
  add('/userinfo', 'userinfo', userinfo);
}

interface ProfileEndpoint {
  methods: readonly ('GET' | 'POST')[];
  read: ReadToken;
  render: (account: AccountFacts) => unknown;
}

type ReadToken = (authorization: string | undefined) => string;

/** aps-auth.md 7, pain 15: an extra space is not an expired token. */
const bearer = /^bearer\s+(\S+)\s*$/i;

const readBearer: ReadToken = (authorization) => {
  const text = bearer.exec(authorization ?? '')?.[1];
  if (text !== undefined) return text;
  throw new KeygridError('token_invalid', 'The Authorization header with a Bearer token is missing', {
    subject: { errorCode: 'AUTH-012' },
  });
};

/** The official SDK sends whatever it is given, and most give it the bare token (APS-90). */
const readBearerOrBare: ReadToken = (authorization) => {
  const bare = authorization?.trim() ?? '';
  return /^[\w.-]+$/.test(bare) && bare !== '' ? bare : readBearer(authorization);
};

const notOurs = () => new KeygridError('token_invalid', 'The access token was not given for this interface');
