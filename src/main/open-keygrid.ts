/** Opens storage and core as the configuration says; what the server and the command line share. */
import type { Configuration } from '../config/index.ts';
import type { Core } from '../core/core.ts';
import { createOutboxMailer, createPasswordHasher, type MeteredPasswordHasher } from '../platform/index.ts';
import { createSigner } from '../platform/signing.ts';
import type { SmtpMailer } from '../platform/smtp-mailer.ts';
import { openSqliteStorage } from '../storage/sqlite/index.ts';
import type { Storage } from '../storage/storage.ts';
import { composeCore } from './compose-core.ts';
import { makeDataDirectory } from './data-directory.ts';
import { type IndexProgress, makeIndexCurrent } from './index-current.ts';
import type { Ports } from './ports.ts';
import { openRootKey, requireRootKeyOf } from './root-key.ts';

export interface Keygrid {
  core: Core;
  storage: Storage;
  hasher: MeteredPasswordHasher;
  /** Where links lead; the server sets it once it listens. */
  place: { publicUrl: string };
  /** Delivers what can be delivered at once, then closes the store. */
  close(): Promise<void>;
}

export interface OpenOptions {
  configuration: Configuration;
  ports: Ports;
  /** A server owns its data directory; the command line visits it. */
  exclusive: boolean;
  /** Called now and then while the index is made anew; the log is told too. */
  onIndexProgress?: IndexProgress;
}

/** @throws StoreStartError with one sentence that says what to do. */
export async function openKeygrid({
  configuration,
  ports,
  exclusive,
  onIndexProgress,
}: OpenOptions): Promise<Keygrid> {
  makeDataDirectory(configuration.dataDirectory);
  const rootKey = openRootKey(configuration.dataDirectory, ports.random);
  const storage = await openStorage(configuration, ports, exclusive);
  try {
    await requireRootKeyOf(storage.serverKeys, rootKey, configuration.dataDirectory);
    await makeIndexCurrent(storage.indexRebuild, { ports, mayTakeLong: exclusive, onIndexProgress });
    const hasher = createPasswordHasher({
      random: ports.random,
      concurrency: configuration.passwordConcurrency,
    });
    const smtp = await openSmtp(configuration, ports);
    const mailer = smtp ?? createOutboxMailer({ store: storage.outbox, clock: ports.clock });
    const place = { publicUrl: configuration.publicUrl };
    const signer = createSigner();
    const core = await composeCore({
      ...{ ...ports, configuration, storage, rootKey, hasher, mailer, signer, place },
    });
    return {
      core,
      storage,
      hasher,
      place,
      async close() {
        await smtp?.close();
        await Promise.all([core.fanOuts.stop(), core.collectionJobs.stop()]);
        await storage.close();
      },
    };
  } catch (error) {
    await storage.close();
    throw error;
  }
}

// What few set-ups need is loaded only there: it would double the time to the first answer.

async function openStorage(
  configuration: Configuration,
  { clock, log }: Ports,
  exclusive: boolean,
): Promise<Storage> {
  const { databaseUrl, dataDirectory } = configuration;
  if (databaseUrl === undefined)
    return openSqliteStorage({ directory: dataDirectory, exclusive, clock, log });
  const { openPostgresStorage } = await import('../storage/postgres/index.ts');
  return openPostgresStorage({ databaseUrl, clock, log });
}

async function openSmtp(
  { smtpUrl, mailFrom }: Configuration,
  { log }: Ports,
): Promise<SmtpMailer | undefined> {
  if (smtpUrl === undefined) return undefined;
  const { createSmtpMailer } = await import('../platform/smtp-mailer.ts');
  return createSmtpMailer({ smtpUrl, from: mailFrom, log });
}
