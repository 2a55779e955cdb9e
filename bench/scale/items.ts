/** What is measured as a collection grows. */
import { renderRequest } from '../entity.ts';
import type { LoadRequest, NextRequest } from '../load.ts';
import { readRequest } from '../requests.ts';
import { anyOf, inOrder, nearestOf, queryRequest } from './answers.ts';
import { collectionPath, type KnownThing, type Site } from './site.ts';
import {
  commonWordOf,
  groupOf,
  kindOf,
  kinds,
  makeThing,
  membersOf,
  mixed,
  pointOf,
  radiusHolding,
  rankOf,
  rareWordOf,
  sharingRareWord,
  thingAtRank,
  thingName,
  thingsNear,
} from './things.ts';

export interface ScaleItem {
  name: string;
  /** What a request finds, as the collection grows. */
  finds: string;
  /** `round` tells rounds apart that must not meet the same entities. */
  load(site: Site, round: number): NextRequest;
}

/** A load in which each request is about an entity drawn by chance, the same ones in every run. */
function aboutAny(request: (site: Site, number: number) => LoadRequest): ScaleItem['load'] {
  return (site, round) => {
    let drawn = round * 1_000_000;
    return () => request(site, mixed(drawn++) % site.size);
  };
}

const aboutKnown =
  (request: (site: Site, thing: KnownThing) => LoadRequest): ScaleItem['load'] =>
  (site, round) => {
    let drawn = round * 1_000_000;
    return () => request(site, site.known[mixed(drawn++) % site.known.length]!);
  };

/** From the entity in the middle of the order to the next 10 of `size`. */
function ranksBehind(rank: number, size: number): number[] {
  const count = Math.min(10, size - 1 - rank);
  return Array.from({ length: count }, (_, index) => thingAtRank(rank + 1 + index, size));
}

const shareOfAll = 'a tenth of all, the first 10';
const constantNumber = 'the first 10 of 20';

export const readItems: readonly ScaleItem[] = [
  {
    name: 'get by id',
    finds: '1',
    load: aboutKnown(({ bearer }, { uuid }) => readRequest(collectionPath, uuid, bearer)),
  },
  {
    name: 'get by name',
    finds: '1',
    load: aboutAny(({ bearer }, number) => ({
      bytes: renderRequest('GET', `${collectionPath}/${thingName(number)}`, { bearer }),
      expectedInBody: Buffer.from(`"name":"${thingName(number)}"`),
    })),
  },
  {
    name: 'where a = x limit 10, constant',
    finds: constantNumber,
    load: aboutAny(({ bearer, size }, number) => {
      const group = groupOf(number, size);
      const isMember = (other: number): boolean => groupOf(other, size) === group;
      const statement = `select * where group = '${group}'`;
      return queryRequest(bearer, statement, anyOf(Math.min(10, size), isMember));
    }),
  },
  {
    name: 'where a = x limit 10, share',
    finds: shareOfAll,
    load: aboutAny(({ bearer }, number) => {
      const kind = kindOf(number);
      return queryRequest(
        bearer,
        `select * where kind = '${kind}'`,
        anyOf(10, (other) => kindOf(other) === kind),
      );
    }),
  },
  {
    name: 'where n > x order by n limit 10',
    finds: 'half of all on average, the first 10',
    load: aboutAny(({ bearer, size }, number) => {
      const rank = rankOf(number, size);
      const statement = `select * where rank > ${rank} order by rank`;
      return queryRequest(bearer, statement, inOrder(ranksBehind(rank, size)));
    }),
  },
  {
    name: 'and of two, one selective',
    finds: '1 to 10 of 20 and a tenth of all',
    load: aboutAny(({ bearer, size }, number) => {
      const kind = kindOf(number);
      const members = membersOf(number % Math.max(1, Math.floor(size / 20)), size);
      const matching = new Set(members.filter((other) => kindOf(other) === kind));
      const statement = `select * where kind = '${kind}' and group = '${groupOf(number, size)}'`;
      return queryRequest(
        bearer,
        statement,
        anyOf(Math.min(10, matching.size), (other) => matching.has(other)),
      );
    }),
  },
  {
    name: 'order by n, page 1 to 100 by cursor',
    finds: 'all, 10 of them a page',
    load: pagesInOrder,
  },
  {
    name: 'contains, constant',
    finds: constantNumber,
    load: aboutAny(({ bearer, size }, number) => {
      const sharing = new Set(sharingRareWord(number, size));
      const statement = `select * where note contains '${rareWordOf(number, size)}'`;
      return queryRequest(
        bearer,
        statement,
        anyOf(Math.min(10, sharing.size), (other) => sharing.has(other)),
      );
    }),
  },
  {
    name: 'contains, share',
    finds: shareOfAll,
    load: aboutAny(({ bearer }, number) => {
      const word = commonWordOf(number);
      return queryRequest(
        bearer,
        `select * where note contains '${word}'`,
        anyOf(10, (other) => commonWordOf(other) === word),
      );
    }),
  },
  {
    name: 'within, small radius',
    finds: 'the nearest 10 of about 20',
    load: aboutAny((site, number) => nearest(site, number, radiusHolding(20, site.size))),
  },
  {
    name: 'within, big radius limit 10',
    finds: 'the nearest 10 of a tenth of all',
    load: aboutAny((site, number) => nearest(site, number, radiusHolding(site.size / kinds, site.size))),
  },
];

