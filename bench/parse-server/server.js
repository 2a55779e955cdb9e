/**
 * Parse Server on PostgreSQL, as its documentation starts it for production: logs off, everything else its default.
 *
 *     NODE_ENV=production node bench/parse-server/server.js DATABASE-URL APPLICATION-ID MASTER-KEY
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import express from 'express';

// Read where its logger is loaded: the option alone comes too late for the files of its first lines.
process.env.PARSE_SERVER_LOGS_FOLDER = 'null';
const { ParseServer } = await import('parse-server');

const [databaseURI, appId, masterKey] = process.argv.slice(2);
const app = express();
const server = createServer(app).listen(0, '127.0.0.1');
await once(server, 'listening');
const origin = `http://127.0.0.1:${server.address().port}`;

const parse = new ParseServer({
  databaseURI,
  appId,
  masterKey,
  serverURL: `${origin}/parse`,
  silent: true,
  logsFolder: null,
});
await parse.start();
app.use('/parse', parse.app);
process.once('SIGTERM', () => process.exit(0));
console.log(`listening on ${origin}`);
