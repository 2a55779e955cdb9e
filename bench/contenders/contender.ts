import type { NextRequest } from '../load.ts';
import type { ServerProcess } from '../processes.ts';

/** A server that takes part in an item, started and filled with what the item asks for. */
export interface Contender {
  name: string;
  server: ServerProcess;
  nextRequest: NextRequest;
  /** Makes what a round of about `seconds` uses up; its time does not count. */
  prepareRound?(seconds: number): Promise<void>;
  /** Looks closer at the last answer of each connection and describes what is wrong with them. */
  audit(lastBodies: readonly string[]): Promise<string[]>;
}

export const names = {
  minimal: 'minimal',
  minimalOneByOne: 'minimal, a statement each',
  keygrid: 'keygrid',
  oidcProvider: 'oidc-provider',
  oidcRoomy: 'oidc-provider, its memory with room',
  oidcUnbounded: 'oidc-provider, memory without bounds',
  bare: 'bare node:http',
} as const;

/** Problems of W1's answers: every token must be another. */
export function auditDistinctTokens(lastBodies: readonly string[]): string[] {
  const tokens = new Set(lastBodies.map(accessTokenOf));
  return tokens.size === lastBodies.length ? [] : ['the same token was issued twice'];
}

export function accessTokenOf(body: string): string {
  return /"access_token":"([^"]+)"/.exec(body)?.[1] ?? '';
}

export function createdThingOf(body: string): { uuid: string; name: string } {
  return {
    uuid: /"uuid":"([^"]+)"/.exec(body)?.[1] ?? '',
    name: /"name":"([^"]+)"/.exec(body)?.[1] ?? '',
  };
}
