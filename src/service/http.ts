import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** GitHub sends no payload above 25 MB (GitHub docs, "Webhook events and payloads", payload cap). */
export const BODY_LIMIT_BYTES = 25 * 1024 * 1024;

export const WEBHOOK_PATH = '/api/github/webhooks';

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface Routes {
  /** Probot's middleware; it finds the body already read, in `request.body`. */
  readonly webhook: Handler;
  readonly isReady: () => Promise<boolean>;
}

/**
 * The server in front of Probot. A body over the limit is refused by its stated length before a byte of it is read, or
 * cut off where it grows past the limit unstated; slow senders are cut off by Node's own time limits.
 */
export function createHttpServer(routes: Routes): Server {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0];
    if (path === '/healthz' && request.method === 'GET') return send(response, 200, 'ok\n');
    if (path === '/readyz' && request.method === 'GET') {
      routes.isReady().then(
        (ready) => send(response, ready ? 200 : 503, ready ? 'ready\n' : 'not ready\n'),
        () => send(response, 503, 'not ready\n'),
      );
      return;
    }
    if (path !== WEBHOOK_PATH)
      return send(response, 404, 'There is nothing here. Webhooks go to the path of the App manifest.\n');
    if (request.method !== 'POST') return send(response, 405, 'Webhooks come by POST.\n');
    receive(request, response, routes.webhook);
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.maxHeadersCount = 100;
  return server;
}

function receive(request: IncomingMessage, response: ServerResponse, webhook: Handler): void {
  const stated = Number(request.headers['content-length'] ?? '0');
  if (!(stated <= BODY_LIMIT_BYTES)) {
    tooLarge(request, response);
    return;
  }

  const pieces: Buffer[] = [];
  let length = 0;
  request.on('data', (piece: Buffer) => {
    length += piece.length;
    if (length > BODY_LIMIT_BYTES) tooLarge(request, response);
    else pieces.push(piece);
  });
  request.on('error', () => response.destroy());
  request.on('end', () => {
    if (length > BODY_LIMIT_BYTES) return;
    webhook(Object.assign(request, { body: Buffer.concat(pieces).toString('utf8') }), response);
  });
}

function tooLarge(request: IncomingMessage, response: ServerResponse): void {
  request.removeAllListeners('data');
  if (!response.headersSent) {
    response.writeHead(413, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    response.end(`The body is over ${BODY_LIMIT_BYTES} bytes, more than GitHub sends.\n`, () => request.destroy());
  }
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}
