import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, type Call, refused, type Stage } from './http.ts';
import type { Referee } from './referee.ts';
import { answerOf } from './routes.ts';
import { type Tokens, tokenOf } from './tokens.ts';
import type { Fault, Json, RequestRecord } from './types.ts';
import { repositoryNamed } from './world.ts';

/** What the proxy needs of its surroundings. */
interface ProxyParts {
  readonly stage: Stage;
  readonly referee: Referee;
  /** Address of emulate. */
  readonly upstream: string;
  readonly tokens: Tokens;
}

/** A fault, how often it still applies, and the requests that it holds: each is let go by a call. */
interface Faulty {
  readonly fault: Fault;
  left: number;
  hits: number;
  removed: boolean;
  readonly held: Set<() => void>;
}

export interface Proxy {
  readonly url: string;
  readonly log: RequestRecord[];
  readonly violations: string[];
  readonly faults: Faulty[];
  latencyMs: number;
  listen(parts: ProxyParts): void;
  upstream: Call['upstream'];
  close(): Promise<void>;
}

/** Requests that the log keeps, so that hours of load do not fill the memory. */
const keptRecords = 20_000;

/** Listens at once, so that its address can be told to emulate; answers from `listen` on. */
export async function createProxy(port: number, latencyMs: number): Promise<Proxy> {
  let parts: ProxyParts | undefined;
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    handle(request, response).catch((error: unknown) => {
      proxy.violations.push(`the proxy failed on ${request.method} ${request.url}: ${String(error)}`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const proxy: Proxy = {
    url,
    log: [],
    violations: [],
    faults: [],
    latencyMs,
    listen(given) {
      parts = given;
    },
    upstream: (method, path, body) => {
      const { stage, tokens } = started();
      const owner = /^\/repos\/([^/]+)\//.exec(path)?.[1] ?? '';
      // Emulate's administrator may not write in a person's own repository: there its owner acts.
      const own = stage.world.users.get(owner)?.type === 'User';
      return forward(method, path, own ? `token ${tokenOf(owner)}` : tokens.admin(), body ?? null);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;

  function started(): ProxyParts {
    if (!parts) throw new Error('the proxy is not listening yet');
    return parts;
  }

  async function forward(method: string, path: string, token: string | null, body: Json | null): Promise<Answer> {
    const response = await fetchAgain(`${started().upstream}${path}`, {
      method,
      headers: {
        accept: 'application/vnd.github+json',
        ...(token === null ? {} : { authorization: token }),
        ...(method === 'GET' || method === 'DELETE' ? {} : { 'content-type': 'application/json' }),
      },
      // Emulate answers 400 to an empty body, GitHub does not.
      ...(method === 'GET' || method === 'DELETE' ? {} : { body: JSON.stringify(body ?? {}) }),
    });
    const text = await response.text();
    const link = response.headers.get('link');
    const headers = link === null ? {} : { headers: { link } };
    return { status: response.status, ...(text === '' ? {} : { json: JSON.parse(text) as unknown }), ...headers };
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    const { stage, referee, tokens } = started();
    const method = request.method ?? 'GET';
    const asked = (request.url ?? '/').replace(/^\/api(?:\/v3(?=\/)|(?=\/graphql))/, '');
    const { path, moved } = placed(asked, stage.world);
    const body = await bodyOf(request);
    const who = tokens.identify(request.headers.authorization);
    const caller = who?.caller ?? 'expired';
    const ours = caller === 'app' || caller === 'installation' || caller === 'expired';
    // GraphQL has no part in the REST description.
    if (ours && path !== '/graphql')
      proxy.violations.push(...referee.judge({ method, path, headers: headersOf(request), body }));

    const faulty = faultFor(method, path, body, ours);
    const fault = faulty?.fault;
    const finish = (status: number): void => {
      if (proxy.log.length >= keptRecords) proxy.log.splice(0, keptRecords / 2);
      proxy.log.push({ method, path, caller, status, startedAt, endedAt: performance.now(), body });
    };
    if (proxy.latencyMs > 0) await wait(proxy.latencyMs);
    if (fault?.delayMs) await wait(fault.delayMs);
    if (faulty !== undefined && fault?.held === true && !faulty.removed)
      await new Promise<void>((go) => faulty.held.add(go));
    if (fault?.reset === 'before') {
      finish(0);
      request.socket.destroy();
      return;
    }
    const [pathname = '', query = ''] = path.split('?');
    const call: Call = {
      method,
      path: pathname,
      query: new URLSearchParams(query),
      body,
      accept: request.headers.accept ?? '',
      caller,
      installationId: who?.installationId ?? null,
      url,
      forward: async () => forward(method, seededInstallation(path), await tokenFor(path, who), body),
      upstream: proxy.upstream,
    };
    const answer = await (fault?.status !== undefined
      ? { status: fault.status, text: fault.body ?? '{"message":"injected"}', headers: fault.headers ?? {} }
      : who === null
        ? refused(401, 'Bad credentials')
        : moved !== null
          ? redirected(method, `${url}${moved}`)
          : answerOf(call, stage));
    const installation = /^\/app\/installations\/(\d+)\/access_tokens$/.exec(pathname)?.[1];
    if (installation && answer.status === 201) tokens.minted(String((answer.json as Json)['token']), +installation);
    finish(answer.status);
    if (fault?.reset === 'after') {
      request.socket.destroy();
      return;
    }
    const changed = fault?.change ? { ...answer, json: fault.change(answer.json) } : answer;
    write(response, changed);
  }

  /** Emulate gives a repository to the installation that it was seeded with. */
  async function tokenFor(path: string, who: ReturnType<Tokens['identify']>): Promise<string | null> {
    const { stage, tokens } = started();
    const own = stage.world.repositories.get(/^\/repos\/([^/]+\/[^/?]+)/.exec(path)?.[1] ?? '');
    const acts = own !== undefined && who !== null && who.installationId === own.installationId;
    if (!acts || own.installationId === own.seededInstallationId) return who?.token ?? null;
    return tokens.actingFor(own.seededInstallationId);
  }

  function seededInstallation(path: string): string {
    const id = /^\/app\/installations\/(\d+)/.exec(path)?.[1];
    const known = id === undefined ? undefined : started().stage.world.installations.get(+id);
    return known === undefined ? path : path.replace(`/${known.id}`, `/${known.seeded}`);
  }

  function faultFor(method: string, path: string, body: Json | null, ours: boolean): Faulty | undefined {
    const found = proxy.faults.find(
      ({ fault, left }) =>
        left > 0 &&
        (ours || fault.anyone === true) &&
        (fault.method === undefined || fault.method === method) &&
        (fault.path === undefined || fault.path.test(path)) &&
        (fault.saying === undefined || fault.saying(body)),
    );
    if (!found) return undefined;
    found.left -= 1;
    found.hits += 1;
    return found;
  }
}

/**
 * Emulate knows a repository by the name that it was seeded with. A name that it had leads to its id, unless another
 * repository has the name by now (GitHub docs, "Renaming a repository").
 */
function placed(path: string, world: Stage['world']): { readonly path: string; readonly moved: string | null } {
  const byId = /^\/repositories\/(\d+)/.exec(path)?.[1];
  if (byId !== undefined) {
    const found = [...world.repositories.values()].find(({ id }) => id === +byId);
    const name = found?.fullName ?? 'nobody/nothing';
    return { path: path.replace(`/repositories/${byId}`, `/repos/${name}`), moved: null };
  }
  const name = /^\/repos\/([^/]+\/[^/?]+)/.exec(path)?.[1];
  if (name === undefined) return { path, moved: null };
  const found = repositoryNamed(world, name);
  if (found !== undefined) return { path: path.replace(`/repos/${name}`, `/repos/${found.fullName}`), moved: null };
  const moved = [...world.repositories.values()].find((each) => each.former.has(name));
  return { path, moved: moved === undefined ? null : path.replace(`/repos/${name}`, `/repositories/${moved.id}`) };
}

/** GitHub REST, "Follow redirects": 301 to a read, 307 to what must not become one. */
function redirected(method: string, to: string): Answer {
  const json = { message: 'Moved Permanently', url: to, documentation_url: 'https://docs.github.com/rest' };
  return { status: method === 'GET' ? 301 : 307, json, headers: { location: to } };
}

/** Emulate closes connections that lie idle for five seconds; a request that meets the closing was never read. */
async function fetchAgain(url: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(url, options);
  } catch (error) {
    const cause = error instanceof TypeError ? error.cause : null;
    const closed =
      cause instanceof Error && 'code' in cause && ['ECONNRESET', 'UND_ERR_SOCKET'].includes(String(cause.code));
    if (!closed) throw error;
    return fetch(url, options);
  }
}

function write(response: ServerResponse, answer: Answer): void {
  const body = answer.text ?? (answer.json === undefined ? '' : JSON.stringify(answer.json));
  response.writeHead(answer.status, {
    'content-type': 'application/json; charset=utf-8',
    'x-github-request-id': 'emulated',
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': '4999',
    'x-ratelimit-resource': 'core',
    ...answer.headers,
  });
  response.end(body);
}

async function bodyOf(request: IncomingMessage): Promise<Json | null> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? null : (JSON.parse(text) as Json);
}

function headersOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(request.headers).map(([key, value]) => [key, String(value)]));
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
