import { type DestinationStream, type LogFn, type Logger, pino, stdTimeFunctions } from 'pino';
import { redactLine, redactUrl } from './redaction.ts';

export { redactUrl } from './redaction.ts';

export interface LogOptions {
  level: string;
  /** Standard output unless given. */
  destination?: DestinationStream;
  /** Set for what is no server: said in every line. Below warnings then only the audit log is news (src/core/audit.ts). */
  source?: string;
}

/** The parts of a request that may be logged. Its headers may not. */
interface LoggableRequest {
  method?: string;
  url?: string;
  ip?: string;
}

const renderRequest = ({ method, url, ip }: LoggableRequest) => ({
  method,
  url: url === undefined ? undefined : redactUrl(url),
  address: ip,
});

/**
 * One JSON line an event. Secrets are taken out of the finished line rather than by paths into the fields, so
 * that no depth, child logger or error text is a way around it.
 */
export function createLog({ level, destination, source }: LogOptions): Logger {
  const options = {
    level,
    base: source === undefined ? null : { source },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { req: renderRequest },
    hooks: { streamWrite: redactLine, ...(source !== undefined && { logMethod: onlyNews }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

export interface HeldOutput extends DestinationStream {
  /** Lines from then on, and those that waited for it, are written at once. */
  release(): void;
}

/** For lines of the log that come before what a program or a person looks for first. */
export function holdOutput(output: DestinationStream = pino.destination(1)): HeldOutput {
  let held: string[] | undefined = [];
  return {
    write(line) {
      if (held) held.push(line);
      else output.write(line);
    },
    release() {
      const lines = held ?? [];
      held = undefined;
      for (const line of lines) output.write(line);
    },
  };
}

const warning = pino.levels.values.warn!;

function onlyNews(this: Logger, fields: Parameters<LogFn>, write: LogFn, level: number): void {
  const [first] = fields as unknown[];
  const isAudit = typeof first === 'object' && first !== null && 'audit' in first;
  if (level >= warning || isAudit) write.apply(this, fields);
}
