/** The request streams of W1, W4, W5 and W6, made once before the load so that making them costs it nothing. */
import { renderRequest, renderThing } from './entity.ts';
import type { LoadRequest, NextRequest } from './load.ts';

/** Every connection walks through `requests`, each from another place. */
export function inTurn(requests: readonly LoadRequest[]): NextRequest {
  const next: number[] = [];
  return (connection) => {
    const position = next[connection] ?? connection * 31;
    next[connection] = position + 1;
    return requests[position % requests.length] as LoadRequest;
  };
}

/** Connection number n always sends request n, or n modulo their number. */
export function oneEach(requests: readonly LoadRequest[]): NextRequest {
  return (connection) => requests[connection % requests.length] as LoadRequest;
}

/** W1 over JSON: the answer must hold a Usergrid access token. */
export function tokenRequest(path: string, clientId: string, clientSecret: string): LoadRequest {
  const body = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  return {
    bytes: renderRequest('POST', path, { body: JSON.stringify(body) }),
    expectedInBody: Buffer.from('"access_token":"YWMt'),
  };
}

/** W6: the answer must hold the uuid asked for. */
export function readRequest(collectionPath: string, uuid: string, bearer: string): LoadRequest {
  return {
    bytes: renderRequest('GET', `${collectionPath}/${uuid}`, { bearer }),
    expectedInBody: Buffer.from(`"uuid":"${uuid}"`),
  };
}

/** W5: every request creates a thing with a name of its own, and its answer must hold that name. */
export function createRequests(collectionPath: string, bearer: string): NextRequest {
  const digits = 12;
  // Names of one call never meet those of another, so that a kept server can be asked again.
  const prefix = `thing-${Date.now().toString(36)}`;
  const lanes: { request: LoadRequest; digitsAt: number }[] = [];
  let created = 0;
  const addLane = (connection: number): void => {
    const bytes = renderRequest('POST', collectionPath, { bearer, body: renderThing(prefix, 0) });
    const expectedInBody = Buffer.from(`"${prefix}-${'0'.repeat(digits)}"`);
    const digitsAt = bytes.indexOf(expectedInBody) + expectedInBody.length - 1 - digits;
    lanes[connection] = { request: { bytes, expectedInBody }, digitsAt };
  };
  return (connection) => {
    if (lanes[connection] === undefined) addLane(connection);
    const { request, digitsAt } = lanes[connection]!;
    const name = String(created++).padStart(digits, '0');
    request.bytes.write(name, digitsAt, 'latin1');
    request.expectedInBody.write(name, request.expectedInBody.length - 1 - digits, 'latin1');
    return request;
  };
}
