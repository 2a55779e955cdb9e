/** `keygrid start`: opens the store, makes the superuser where there is none, listens until told to stop. */
import { type Configuration, loadConfiguration } from '../../config/index.ts';
import { type Demonstration, prepareDemo, requireDemoPlace } from '../../main/demo.ts';
import { openKeygrid } from '../../main/open-keygrid.ts';
import type { Ports } from '../../main/ports.ts';
import { type ServingKeygrid, serve } from '../../main/serve.ts';
import { ensureSuperuser, type NewSuperuser } from '../../main/superuser.ts';
import {
  createLog,
  createRandomSource,
  type HeldOutput,
  holdOutput,
  systemClock,
} from '../../platform/index.ts';
import type { Invocation } from '../command.ts';
import { CommandProblem } from '../problem.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  // What a first start has to show is not looked for among the lines of the log.
  const output = holdOutput();
  try {
    await start(invocation, output);
  } finally {
    output.release();
  }
}

async function start({ options, settings, json }: Invocation, output: HeldOutput): Promise<void> {
  const demo = options.demo === true;
  const loaded = loadConfiguration({ environment: process.env, flags: settings });
  const configuration = demo ? openSignup(loaded) : loaded.configuration;
  if (demo) requireDemoPlace(configuration);
  const ports: Ports = {
    clock: systemClock,
    random: createRandomSource(),
    log: createLog({ level: configuration.logLevel, destination: output }),
  };
  for (const warning of loaded.warnings) ports.log.warn({}, warning);

  const keygrid = await openKeygrid({ configuration, ports, exclusive: true });
  const superuser = await ensureSuperuser(keygrid, configuration.superuserPassword, ports);
  const demonstration = demo ? await prepareDemo(keygrid, superuser, ports) : undefined;
  const describe = (url: string): string =>
    json ? renderJson(url, superuser, demonstration) : render(url, superuser, demonstration);
  try {
    const publicUrlIsDefault = loaded.sources.publicUrl === 'default';
    const serving = await listen(
      () => serve(keygrid, configuration, publicUrlIsDefault, ports),
      configuration,
    );
    process.stdout.write(`${json ? '' : `listening on ${serving.url}\n`}${describe(serving.url)}`);
    stopOnSignal(serving, ports);
  } catch (error) {
    // Secrets that were made are never shown again, whatever the start came to.
    if (superuser) process.stdout.write(describe(configuration.publicUrl));
    throw error;
  }
}

function render(
  url: string,
  superuser: NewSuperuser | undefined,
  demonstration: Demonstration | undefined,
): string {
  if (demonstration) return demonstration.render(url);
  if (!superuser?.generated) return '';
  return `superuser: name ${superuser.username}, password ${superuser.password} (shown this once)\n`;
}

/** One line; without `demonstration` when there is none, or it was set up at an earlier start. */
function renderJson(
  url: string,
  superuser: NewSuperuser | undefined,
  demonstration: Demonstration | undefined,
): string {
  const shown = superuser && {
    username: superuser.username,
    password: superuser.generated ? superuser.password : undefined,
  };
  return `${JSON.stringify({ url, superuser: shown, demonstration: demonstration?.facts })}\n`;
}

/** Under `--demo` sign-up is open unless somebody said otherwise. */
function openSignup({ configuration, sources }: ReturnType<typeof loadConfiguration>): Configuration {
  return sources.signup === 'default' ? { ...configuration, signup: 'open' } : configuration;
}

async function listen(
  serving: () => Promise<ServingKeygrid>,
  { host, port }: Configuration,
): Promise<ServingKeygrid> {
  try {
    return await serving();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new CommandProblem(
        `Port ${port} on ${host} is in use: stop what listens there, or choose another with --port.`,
      );
    }
    if (code === 'EACCES') {
      throw new CommandProblem(
        `This user may not listen on port ${port}: choose one above 1023 with --port.`,
      );
    }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new CommandProblem(`The address ${host} is not one of this machine: choose another with --host.`);
    }
    throw error;
  }
}

/** The first signal stops in order, a second one at once. */
function stopOnSignal(serving: ServingKeygrid, { log }: Ports): void {
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping');
    serving.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
