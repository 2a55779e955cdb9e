/** The authorization request as the API description has it. usergrid-auth.md 5.1. */
import { Type } from '../../http/json-schema.ts';

const request = {
  response_type: Type.Optional(Type.String({ description: '`code` or `token`' })),
  client_id: Type.Optional(Type.String()),
  redirect_uri: Type.Optional(Type.String({ description: 'One of the registered `redirectUris`' })),
  scope: Type.Optional(Type.String({ description: 'Names with spaces between them' })),
  state: Type.Optional(Type.String({ description: 'Comes back unchanged' })),
};

export const authorizeQuery = Type.Object({
  ...request,
  code_challenge: Type.Optional(Type.String({ description: 'RFC 7636' })),
  code_challenge_method: Type.Optional(Type.String({ description: '`S256`' })),
});

export const authorizeBody = Type.Object({ ...request, username: Type.String(), password: Type.String() });
