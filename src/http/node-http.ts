/**
 * What is used of `node:http`. An import would ask for all that it exports, and so load a client for web sockets and
 * fetch, which nothing here needs, and which take a part of every start.
 */
import type http from 'node:http';

const { createServer, ServerResponse }: typeof http = process.getBuiltinModule('node:http');

export { createServer, ServerResponse };