/** Every connection walks for itself, and begins anew behind page 100. */
function pagesInOrder({ bearer, size }: Site): NextRequest {
  const lastPage = Math.min(100, Math.floor(size / 10));
  const lanes = new Map<number, { page: number; cursor: string | undefined }>();
  return (connection) => {
    const lane = lanes.get(connection) ?? { page: 0, cursor: undefined };
    lanes.set(connection, lane);
    const from = lane.page * 10;
    const expected = Array.from({ length: 10 }, (_, index) => thingAtRank(from + index, size));
    const onAnswer = (body: Buffer): void => {
      const cursor = /"cursor":"([\w-]+)"/.exec(body.toString('latin1'))?.[1];
      lane.page = cursor === undefined || lane.page + 1 === lastPage ? 0 : lane.page + 1;
      lane.cursor = lane.page === 0 ? undefined : cursor;
    };
    const request = queryRequest(bearer, 'select * order by rank', inOrder(expected), lane.cursor);
    return { ...request, onAnswer };
  };
}

function nearest({ bearer, size }: Site, number: number, radiusInMeters: number): LoadRequest {
  const { latitude, longitude } = pointOf(number, size);
  // As written into the statement, and so a little beside the entity.
  const center = { latitude: Number(latitude.toFixed(6)), longitude: Number(longitude.toFixed(6)) };
  const radius = Math.ceil(radiusInMeters);
  const statement = `select * where location within ${radius} of ${center.latitude}, ${center.longitude}`;
  // A tenth of all holds the nearest 10 within a far smaller circle, even in a corner of the square.
  const candidates = thingsNear(center, Math.min(radius, radiusHolding(100, size)), size);
  return queryRequest(bearer, statement, nearestOf(candidates, center, radius, size));
}

export const updateItem: ScaleItem = {
  name: 'update of one property',
  finds: '1',
  load: ({ bearer, known }, round) => {
    let drawn = 0;
    return () => {
      // In turn, so that no two connections change the same entity at the same time.
      const { uuid } = known[drawn++ % known.length]!;
      const revision = round * 1_000_000 + drawn;
      return {
        bytes: renderRequest('PUT', `${collectionPath}/${uuid}`, {
          bearer,
          body: `{"revision":${revision}}`,
        }),
        expectedInBody: Buffer.from(`"uuid":"${uuid}"`),
        findFault: (body) =>
          body.includes(`"revision":${revision}`) ? undefined : `expected revision ${revision}`,
      };
    };
  },
};

export const createItem = 'create';
export const deleteItem = 'delete';

/** Things numbered from `size` on, which the answer must hold; `created` is told the uuid of each. */
export function createLoad({ bearer, size }: Site, created: (uuid: string) => void): NextRequest {
  let number = size;
  return () => {
    const body = JSON.stringify(makeThing(number, size));
    const name = thingName(number++);
    return {
      bytes: renderRequest('POST', collectionPath, { bearer, body }),
      expectedInBody: Buffer.from(`"name":"${name}"`),
      onAnswer: (answer) => created(/"uuid":"([^"]+)"/.exec(answer.toString('latin1'))?.[1] ?? ''),
    };
  };
}

/** Each once; the load ends when all are gone. */
export function deleteLoad({ bearer }: Site, uuids: readonly string[]): NextRequest {
  let next = 0;
  return () => {
    const uuid = uuids[next++];
    if (uuid === undefined) return undefined;
    return {
      bytes: renderRequest('DELETE', `${collectionPath}/${uuid}`, { bearer }),
      expectedInBody: Buffer.from(`"uuid":"${uuid}"`),
    };
  };
}
