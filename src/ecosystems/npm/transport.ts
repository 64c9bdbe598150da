import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import { getAgent } from '@npmcli/agent';
import fetch from 'npm-registry-fetch';
import { messageOf } from '../../core/errors.ts';
import type { HostGuard } from '../../core/lookup.ts';
import { type ProxySettings, proxyFor } from '../../core/proxy.ts';

export interface NpmTransport {
  /** Options of npm-registry-fetch: default `registry`, tokens, `ca`, proxy. Empty means its own defaults. */
  readonly fetchOptions: Readonly<Record<string, string | number | boolean>>;
  /** Milliseconds for one request, body included. */
  readonly timeoutMs: number;
  /** Bytes of one document, decompressed. */
  readonly maxBytes: number;
  readonly guard: HostGuard;
  /** Where the options name no proxy of their own. */
  readonly proxies: ProxySettings;
}

/** Takes a body piece by piece. */
export interface BodyReader<T> {
  /** False: no more of it is wanted. */
  write(piece: Buffer): boolean;
  end(): T;
}

export interface NpmRequest<T> {
  /** Below the registry's base address, without a slash in front. */
  readonly path: string;
  /** The package it is about: its scope chooses registry and credentials. */
  readonly spec: string;
  /** Null: the one that the options name, else npm-registry-fetch's own. */
  readonly registry: string | null;
  readonly etag?: string | undefined;
  readonly signal: AbortSignal;
  readonly reader: BodyReader<T>;
}

export type NpmAnswer<T> =
  | { readonly state: 'answered'; readonly body: T; readonly etag: string | null }
  | { readonly state: 'notModified' }
  /** A 404; `body` as npm-registry-fetch read it: JSON, a Buffer, or nothing. */
  | { readonly state: 'notFound'; readonly body: unknown }
  | {
      readonly state: 'unavailable';
      readonly reason: string;
      readonly transient: boolean;
      readonly retryAfterMs?: number;
    };

const MOST_SOCKETS = 64;

/** One GET to a registry of npm's protocol. Never throws; redirects stay with the registry's host and hosts that the operator names. */
export async function npmGet<T>(transport: NpmTransport, request: NpmRequest<T>): Promise<NpmAnswer<T>> {
  const { fetchOptions, timeoutMs, maxBytes } = transport;
  const base = (request.registry ?? fetch.pickRegistry(scopedAlike(request.spec), fetchOptions)).replace(/\/+$/, '');
  const address = URL.parse(`${base}/${request.path}`);
  if (address === null) return unknown('the configured address is not a URL', false);
  const refused = transport.guard.refuses(address);
  if (refused !== null) return unknown(refused, false);
  const timer = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([request.signal, timer]);
  try {
    const response = await fetch(address.href, {
      ...fetchOptions,
      agent: guardedAgent(address, transport),
      ...(request.etag === undefined ? {} : { headers: { 'if-none-match': request.etag } }),
      // Retries, back-off and the circuit breaker are the caller's, who sees all sources at once.
      retry: { retries: 0 },
      timeout: timeoutMs,
      signal,
    });
    if (response.status === 304) return { state: 'notModified' };
    if (!(await readThrough(response.body, request.reader, maxBytes, signal)))
      return unknown(`answered with more than ${maxBytes} bytes`, false);
    return { state: 'answered', body: request.reader.end(), etag: response.headers.get('etag') };
  } catch (error) {
    if (timer.aborted) return unknown(`no answer in ${timeoutMs / 1000} s`, true);
    return refusal(error);
  }
}

/** A name in the same scope that npm's own rules have nothing against: old packages have names that today's npm refuses (`-`). */
function scopedAlike(spec: string): string {
  const scope = /^@[\w.~-]+(?=\/)/.exec(spec)?.[0];
  return scope === undefined ? 'any-name' : `${scope}/any-name`;
}

/** The code of our own refusals, among those that sockets have. */
const REFUSED = 'EHOSTREFUSED';

/**
 * npm's own agent (proxy, certificates), which asks before each request, redirected ones too: another host only where
 * the operator names it, never from https to http, and credentials stay with the origin.
 */
function guardedAgent(origin: URL, { fetchOptions, timeoutMs, guard, proxies }: NpmTransport): Agent {
  const agent = getAgent(origin.href, {
    maxSockets: MOST_SOCKETS,
    timeout: timeoutMs,
    ca: fetchOptions['ca'],
    cert: fetchOptions['cert'],
    key: fetchOptions['key'],
    localAddress: fetchOptions['localAddress'],
    ...proxyOf(origin, fetchOptions, proxies),
    rejectUnauthorized: fetchOptions['strictSSL'] !== false,
    dns: { lookup: guard.lookup },
  });
  if (agent === false || !('addRequest' in agent) || typeof agent.addRequest !== 'function')
    throw new TypeError('the agent of npm takes no requests');
  const pass = agent.addRequest.bind(agent);
  return Object.create(agent, {
    addRequest: {
      value: (request: ClientRequest, options: { readonly port?: number | string | null }) => {
        const target = targetOf(request, options.port);
        if (target.origin !== origin.origin) {
          request.removeHeader('authorization');
          request.removeHeader('cookie');
        }
        request.prependListener('response', boundError);
        const reason = refusedHop(origin, target, guard);
        if (reason === null) pass(request, options);
        // As an agent does that could not connect: the request then fails with this error.
        else Reflect.apply(request.onSocket, request, [null, Object.assign(new Error(reason), { code: REFUSED })]);
      },
    },
  });
}

