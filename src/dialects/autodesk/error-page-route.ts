/** What the links in error bodies lead to. */
import type { FastifyInstance } from 'fastify';
import { html } from '../../pages/html.ts';
import { sendPage } from '../../pages/layout.ts';
import { undescribed } from './context.ts';
import { errorMeanings } from './errors.ts';

export function errorPageRoute(app: FastifyInstance): void {
  app.get('/authentication/errors/:code', undescribed, async (request, reply) => {
    const { code } = request.params as { code: string };
    const known = code.toUpperCase();
    const meaning = Object.hasOwn(errorMeanings, known) ? errorMeanings[known] : undefined;
    const title = meaning === undefined ? 'Unknown error code' : known;
    const content = html`<p>${meaning ?? 'There is no error code of that name here.'}</p>`;
    return sendPage(reply, { title, content }, { status: meaning === undefined ? 404 : 200 });
  });
}
