import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { redactLine, redactUrl } from './redaction.ts';

export { redactUrl } from './redaction.ts';

export interface LogOptions {
  level: string;
  /** Standard output unless given. */
  destination?: DestinationStream;
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
export function createLog({ level, destination }: LogOptions): Logger {
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { req: renderRequest },
    hooks: { streamWrite: redactLine },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
