/** The outside as this process sees it: what `main` passes to the core. Tests may pass a clock of their own. */
import type { FastifyBaseLogger } from 'fastify';
import type { Clock, RandomSource } from '../core/ports.ts';

export interface Ports {
  clock: Clock;
  random: RandomSource;
  log: FastifyBaseLogger;
}
