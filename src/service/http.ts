import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createIntake, type Intake } from './intake.ts';
import { forStrangers, type Readiness } from './readiness.ts';

/** GitHub sends no payload above 25 MB (GitHub docs, "Webhook events and payloads", payload cap). */
export const BODY_LIMIT_BYTES = 25 * 1024 * 1024;

/** Of all bodies together that have not been checked yet: a handful of the largest. */
const INTAKE_LIMIT_BYTES = 5 * BODY_LIMIT_BYTES;

/** How often Node looks for requests that are over their time; by itself it would every half minute. Milliseconds. */
const LOOK_MS = 2_000;

/** GitHub docs, "Validating webhook deliveries". Probot checks it against the body; what has none is not read at all. */
const SIGNATURE = /^sha256=[0-9a-f]{64}$/;

export const WEBHOOK_PATH = '/api/github/webhooks';

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface Routes {
  /** Probot's middleware; it finds the body already read, in `request.body`. */
  readonly webhook: Handler;
  /** Never rejects. */
  readonly readiness: () => Promise<Readiness>;
  /** Told of the status with which each webhook request was answered, and of what its headers say it is. */
  readonly answered?: (status: number, claimed: ClaimedDelivery) => void;
  /** Without one there is no `/metrics`. */
  readonly metrics?: MetricsRoute;
}

/** Of headers, which nobody signs: null where they do not look like GitHub's. */
export interface ClaimedDelivery {
  readonly delivery: string | null;
  readonly event: string | null;
}

export interface MetricsRoute {
  /** Who shows this may read; null: everyone who reaches the port. */
  readonly token: string | null;
  readonly contentType: string;
  readonly text: () => Promise<string>;
}

/**
 * The server in front of Probot. What carries no signature, or states a length over the limit, is refused before a byte of
 * its body is read; a body that grows past the limit unstated is cut off, and so is the longest of all where they are too
 * much together. Slow senders are cut off by Node's own time limits.
 */
export function createHttpServer(routes: Routes): Server {
  const strangers = async () => forStrangers(await routes.readiness());
  const intake = createIntake(INTAKE_LIMIT_BYTES);
  const server = createServer({ connectionsCheckingInterval: LOOK_MS }, (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (isWatched(path, request, response, { ...routes, readiness: strangers })) return;
    if (path !== WEBHOOK_PATH)
      return send(response, 404, 'There is nothing here. Webhooks go to the path of the App manifest.\n');
    if (request.method !== 'POST') return send(response, 405, 'Webhooks come by POST.\n');
    response.once('close', () => routes.answered?.(response.statusCode, claimedBy(request)));
    receive(request, response, intake, routes.webhook);
  });
  return guarded(server);
}

/** A port of its own for whoever watches the process: health, readiness, metrics, and nothing else. */
export function createMetricsServer(routes: Pick<Routes, 'readiness'> & { readonly metrics: MetricsRoute }): Server {
  return guarded(
    createServer({ connectionsCheckingInterval: LOOK_MS }, (request, response) => {
      const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
      if (!isWatched(path, request, response, routes)) send(response, 404, 'There is nothing here.\n');
    }),
  );
}

/** Slow senders are cut off by Node's own time limits. */
function guarded(server: Server): Server {
  server.headersTimeout = 10_000;
  // GitHub itself gives up after ten seconds (GitHub docs, "Best practices for using webhooks").
  server.requestTimeout = 15_000;
  server.maxHeadersCount = 100;
  return server;
}

/** Answers what asks for health, readiness or metrics; false where the request is about something else. */
function isWatched(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  { readiness, metrics }: Pick<Routes, 'readiness' | 'metrics'>,
): boolean {
  if (request.method !== 'GET') return false;
  if (path === '/healthz') {
    send(response, 200, 'ok\n');
    return true;
  }
  if (path === '/readyz') {
    void readiness().then((told) => {
      response.writeHead(told.ready ? 200 : 503, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(`${JSON.stringify(told)}\n`);
    });
    return true;
  }
  if (path !== '/metrics' || metrics === undefined) return false;
  if (metrics.token !== null && !shows(request, metrics.token)) {
    send(response, 401, 'Metrics need the token of COUNTERSIGN_METRICS_TOKEN.\n');
    return true;
  }
  metrics.text().then(
    (text) => {
      response.writeHead(200, { 'content-type': metrics.contentType });
      response.end(text);
    },
    () => send(response, 503, 'The metrics could not be read.\n'),
  );
  return true;
}

/** Compared by digest: equal lengths, and no time that tells how much was right. */
function shows(request: IncomingMessage, token: string): boolean {
  const given = createHash('sha256')
    .update(request.headers.authorization ?? '')
    .digest();
  const expected = createHash('sha256').update(`Bearer ${token}`).digest();
  return timingSafeEqual(given, expected);
}

function claimedBy({ headers }: IncomingMessage): ClaimedDelivery {
  const [delivery = null] = /^[0-9a-f-]{36}$/i.exec(String(headers['x-github-delivery'])) ?? [];
  const [event = null] = /^[a-z_]{1,40}$/.exec(String(headers['x-github-event'] ?? '')) ?? [];
  return { delivery, event };
}

function receive(request: IncomingMessage, response: ServerResponse, intake: Intake, webhook: Handler): void {
  const stated = Number(request.headers['content-length'] ?? '0');
  if (!(stated <= BODY_LIMIT_BYTES)) {
    cutOff(request, response, 413, TOO_LARGE);
    return;
  }
  const { 'x-hub-signature-256': signature } = request.headers;
  if (typeof signature !== 'string' || !SIGNATURE.test(signature)) {
    cutOff(request, response, 401, 'Webhooks carry a signature in X-Hub-Signature-256.\n');
    return;
  }

  const pieces: Buffer[] = [];
  let length = 0;
  let whole = true;
  const refuse = (status: number, text: string): void => {
    whole = false;
    pieces.length = 0;
    incoming.ended();
    cutOff(request, response, status, text);
  };
  const incoming = intake.open(() => refuse(503, 'Too much is on its way in at once.\n'));
  response.once('close', () => incoming.ended());
  request.on('data', (piece: Buffer) => {
    length += piece.length;
    if (length > BODY_LIMIT_BYTES) return refuse(413, TOO_LARGE);
    pieces.push(piece);
    incoming.grew(piece.length);
  });
  request.on('error', () => response.destroy());
  request.on('end', () => {
    incoming.ended();
    if (whole) webhook(Object.assign(request, { body: Buffer.concat(pieces).toString('utf8') }), response);
  });
}

const TOO_LARGE = `The body is over ${BODY_LIMIT_BYTES} bytes, more than GitHub sends.\n`;

/** Answers before the body is there, and reads no more of it. */
function cutOff(request: IncomingMessage, response: ServerResponse, status: number, text: string): void {
  request.removeAllListeners('data');
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end(text, () => request.destroy());
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}
