/** What pages refer to: stylesheets, logo and the one script, at addresses that change with their content. */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { parseColor } from './color.ts';
import { logo, stylesheet } from './stylesheet.ts';
import { themeStylesheet } from './theme.ts';

interface StaticFile {
  path: string;
  contentType: string;
  text: string;
}

const stylesheetType = 'text/css; charset=utf-8';

/** For the page that passes an answer on by a form (S021). By the prototype, whatever the fields of the form are called. */
const submitScript = 'HTMLFormElement.prototype.submit.call(document.forms[0]);\n';

const files = {
  stylesheet: { path: '/static/keygrid.css', contentType: stylesheetType, text: stylesheet },
  logo: { path: '/static/keygrid.svg', contentType: 'image/svg+xml', text: logo },
  submitScript: {
    path: '/static/submit.js',
    contentType: 'text/javascript; charset=utf-8',
    text: submitScript,
  },
} as const satisfies Record<string, StaticFile>;

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 12);

const addressOf = ({ path, text }: StaticFile): string => `${path}?v=${digestOf(text)}`;

/** Where pages find the files, with a digest behind, so that they may be kept for good. */
export const staticAddresses = {
  stylesheet: addressOf(files.stylesheet),
  logo: addressOf(files.logo),
  submitScript: addressOf(files.submitScript),
};

const hidden: { schema: FastifySchema } = { schema: { hide: true } as FastifySchema };

export function staticRoutes(app: FastifyInstance): void {
  for (const file of Object.values(files)) {
    const etag = `"${digestOf(file.text)}"`;
    app.get(file.path, hidden, async (request, reply) => sendFile(request, reply, file, etag));
  }
  app.get<{ Params: { file: string } }>('/static/theme/:file', hidden, async (request, reply) => {
    const color = parseColor(`#${/^(.*)\.css$/.exec(request.params.file)?.[1]}`);
    if (color === undefined) return reply.callNotFound();
    const text = themeStylesheet(color);
    return sendFile(request, reply, { contentType: stylesheetType, text }, `"${digestOf(text)}"`);
  });
}

function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { contentType, text }: Omit<StaticFile, 'path'>,
  etag: string,
): FastifyReply {
  reply
    .header('content-type', contentType)
    .header('cache-control', 'public, max-age=31536000, immutable')
    .header('content-security-policy', "default-src 'none'; sandbox")
    .header('x-content-type-options', 'nosniff')
    .header('etag', etag);
  return request.headers['if-none-match'] === etag ? reply.code(304).send() : reply.send(text);
}
