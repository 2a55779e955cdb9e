/** Serves pages as the product would send them, headers and static files included, for a browser to look at. */
import fastify from 'fastify';
import { type Page, sendPage } from '../../src/pages/layout.ts';
import { staticRoutes } from '../../src/pages/static-routes.ts';

export interface PageServer {
  names: string[];
  addressOf(name: string): string;
  close(): Promise<void>;
}

export async function servePages(pages: Record<string, Page>): Promise<PageServer> {
  const app = fastify();
  staticRoutes(app);
  for (const [name, page] of Object.entries(pages)) {
    app.get(`/pages/${name}`, async (_request, reply) => sendPage(reply, page));
  }
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    names: Object.keys(pages),
    addressOf: (name) => `${address}/pages/${name}`,
    close: async () => app.close(),
  };
}
