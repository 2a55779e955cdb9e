import type { FastifyServerOptions } from 'fastify';

/**
 * Values are checked where they mean something, and answers are texts by then; schemas only describe. So the framework
 * need not load its compilers of schemas: a hundred modules.
 */
export const withoutSchemaCompilers = {
  compilersFactory: {
    buildValidator: () => () => () => true,
    buildSerializer: () => () => JSON.stringify,
  },
} as unknown as NonNullable<FastifyServerOptions['schemaController']>;