/** npm's own settings come first (its docs, `https-proxy`, `noproxy`); the agent must not look into the environment by itself. */
function proxyOf(
  origin: URL,
  fetchOptions: NpmTransport['fetchOptions'],
  proxies: ProxySettings,
): { readonly proxy?: string; readonly noProxy: readonly string[] } {
  const own = fetchOptions['httpsProxy'] ?? fetchOptions['proxy'];
  const no = fetchOptions['noProxy'] ?? proxies.no;
  const http = typeof own === 'string' ? own : proxies.http;
  const https = typeof own === 'string' ? own : proxies.https;
  const proxy = proxyFor(origin, { http, https, no: String(no) });
  return proxy === null ? { noProxy: [origin.hostname] } : { proxy, noProxy: [] };
}

/** Bytes of the page of an error: npm-registry-fetch reads it whole, however long it is. */
const LARGEST_ERROR = 256 * 1024;

function boundError(response: IncomingMessage): void {
  if ((response.statusCode ?? 0) < 400) return;
  let size = 0;
  response.on('data', (piece: Buffer) => {
    size += piece.length;
    if (size > LARGEST_ERROR) response.destroy(new Error('the page of an error is too large'));
  });
}

function targetOf(request: ClientRequest, port: number | string | null | undefined): URL {
  const host = request.host.includes(':') && !request.host.startsWith('[') ? `[${request.host}]` : request.host;
  return new URL(`${request.protocol}//${host}${port ? `:${port}` : ''}`);
}

function refusedHop(origin: URL, target: URL, guard: HostGuard): string | null {
  if (target.origin === origin.origin) return null;
  if (target.protocol !== 'https:' && origin.protocol === 'https:') return 'redirected to an unencrypted address';
  if (target.host !== origin.host && !guard.trusts(target.host)) return 'redirected to another host';
  return guard.refuses(target);
}

/** False where the body is larger than it may be. */
async function readThrough(
  body: NodeJS.ReadableStream,
  reader: BodyReader<unknown>,
  maxBytes: number,
  signal: AbortSignal,
): Promise<boolean> {
  let size = 0;
  for await (const piece of body) {
    signal.throwIfAborted();
    const bytes = Buffer.from(piece);
    size += bytes.length;
    if (size > maxBytes) return false;
    if (!reader.write(bytes)) return true;
  }
  return true;
}

/** For small documents: the whole body as a text; null where it is longer than `most` bytes. */
export function textReader(most: number): BodyReader<string | null> {
  const pieces: Buffer[] = [];
  let size = 0;
  return {
    write(piece) {
      size += piece.length;
      if (size <= most) pieces.push(piece);
      return size <= most;
    },
    end: () => (size > most ? null : Buffer.concat(pieces).toString('utf8')),
  };
}

/** What an error of npm-registry-fetch means (its errors.js: `statusCode`, `headers`, `body`, else a code of the socket). */
function refusal(error: unknown): Exclude<NpmAnswer<never>, { state: 'answered' }> {
  const { statusCode, headers, body, code } = errorParts(error);
  // A login page in between comes and goes.
  if (code === REFUSED) return unknown(messageOf(error).replace(/^.*reason: /, ''), true);
  if (statusCode === undefined) return unknown(`no connection (${code ?? messageOf(error)})`, true);
  if (statusCode === 404) return { state: 'notFound', body };
  const denied = statusCode === 401 || statusCode === 403 || statusCode === 451;
  const retryAfterMs = retryAfter(headers);
  return {
    ...unknown(`answered ${statusCode}`, !denied),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function errorParts(error: unknown): {
  readonly statusCode?: number;
  readonly headers?: unknown;
  readonly body?: unknown;
  readonly code?: string;
} {
  if (typeof error !== 'object' || error === null) return {};
  return {
    ...('statusCode' in error && typeof error.statusCode === 'number' ? { statusCode: error.statusCode } : {}),
    ...('headers' in error ? { headers: error.headers } : {}),
    ...('body' in error ? { body: error.body } : {}),
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
  };
}

/** `Retry-After` in seconds (RFC 9110, section 10.2.3), as npm-registry-fetch hands headers over: name to list of values. */
function retryAfter(headers: unknown): number | undefined {
  if (typeof headers !== 'object' || headers === null || !('retry-after' in headers)) return undefined;
  const value = headers['retry-after'];
  const seconds = Number(Array.isArray(value) ? value[0] : value);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

function unknown(reason: string, transient: boolean) {
  return { state: 'unavailable', reason, transient } as const;
}
