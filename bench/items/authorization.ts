/** X1 to X7: the authorization server on SQLite, requests per second of each contender. */
import { startBare } from '../contenders/baseline.ts';
import { names } from '../contenders/contender.ts';
import {
  authorizeAgain,
  exchangeCodes,
  type IssuerPart,
  introspectTokens,
  readKeys,
  readMetadata,
  readUserinfo,
  refreshTokens,
} from '../contenders/issuer.ts';
import { type OidcMemory, startKeygridIssuer, startOidcIssuer } from '../contenders/issuers.ts';
import {
  startMinimalAuthorize,
  startMinimalExchange,
  startMinimalIntrospection,
  startMinimalRefresh,
  startMinimalUserinfo,
} from '../contenders/minimal-authorization.ts';
import type { BenchContext } from '../context.ts';
import type { authorizationItemNames } from '../options.ts';
import { allCores, runScript, serverCores } from '../processes.ts';
import type { Start, ThroughputItem } from './throughput.ts';

type Item = Omit<ThroughputItem, 'keygrid' | 'others'> & {
  item: (typeof authorizationItemNames)[number];
  part: IssuerPart;
  /** Beside Keygrid and oidc-provider. */
  others: ((context: BenchContext, cores: string) => ReturnType<Start>)[];
  /** Each is an oidc-provider; its own unless said otherwise. */
  memories?: OidcMemory[];
  /** Where the servers run: the first core, unless signatures are made off the main thread. */
  cores?: string;
};

const atLeast = (share: number) => (): number => share;

const items: readonly Item[] = [
  {
    item: 'X1',
    title:
      'code exchange with an ID token (RS256); servers on both cores, the second shared with the generator',
    part: exchangeCodes,
    others: [startMinimalExchange],
    cores: allCores,
    memories: ['roomy', 'unbounded'],
    machine: { name: 'RS256 alone, on one core', unit: 'signatures/s', measure: measureSignatures },
    shares: [
      { of: names.minimal },
      { of: names.oidcRoomy, atLeast: atLeast(1.5) },
      { of: names.oidcUnbounded },
      { of: 'RS256 alone, on one core', atLeast: atLeast(0.8) },
    ],
  },
  {
    item: 'X2',
    title: 'refresh with rotation, without an ID token',
    part: refreshTokens,
    others: [startMinimalRefresh],
    memories: ['own', 'unbounded'],
    shares: [
      { of: names.minimal },
      { of: names.oidcProvider, atLeast: atLeast(2) },
      { of: names.oidcUnbounded },
    ],
  },
  {
    item: 'X3',
    title: 'introspection',
    part: introspectTokens,
    others: [startMinimalIntrospection],
    shares: [
      { of: names.minimal, atLeast: atLeast(0.7) },
      { of: names.oidcProvider, atLeast: atLeast(2.3) },
    ],
  },
  {
    item: 'X4',
    title: 'userinfo',
    part: readUserinfo,
    others: [startMinimalUserinfo],
    shares: [
      { of: names.minimal, atLeast: atLeast(0.7) },
      { of: names.oidcProvider, atLeast: atLeast(3) },
    ],
  },
  {
    item: 'X5',
    title: 'key set; bare node:http with a document as long',
    part: readKeys,
    others: [() => startBare(443)],
    shares: [{ of: names.bare, atLeast: atLeast(0.8) }, { of: names.oidcProvider }],
  },
  {
    item: 'X6',
    title: 'discovery; bare node:http with a document as long',
    part: readMetadata,
    others: [() => startBare(2150)],
    shares: [{ of: names.bare, atLeast: atLeast(0.8) }, { of: names.oidcProvider }],
  },
  {
    item: 'X7',
    title: 'authorize journey, signed in, consent remembered',
    part: authorizeAgain,
    others: [startMinimalAuthorize],
    shares: [{ of: names.minimal }, { of: names.oidcProvider }],
  },
];

export const authorizationItems: readonly ThroughputItem[] = items.map(
  ({ part, others, memories = ['own'], cores = serverCores, ...item }) => ({
    ...item,
    keygrid: (context) => startKeygridIssuer(context, item.item.toLowerCase(), part, cores),
    others: () => [
      ...others.map(
        (start): Start =>
          (context) =>
            start(context, cores),
      ),
      ...memories.map(
        (memory): Start =>
          (context) =>
            startOidcIssuer(context, part, { cores, memory }),
      ),
    ],
  }),
);

async function measureSignatures(seconds: number): Promise<number> {
  const output = await runScript({ script: 'bench/baseline/rs256-rate.ts', args: [String(seconds)] });
  return (JSON.parse(output) as { signaturesPerSecond: number }).signaturesPerSecond;
}
