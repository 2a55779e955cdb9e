/** `/{org}/{app}` itself: the application as an entity, and its settings. usergrid-auth.md 6.1 and 8.3. */

import { requireCreatableType } from '../../core/entities/entity-types.ts';
import { KeygridError } from '../../core/errors.ts';
import type { Application } from '../../core/tenancy/tenancy.ts';
import { Type } from '../../http/json-schema.ts';
import type { Answer, Routes, UsergridOptions } from './context.ts';
import { sentObject } from './data-call.ts';
import { applicationMembers, sendEnvelope } from './envelope.ts';
import { collectionName, entityType } from './inflection.ts';
import { renderApplication } from './render-application.ts';
import { resource } from './resource.ts';

export const applicationRootRoutes: Routes = (app, options) => {
  resource(app, '/:organization/:application', {
    GET: {
      summary: 'The application and its collections',
      answer: answerApplication(options, async ({ application }) => application),
      guard: 'permission',
      schema: { params },
    },
    PUT: {
      summary: 'Changes settings, such as `accesstokenttl`, and declares collections',
      answer: answerApplication(options, (request) => changeApplication(options, request)),
      // In the original whoever may do everything to the data may do this too, a guest of the sandbox included: how
      // long tokens last is no business of theirs.
      guard: 'application_admin',
      schema: { params, body },
    },
    DELETE: {
      summary: 'Refused: applications are deleted at the management endpoint',
      answer: async () => {
        throw new KeygridError(
          'application_delete_refused',
          'Delete must be done from the management endpoint',
        );
      },
      guard: 'none',
    },
  });
};

const answerApplication =
  (
    options: UsergridOptions,
    applicationOf: (request: Parameters<Answer>[0]) => Promise<Application>,
  ): Answer =>
  async (request, reply) => {
    const application = await applicationOf(request);
    const collections = await options.core.entities.of(application).collections();
    const context = { application, publicUrl: options.place.publicUrl };
    return sendEnvelope(request, reply, {
      ...applicationMembers(request, context),
      entities: [renderApplication(application, collections)],
    });
  };

/** What the server says of an application, in whatever case it comes back. */
const notSettings: ReadonlySet<string> = new Set([
  'uuid',
  'type',
  'name',
  'created',
  'modified',
  'metadata',
  'organizationname',
  'applicationname',
]);
/** More at once would be no portal's doing. */
const mostCollections = 100;

async function changeApplication(
  { core }: UsergridOptions,
  request: Parameters<Answer>[0],
): Promise<Application> {
  const sent = sentObject(request);
  const types = declaredTypes(sent.metadata);
  const settings = Object.fromEntries(
    Object.entries(sent)
      .filter(([name]) => !notSettings.has(name.toLowerCase()))
      .map(([name, value]) => [name.toLowerCase() === 'accesstokenttl' ? 'accesstokenttl' : name, value]),
  );
  const { application } = request;
  for (const type of types) await core.entities.of(application).declareCollection(type);
  if (Object.keys(settings).length === 0) return application;
  return core.tenancy.updateApplication(application, settings);
}

/** Of `{"metadata":{"collections":{"things":{}}}}`, which is how the portal makes a collection. */
function declaredTypes(metadata: unknown): string[] {
  const collections = isObject(metadata) ? metadata.collections : undefined;
  if (!isObject(collections)) return [];
  const names = Object.keys(collections).filter((name) => collectionName(name) !== 'applications');
  if (names.length > mostCollections) {
    throw new KeygridError('invalid_argument', `At most ${mostCollections} collections are declared at once`);
  }
  // All are looked at before the first is made.
  return names.map((name) => requireCreatableType(entityType(name)).type);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const params = Type.Object({
  organization: Type.String({ description: 'Name or uuid' }),
  application: Type.String({ description: 'Name or uuid' }),
});

const body = Type.Object(
  {
    accesstokenttl: Type.Optional(
      Type.Integer({ minimum: 0, description: "Lifetime of its users' tokens in ms; 0 never expires" }),
    ),
    metadata: Type.Optional(Type.Object({ collections: Type.Object({}, { additionalProperties: true }) })),
  },
  { additionalProperties: true },
);
