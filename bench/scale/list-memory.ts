/** Memory does not grow with the length of a list: a whole collection is listed, page by page, by one client. */

import type { BenchContext, Engine } from '../context.ts';
import { renderRequest } from '../entity.ts';
import { describeWrongAnswers, type LoadRequest, type LoadResult, runLoad } from '../load.ts';
import { residentMebibytes } from '../processes.ts';
import { numbersIn } from './answers.ts';
import type { ListMemory } from './report.ts';
import { collectionPath, restartSite, type Site } from './site.ts';

export const listPageSize = 1000;

/** A list of a tenth of the length, as often as it takes to be as many pages. */
const shortLists = 10;

/**
 * On a server that has answered nothing else. What it takes with work, however short the lists are, it has after the
 * short ones; what more the long one takes is its length's.
 */
export async function measureList(context: BenchContext, engine: Engine, site: Site): Promise<ListMemory> {
  await restartSite(site);
  const { size, bearer, server } = site;
  const pages = Math.ceil(size / listPageSize);
  const seen = new Uint8Array(size);
  const mebibytes = [residentMebibytes(server.pid, 'RssAnon')];
  const shortPages = Math.max(1, Math.floor(pages / shortLists));
  const readPage = async (next: () => LoadRequest | undefined): Promise<LoadResult> =>
    runLoad({ port: server.port, connections: 1, seconds: 600, warmUpSeconds: 0, nextRequest: next });
  let page = 0;
  let cursor: string | undefined;
  const requestOf = (onAnswer: (body: Buffer) => void): LoadRequest => {
    const rest = cursor === undefined ? '' : `&cursor=${cursor}`;
    return {
      bytes: renderRequest('GET', `${collectionPath}?limit=${listPageSize}${rest}`, { bearer }),
      expectedInBody: Buffer.from('"count":'),
      onAnswer,
    };
  };
  const followCursor = (body: Buffer): void => {
    page += 1;
    cursor = /"cursor":"([\w-]+)"/.exec(body.toString('latin1', body.length - 400))?.[1];
  };
  const short = await readPage(() => {
    if (page === shortPages * shortLists) return undefined;
    if (page % shortPages === 0) cursor = undefined;
    return requestOf(followCursor);
  });
  const mebibytesOfShortLists = residentMebibytes(server.pid, 'RssAnon');
  page = 0;
  cursor = undefined;
  const takePage = (body: Buffer): void => {
    followCursor(body);
    for (const number of numbersIn(body)) seen[number]! += 1;
    if (Math.floor((page * 10) / pages) > Math.floor(((page - 1) * 10) / pages)) {
      mebibytes.push(residentMebibytes(server.pid, 'RssAnon'));
      context.progress(`list ${engine}: page ${page} of ${pages}, ${mebibytes.at(-1)!.toFixed(0)} MiB`);
    }
  };
  const nextPage = (): LoadRequest | undefined => {
    if (page > 0 && (page === pages || cursor === undefined)) return undefined;
    return requestOf(takePage);
  };
  const startedAt = performance.now();
  const result = await readPage(nextPage);
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    engine,
    size,
    pageSize: listPageSize,
    mebibytes,
    mebibytesOfShortLists,
    mebibytesWithFiles: residentMebibytes(server.pid, 'VmRSS'),
    entitiesPerSecond: size / seconds,
    wrongAnswers: [...describeWrongAnswers(short), ...describeWrongAnswers(result), ...auditSeen(seen)].map(
      (wrong) => `list (${engine}, ${size}): ${wrong}`,
    ),
  };
}

/** Every entity must have been on one page. */
function auditSeen(seen: Uint8Array): string[] {
  const missing = seen.reduce((count, times) => count + (times === 0 ? 1 : 0), 0);
  const repeated = seen.reduce((count, times) => count + (times > 1 ? 1 : 0), 0);
  return missing + repeated === 0 ? [] : [`${missing} entities missing, ${repeated} listed more than once`];
}
