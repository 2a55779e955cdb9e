/** What has to be reached: the mail server, and this server by its public URL. */
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import type { Configuration, SettingSources } from '../../config/index.ts';
import { type Finding, ok, problem, reasonOf, warning } from './finding.ts';

const patience = 5000;

export async function checkMail({ smtpUrl }: Configuration): Promise<Finding> {
  const check = 'mail';
  if (smtpUrl === undefined)
    return ok(check, 'No mail server is set: mail is kept for "keygrid outbox list"');
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: patience,
    greetingTimeout: patience,
    socketTimeout: patience,
  });
  const { host } = new URL(smtpUrl);
  try {
    await transport.verify();
    return ok(check, `The mail server ${host} answers and lets us in`);
  } catch (error) {
    const text = `The mail server ${host} cannot be used (${reasonOf(error)})`;
    return problem(check, text, 'Correct KEYGRID_SMTP_URL, or the mail server.');
  } finally {
    transport.close();
  }
}

const loopbackHosts = ['localhost', '127.0.0.1', '[::1]'];
const check = 'public URL';

export async function checkPublicUrl(
  { publicUrl }: Configuration,
  { publicUrl: source }: SettingSources,
  isServerRunning: boolean,
): Promise<Finding> {
  const { hostname, protocol } = new URL(publicUrl);
  if (!loopbackHosts.includes(hostname)) {
    const advice = 'Correct KEYGRID_PUBLIC_URL, or the name service.';
    const failure = await lookup(hostname.replace(/^\[|\]$/g, '')).then(() => undefined, reasonOf);
    if (failure !== undefined) return warning(check, `${hostname} is not known here (${failure})`, advice);
  }
  if (isServerRunning && source !== 'default') return checkReachable(publicUrl);
  if (protocol === 'http:' && !loopbackHosts.includes(hostname)) {
    return warning(check, `${publicUrl} is not encrypted`, 'Put a proxy with TLS before it, and use https.');
  }
  return ok(check, source === 'default' ? `${publicUrl}, which only this machine can reach` : publicUrl);
}

async function checkReachable(publicUrl: string): Promise<Finding> {
  try {
    const answer = await fetch(`${publicUrl}/health/live`, { signal: AbortSignal.timeout(patience) });
    await answer.body?.cancel();
    if (answer.ok) return ok(check, `${publicUrl} leads to the server`);
    return warning(
      check,
      `${publicUrl} answers with ${answer.status}`,
      'See where it leads; it may be the proxy.',
    );
  } catch (error) {
    return warning(check, `${publicUrl} does not answer (${reasonOf(error)})`, 'See where it leads.');
  }
}

/** Whether a server could listen there: asked only where none of ours runs. */
export async function checkPort({ host, port }: Configuration): Promise<Finding> {
  if (port === 0) return ok('port', 'The system chooses one');
  const isBusy = await new Promise<boolean>((resolve) => {
    const socket = connect({ host: host === '0.0.0.0' || host === '::' ? 'localhost' : host, port });
    const settle = (busy: boolean) => () => {
      socket.destroy();
      resolve(busy);
    };
    socket.setTimeout(patience, settle(false)).once('connect', settle(true)).once('error', settle(false));
  });
  if (!isBusy) return ok('port', `${port} on ${host} is free`);
  return warning(
    'port',
    `Something listens on port ${port} of ${host}`,
    'Stop it, or choose another with --port.',
  );
}
