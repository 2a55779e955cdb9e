import type { Clock, Log } from '../../core/ports.ts';

export interface SqlitePorts {
  clock: Clock;
  log: Log;
}
