/** What `node:http` alone can do here: the same 300 bytes of JSON for every request. */
import { listen } from '../minimal/exchange.ts';

const body = Buffer.from(JSON.stringify({ filler: 'x'.repeat(300 - '{"filler":""}'.length) }));
const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length };

listen((_request, response) => {
  response.writeHead(200, headers).end(body);
});
