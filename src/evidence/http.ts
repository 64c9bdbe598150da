import { fetch, type RequestInit, type Response } from 'undici';
import { messageOf } from '../core/errors.ts';
import type { HostGuard, HttpAnswer, HttpClient } from '../core/lookup.ts';
import { type ProxySettings, proxyFor } from '../core/proxy.ts';
import { INTERNAL_CODE } from './guard.ts';
import { createRoads } from './proxy.ts';

export interface HttpSettings {
  /** Milliseconds for one request, redirects and body included. */
  readonly timeoutMs: number;
  /** Bytes of one body, decompressed. */
  readonly maxBytes: number;
  readonly userAgent: string;
  readonly guard: HostGuard;
  readonly proxies: ProxySettings;
}

const MOST_REDIRECTS = 5;

/**
 * A client that cannot be led astray: it follows redirects within one host only, speaks to no address that the guard
 * refuses (whatever a name resolves to; behind a proxy, the proxy resolves), stops at a size and a time, and hands back what it could not read as "unavailable". Answers other than 2xx, 304, 404 and 410 are unavailable.
 */
export function createHttpClient(settings: HttpSettings): HttpClient {
  const roadTo = createRoads(settings.proxies, settings.guard.lookup);
  return async ({ url, method, headers, body, signal }) => {
    const address = URL.parse(url);
    if (address === null) return unavailable('the configured address is not a URL', false);
    const refused = settings.guard.refuses(address);
    if (refused !== null) return unavailable(refused, false);
    const { username, password } = address;
    address.username = '';
    address.password = '';
    const timer = AbortSignal.timeout(settings.timeoutMs);
    const both = AbortSignal.any([signal, timer]);
    const init: RequestInit = {
      method: method ?? 'GET',
      headers: {
        accept: 'application/json',
        'user-agent': settings.userAgent,
        // A login in an operator's address (RFC 3986, section 3.2.1) is sent to that host alone.
        ...(username === '' ? {} : { authorization: basic(username, password) }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: both,
      dispatcher: roadTo(address),
    };
    try {
      return await follow(address.href, init, settings.maxBytes);
    } catch (error) {
      if (timer.aborted) return unavailable(`no answer in ${settings.timeoutMs / 1000} s`, true);
      const refusal = refusalOfProxy(error);
      if (refusal !== null) return unavailable(`the proxy answered ${refusal}`, refusal !== 403 && refusal !== 407);
      const cause = causeOf(error);
      if (cause === INTERNAL_CODE) return unavailable(`${address.host} resolves to an internal address`, false);
      const where = proxyFor(address, settings.proxies) === null ? '' : ' through the proxy';
      return unavailable(`no connection${where} (${cause})`, true);
    }
  };
}

async function follow(url: string, init: RequestInit, maxBytes: number): Promise<HttpAnswer> {
  let address = url;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    const response = await fetch(address, init);
    const next = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || response.status === 304 || next === null) {
      return read(response, maxBytes);
    }
    await response.body?.cancel();
    const target = URL.parse(next, address);
    // Elsewhere may be an internal address, or a server that answers in the registry's name. A login page in between comes
    // and goes, so it is tried again.
    if (target === null || target.host !== new URL(address).host || target.protocol !== new URL(address).protocol) {
      return unavailable('redirected to another host', true);
    }
    address = target.href;
  }
  return unavailable(`redirected more than ${MOST_REDIRECTS} times`, true);
}

async function read(response: Response, maxBytes: number): Promise<HttpAnswer> {
  const { status, headers } = response;
  const readable = response.ok || status === 304 || status === 404 || status === 410;
  if (!readable) {
    await response.body?.cancel();
    const retryAfterMs = secondsOf(headers.get('retry-after'));
    // GitHub refuses with 403 where the hour's requests are used up (GitHub REST, "Rate limits").
    const isLimited = headers.get('x-ratelimit-remaining') === '0' || retryAfterMs !== null;
    const denied = status === 401 || status === 407 || (status === 403 && !isLimited) || status === 451;
    const challenge = status === 401 ? headers.get('www-authenticate') : null;
    return {
      ...(challenge === null ? {} : { challenge }),
      ...unavailable(`answered ${status}`, !denied),
      ...(retryAfterMs === null ? {} : { retryAfterMs }),
    };
  }
  const body = await readAll(response, maxBytes);
  if (body === null) return unavailable(`answered with more than ${maxBytes} bytes`, false);
  const etag = headers.get('etag');
  const lastModified = headers.get('last-modified');
  return {
    state: 'answered',
    status,
    contentType: headers.get('content-type') ?? '',
    body,
    ...(etag === null ? {} : { etag }),
    ...(lastModified === null ? {} : { lastModified }),
  };
}

async function readAll(response: Response, maxBytes: number): Promise<string | null> {
  if (response.body === null) return '';
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body) {
    size += piece.byteLength;
    if (size > maxBytes) return null;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** `Retry-After` in seconds (RFC 9110, section 10.2.3); its date form is not used by these sources. */
function secondsOf(header: string | null): number | null {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

/** RFC 7617. */
function basic(username: string, password: string): string {
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(login).toString('base64')}`;
}

/** The status with which a proxy refused a tunnel; undici has it in the words of its error only. */
function refusalOfProxy(error: unknown): number | null {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const status = /^Proxy response \((\d{3})\)/.exec(messageOf(cause))?.[1];
  return status === undefined ? null : Number(status);
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : messageOf(error);
}

function unavailable(reason: string, transient: boolean) {
  return { state: 'unavailable', reason, transient } as const;
}
