/** A throwaway PostgreSQL server with its own data directory, port and password. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { guardProcess, makeTemporaryDirectory, refChild, releaseProcess, unrefChild } from './guardian.ts';
import { findUnprivilegedAccount, preparePrograms, type SystemAccount } from './postgres-binaries.ts';

export interface PostgresCluster {
  /** Of the database `postgres`, for a superuser. */
  url: string;
  stop(): Promise<void>;
  /** Kills the server as a power cut would, but for the disk, and starts it again on what it left. */
  killAndRestart(): Promise<void>;
}

export interface PostgresOptions {
  /** Whether commits reach the disk before they are acknowledged: for load measurements. Off: faster tests. */
  durable?: boolean;
}

interface Installation {
  programs: string;
  account: SystemAccount | undefined;
  dataDirectory: string;
  password: string;
}

const superuser = 'keygrid';
const portAttempts = 5;
const restartAttempts = 200;

async function initialise(): Promise<Installation> {
  const directory = await makeTemporaryDirectory('postgres');
  const account = await findUnprivilegedAccount();
  const programs = await preparePrograms(account, directory);
  const password = randomBytes(18).toString('base64url');
  const passwordFile = join(directory, 'password');
  await writeFile(passwordFile, password);
  if (account) for (const path of [directory, passwordFile]) await chown(path, account.uid, account.gid);
  const dataDirectory = join(directory, 'data');
  // A linguistic collation, as most servers in use have: SQL that silently relies on byte order then fails here.
  const flags = [
    `--pgdata=${dataDirectory}`,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=icu',
    '--icu-locale=en-US',
    '--locale=C',
    '--no-sync',
    '--no-instructions',
  ];
  await promisify(execFile)(join(programs, 'initdb'), flags, { ...account, cwd: directory });
  return { programs, account, dataDirectory, password };
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
}

function spawnServer(installation: Installation, port: number, durable: boolean): ChildProcess {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'shared_buffers=64MB',
    `fsync=${durable ? 'on' : 'off'}`,
    `full_page_writes=${durable ? 'on' : 'off'}`,
  ];
  const flags = ['-D', installation.dataDirectory, '-p', String(port)];
  return spawn(
    join(installation.programs, 'postgres'),
    [...flags, ...settings.flatMap((setting) => ['-c', setting])],
    {
      ...installation.account,
      cwd: installation.dataDirectory,
      stdio: ['ignore', 'ignore', 'pipe'],
      // Not in the terminal's process group: Ctrl-C is for the runner, which stops the server in its own time.
      detached: true,
    },
  );
}

/** What the server said until it was ready, or until it gave up. */
async function waitUntilReady(server: ChildProcess): Promise<{ ready: boolean; output: string }> {
  let output = '';
  return await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', () => resolve({ ready: false, output }));
    server.stderr?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4000);
      if (output.includes('ready to accept connections')) resolve({ ready: true, output });
    });
  });
}

async function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  refChild(server);
  const exit = once(server, 'exit');
  // SIGINT is PostgreSQL's fast shutdown: it does not wait for clients that are still connected.
  server.kill('SIGINT');
  await exit;
}

interface Launch {
  server: ChildProcess;
  ready: boolean;
  output: string;
}

async function launch(installation: Installation, port: number, durable: boolean): Promise<Launch> {
  const server = spawnServer(installation, port, durable);
  const processId = server.pid;
  if (processId !== undefined) {
    guardProcess(processId, 'SIGQUIT');
    server.once('exit', () => releaseProcess(processId));
  }
  const { ready, output } = await waitUntilReady(server);
  if (ready) unrefChild(server);
  return { server, ready, output };
}

/** The processes of a killed server end on their own, and one that starts before they have gives up. */
async function relaunch(installation: Installation, port: number, durable: boolean): Promise<ChildProcess> {
  for (let attempt = 0; ; attempt++) {
    const { server, ready, output } = await launch(installation, port, durable);
    if (ready) return server;
    if (attempt === restartAttempts) throw new Error(`PostgreSQL did not start again:\n${output}`);
    await delay(50);
  }
}

/** Starts a server of its own; whatever happens to this process, the server ends with it. */
export async function startPostgres({ durable = false }: PostgresOptions = {}): Promise<PostgresCluster> {
  const installation = await initialise();
  let lastOutput = '';
  for (let attempt = 0; attempt < portAttempts; attempt++) {
    const port = await findFreePort();
    let { server, ready, output } = await launch(installation, port, durable);
    if (ready) {
      return {
        url: `postgres://${superuser}:${installation.password}@127.0.0.1:${port}/postgres`,
        stop: () => stopServer(server),
        async killAndRestart() {
          const exit = once(server, 'exit');
          refChild(server);
          server.kill('SIGKILL');
          await exit;
          server = await relaunch(installation, port, durable);
        },
      };
    }
    lastOutput = output;
    if (!output.includes('could not bind')) break;
  }
  throw new Error(`PostgreSQL did not start:\n${lastOutput}`);
}
