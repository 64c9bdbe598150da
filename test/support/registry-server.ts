import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

/** A small server of our own whose answers a test decides, request by request. */
export interface ScriptedServer extends AsyncDisposable {
  /** Without a closing slash. */
  readonly url: string;
  /** Every request so far, as `GET /path`. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

export type Script = (request: IncomingMessage, response: ServerResponse) => void;

export async function startServer(script: Script): Promise<ScriptedServer> {
  const requests: string[] = [];
  // A connection that lies idle is closed by its client: a server that closes it may meet the next request on its way.
  const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    script(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { url: `http://127.0.0.1:${address.port}`, requests, close, [Symbol.asyncDispose]: close };
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** A body that ends when the reader goes. */
function endless(status: number, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  if (request.method === 'HEAD') return void response.end();
  const block = Buffer.alloc(256 * 1024, 32);
  const more = () => {
    while (!response.destroyed && response.write(block));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}

/** Four million blanks. */
const BOMB = gzipSync(Buffer.alloc(4 * 1024 * 1024, 32));

/** Faults of which nothing ends by itself, nor early by its size: whoever asks has to have had enough. */
const ENDLESS: ReadonlySet<string> = new Set([
  'silence',
  'a trickle that never ends',
  'a gigantic body',
  'a gigantic 404',
]);

/**
 * Milliseconds for one request under a fault: `enough` where it does not end by itself, else more than any machine takes.
 * An honest source is asked beside the lying one, and a busy machine must not make a liar of it.
 */
export function patienceUnder(fault: string, enough: number): number {
  return ENDLESS.has(fault) ? enough : 60_000;
}

/** Ways in which a source lies or fails, each a whole answer to any request. */
export const FAULTS: Readonly<Record<string, Script>> = {
  '404 as an HTML page': (_request, response) => {
    response.writeHead(404, { 'content-type': 'text/html' });
    response.end('<html><body>Not found</body></html>');
  },
  '200 with an error page': (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<html><body>Log in to continue</body></html>');
  },
  '200 with an error in JSON': (_request, response) => json(response, 200, { error: 'try later' }),
  'half a JSON': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"name": "some-package", "versions": {"1.0.0": {');
  },
  'a body cut off on the way': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100000' });
    response.write('{"name": "some-package"');
    setTimeout(() => response.destroy(), 20);
  },
  '429 with Retry-After': (_request, response) => {
    response.writeHead(429, { 'retry-after': '120' });
    response.end();
  },
  '503': (_request, response) => {
    response.writeHead(503);
    response.end('down for maintenance');
  },
  silence: () => {
    // The request is read and never answered.
  },
  'a redirect loop': (request, response) => {
    response.writeHead(302, { location: request.url ?? '/' });
    response.end();
  },
  'a redirect to another host': (_request, response) => {
    response.writeHead(302, { location: 'http://127.0.0.1:1/elsewhere' });
    response.end();
  },
  'a gigantic body': (request, response) => endless(200, request, response),
  'a gigantic 404': (request, response) => endless(404, request, response),
  'a small body that unpacks to a gigantic one': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end(BOMB);
  },
  'gzip that is none': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end('{"name": "some-package", "versions": {}}');
  },
  'a reset connection': (request) => {
    request.socket.resetAndDestroy();
  },
  'a trickle that never ends': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const drop = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(drop));
  },
  'another package in the answer': (_request, response) =>
    json(response, 200, {
      name: 'other-package',
      versions: { '1.0.0': {} },
      info: { name: 'other-package' },
      releases: {},
      crate: { id: 'other-package', created_at: '2019-01-01T00:00:00Z' },
      packages: { 'other/package': [] },
      full_name: 'other/action',
      created_at: '2019-01-01T00:00:00Z',
      packageKey: { name: 'other-package' },
      package: 'other-package',
      downloads: 1_000_000,
      data: { last_week: 1_000_000 },
      id: 'GHSA-other',
      results: [],
    }),
};
