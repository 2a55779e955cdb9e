/**
 * What `node:http` alone can do here: the same JSON for every request.
 *
 *     node bench/baseline/bare-server.ts [BYTES]
 *
 * BYTES is how long the JSON is, 300 without it.
 */
import { listen } from '../minimal/exchange.ts';

const [bytes = '300'] = process.argv.slice(2);
const body = Buffer.from(JSON.stringify({ filler: 'x'.repeat(Number(bytes) - '{"filler":""}'.length) }));
const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length };

listen((_request, response) => {
  response.writeHead(200, headers).end(body);
});
