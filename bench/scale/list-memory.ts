/** Memory does not grow with the length of a list: a whole collection is listed, page by page, by one client. */

import type { BenchContext, Engine } from '../context.ts';
import { renderRequest } from '../entity.ts';
import { describeWrongAnswers, type LoadRequest, runLoad } from '../load.ts';
import { residentMebibytes } from '../processes.ts';
import { numbersIn } from './answers.ts';
import type { ListMemory } from './report.ts';
import { collectionPath, restartSite, type Site } from './site.ts';

export const listPageSize = 1000;

/** On a server that has answered nothing else. */
export async function measureList(context: BenchContext, engine: Engine, site: Site): Promise<ListMemory> {
  await restartSite(site);
  const { size, bearer, server } = site;
  const pages = Math.ceil(size / listPageSize);
  const seen = new Uint8Array(size);
  const mebibytes = [residentMebibytes(server.pid, 'RssAnon')];
  let page = 0;
  let cursor: string | undefined;
  const takePage = (body: Buffer): void => {
    page += 1;
    for (const number of numbersIn(body)) seen[number]! += 1;
    cursor = /"cursor":"([\w-]+)"/.exec(body.toString('latin1', body.length - 400))?.[1];
    if (Math.floor((page * 10) / pages) > Math.floor(((page - 1) * 10) / pages)) {
      mebibytes.push(residentMebibytes(server.pid, 'RssAnon'));
      context.progress(`list ${engine}: page ${page} of ${pages}, ${mebibytes.at(-1)!.toFixed(0)} MiB`);
    }
  };
  const nextPage = (): LoadRequest | undefined => {
    if (page > 0 && (page === pages || cursor === undefined)) return undefined;
    const rest = cursor === undefined ? '' : `&cursor=${cursor}`;
    return {
      bytes: renderRequest('GET', `${collectionPath}?limit=${listPageSize}${rest}`, { bearer }),
      expectedInBody: Buffer.from('"count":'),
      onAnswer: takePage,
    };
  };
  const startedAt = performance.now();
  const load = { port: server.port, connections: 1, seconds: 600, warmUpSeconds: 0 };
  const result = await runLoad({ ...load, nextRequest: nextPage });
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    engine,
    size,
    pageSize: listPageSize,
    mebibytes,
    mebibytesWithFiles: residentMebibytes(server.pid, 'VmRSS'),
    entitiesPerSecond: size / seconds,
    wrongAnswers: [...describeWrongAnswers(result), ...auditSeen(seen)].map(
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
