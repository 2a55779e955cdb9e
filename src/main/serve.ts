/** Starts the HTTP server over an opened Keygrid: dialects, health, description, jobs; and stops it in order. */
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { clientRoutes } from '../admin/client-routes.ts';
import { outboxRoutes } from '../admin/outbox-routes.ts';
import { type Configuration, defaultPublicUrl } from '../config/index.ts';
import { autodeskDialect } from '../dialects/autodesk/index.ts';
import { createRateLimits, noRateLimits } from '../dialects/autodesk/rate-limits.ts';
import { standardDialect } from '../dialects/standard/index.ts';
import { joinGroupPath } from '../dialects/usergrid/group-path.ts';
import { usergridDialect } from '../dialects/usergrid/index.ts';
import { ambiguousUuid, anyOrganization, normalizeUrl } from '../dialects/usergrid/url.ts';
import { describeApi } from '../http/api-description.ts';
import { healthRoutes } from '../http/health-routes.ts';
import { collectMetrics } from '../http/metrics.ts';
import { collectRefusals } from '../http/note-refusal.ts';
import { createHttpServer, type HttpServer } from '../http/server.ts';
import { startJobs } from '../jobs/start-jobs.ts';
import { accountRoutes } from '../pages/account-routes.ts';
import { hostedRoutes } from '../pages/hosted-routes.ts';
import { staticRoutes } from '../pages/static-routes.ts';
import { version } from '../version.ts';
import type { Keygrid } from './open-keygrid.ts';
import type { Ports } from './ports.ts';

export interface ServingKeygrid {
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  url: string;
  /** Finishes requests in flight, within the configured time, then closes the store. */
  stop(): Promise<void>;
}

/** The public URL follows the port where the system chose it and nobody said otherwise. */
export async function serve(
  keygrid: Keygrid,
  configuration: Configuration,
  publicUrlIsDefault: boolean,
  ports: Ports,
): Promise<ServingKeygrid> {
  const { core, storage, place } = keygrid;
  const app = createHttpServer({
    ...ports,
    trustProxy: configuration.trustProxy,
    rewriteUrl: normalizeUrl,
    prepare: (request) => nameApplicationByUuid(core, request) ?? nameGroup(core, request),
  });
  describeApi(app, { version, place });
  const metrics = collectMetrics(app, {
    password_hashes_pending: { help: 'Passwords waiting to be hashed', read: () => keygrid.hasher.pending },
    change_feed_age_seconds: {
      help: 'Time since the change feed was known to be whole',
      read: () => storage.changes.ageMilliseconds() / 1000,
    },
  });
  healthRoutes(app, {
    metrics,
    ready: () => storage.ping(),
    maySeeMetrics: async (request) => {
      const token = await core.tokens.find(request.headers.authorization?.replace(/^bearer\s+/i, '') ?? '');
      return token !== undefined && core.access.isSuperuser({ principal: token.principal, token });
    },
  });
  storage.changes.subscribe(() => app.preparedDocuments.forget());
  collectRefusals(app, core);
  staticRoutes(app);
  outboxRoutes(app, core);
  clientRoutes(app, core);
  autodeskDialect(app, {
    core,
    place,
    limits: configuration.autodeskRateLimits ? createRateLimits(ports.clock) : noRateLimits,
  });
  hostedRoutes(app, { core, place });
  accountRoutes(app, { core, place });
  standardDialect(app, { core, place });
  usergridDialect(app, {
    core,
    clock: ports.clock,
    place,
    version,
    settings: { signup: configuration.signup, entityNotFoundCode: configuration.entityNotFoundCode },
  });
  await app.listen({ host: configuration.host, port: configuration.port });
  const { port } = app.server.address() as AddressInfo;
  if (publicUrlIsDefault) place.publicUrl = defaultPublicUrl(configuration.host, port);
  const stopJobs = startJobs(storage, core, ports);
  return {
    url: defaultPublicUrl(configuration.host, port),
    async stop() {
      stopJobs();
      await closeWithin(app, configuration.shutdownSeconds);
      await core.explainLog.flush();
      await keygrid.close();
    },
  };
}

/** `/{uuid}/…` names an organization or an application; the one path form that only the store can tell apart. */
function nameApplicationByUuid(core: Keygrid['core'], request: IncomingMessage): Promise<void> | undefined {
  const url = request.url ?? '/';
  const uuid = ambiguousUuid(url);
  if (uuid === undefined) return undefined;
  return Promise.resolve(core.tenancyCache.applicationByUuid(uuid)).then((application) => {
    if (application) request.url = `/${anyOrganization}${url}`;
    return nameGroup(core, request);
  });
}

/** Which slashes of `/groups/a/b/users` are the group's own, only the store can tell either. */
function nameGroup(core: Keygrid['core'], request: IncomingMessage): Promise<void> | undefined {
  return joinGroupPath(core, request.url ?? '/')?.then((url) => {
    if (url !== undefined) request.url = url;
  });
}

/** Idle connections close at once, busy ones after their answer, all of them when the time is up. */
async function closeWithin(app: HttpServer, seconds: number): Promise<void> {
  const deadline = setTimeout(() => app.server.closeAllConnections(), seconds * 1000);
  // A connection that is busy now would be kept alive after its answer.
  const sweep = setInterval(() => app.server.closeIdleConnections(), 50);
  await app.close();
  clearInterval(sweep);
  clearTimeout(deadline);
}
