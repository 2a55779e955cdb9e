/** What pages refer to: the stylesheet and the logo, at addresses that change with their content. */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { logo, stylesheet } from './stylesheet.ts';

interface StaticFile {
  path: string;
  contentType: string;
  text: string;
}

const files = {
  stylesheet: { path: '/static/keygrid.css', contentType: 'text/css; charset=utf-8', text: stylesheet },
  logo: { path: '/static/keygrid.svg', contentType: 'image/svg+xml', text: logo },
} as const satisfies Record<string, StaticFile>;

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 12);

const addressOf = ({ path, text }: StaticFile): string => `${path}?v=${digestOf(text)}`;

/** Where pages find the files, with a digest behind, so that they may be kept for good. */
export const staticAddresses = { stylesheet: addressOf(files.stylesheet), logo: addressOf(files.logo) };

export function staticRoutes(app: FastifyInstance): void {
  for (const { path, contentType, text } of Object.values(files)) {
    const etag = `"${digestOf(text)}"`;
    app.get(path, { schema: { hide: true } as FastifySchema }, async (request, reply) => {
      reply
        .header('content-type', contentType)
        .header('cache-control', 'public, max-age=31536000, immutable')
        .header('content-security-policy', "default-src 'none'; sandbox")
        .header('x-content-type-options', 'nosniff')
        .header('etag', etag);
      return request.headers['if-none-match'] === etag ? reply.code(304).send() : reply.send(text);
    });
  }
}
