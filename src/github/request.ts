import type { z } from 'zod';
import { CountersignError } from '../core/errors.ts';
import type { RepositoryRef } from '../core/host.ts';
import { failureOf, headersOf, statusOf } from './failure.ts';

/** What we need of an Octokit: Probot's, with its authentication, is one. */
export interface OctokitLike {
  request(
    route: string,
    parameters?: Record<string, unknown>,
  ): Promise<{ readonly status: number; readonly data: unknown; readonly headers: unknown }>;
  /** Gets a new installation token where GitHub no longer takes the cached one. */
  auth?(options: { readonly type: 'installation'; readonly refresh: true }): Promise<unknown>;
}

/** How requests are made; every figure is the operator's, `defaultRequestLimits` is what we suggest. */
export interface RequestLimits {
  /** Requests of one installation at the same time. GitHub's own limit is 100, shared by all that the App does. */
  readonly concurrency: number;
  /** For one answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Waits before the second, third … try of a read, in milliseconds. */
  readonly retryAfterMs: readonly number[];
  /** A wait that GitHub asks for is kept within the call up to this long; a longer one is handed to the queue. */
  readonly patienceMs: number;
}

export const defaultRequestLimits: RequestLimits = {
  concurrency: 50,
  timeoutMs: 20_000,
  retryAfterMs: [250, 1_000],
  patienceMs: 5_000,
};

/** One request, for metrics and traces. No parameters: they could hold what must not be logged. */
export interface ObservedRequest {
  readonly installationId: number;
  /** The route with its placeholders. */
  readonly route: string;
  /** HTTP status; null where no answer came. */
  readonly status: number | null;
  readonly ms: number;
  /** Requests left in this hour (`x-ratelimit-remaining`); null where GitHub did not say. */
  readonly remaining: number | null;
}

export interface RequesterOptions {
  readonly octokit: (installationId: number) => Promise<OctokitLike>;
  readonly limits: RequestLimits;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  readonly observe?: (request: ObservedRequest) => void;
}

export type Parameters = Record<string, unknown>;

/** Sends requests for one installation each; a failure is a CountersignError, `host-unavailable` or `host-refused`. */
export interface Requester {
  /** A read: tried again where GitHub did not answer. `ref` fills owner and repo. */
  read<T extends z.ZodType>(ref: RepositoryRef, route: string, parameters: Parameters, schema: T): Promise<z.output<T>>;
  /** All pages of a list; pages after the first at once. `complete` is false where `maxPages` cut it. */
  readPages<T extends z.ZodType>(
    ref: RepositoryRef,
    route: string,
    parameters: Parameters,
    item: T,
    maxPages: number,
  ): Promise<{ readonly items: z.output<T>[]; readonly complete: boolean }>;
  /** A write: sent once. After `host-unavailable` it may or may not have taken effect. */
  write<T extends z.ZodType>(
    ref: RepositoryRef,
    route: string,
    parameters: Parameters,
    schema: T,
  ): Promise<z.output<T>>;
}

export function createRequester({ octokit, limits, now, wait, observe }: RequesterOptions): Requester {
  const gates = new Map<number, Gate>();

  function gateOf(installationId: number): Gate {
    const gate = gates.get(installationId) ?? createGate(limits.concurrency);
    gates.set(installationId, gate);
    return gate;
  }

  async function once(ref: RepositoryRef, route: string, parameters: Parameters): Promise<Answer> {
    const gate = gateOf(ref.installationId);
    const pause = gate.pausedUntil - now();
    if (pause > limits.patienceMs) {
      throw new CountersignError('host-unavailable', `GitHub asked us to wait; ${route} was not sent`, {
        retryAfterMs: pause,
      });
    }
    if (pause > 0) await wait(pause);
    return await gate.through(async () => {
      const client = await octokit(ref.installationId);
      const filled = route.includes('{owner}') ? { owner: ref.owner, repo: ref.name, ...parameters } : parameters;
      const send = (): ReturnType<OctokitLike['request']> =>
        client.request(route, { ...filled, request: { signal: AbortSignal.timeout(limits.timeoutMs) } });
      try {
        return await send();
      } catch (error) {
        if (!isExpired(error) || client.auth === undefined) throw error;
        await client.auth({ type: 'installation', refresh: true });
        return await send();
      }
    });
  }

  /** Maps what went wrong, and remembers a wait that GitHub asked for. */
  async function attempt(ref: RepositoryRef, route: string, parameters: Parameters): Promise<Answer> {
    const started = now();
    const seen = (status: number | null, headers: unknown): void =>
      observe?.({
        installationId: ref.installationId,
        route,
        status,
        ms: now() - started,
        remaining: remainingOf(headers),
      });
    try {
      const answer = await once(ref, route, parameters);
      seen(answer.status, answer.headers);
      return answer;
    } catch (error) {
      const failure = failureOf(error, `${route.split(' ')[0]} ${pathOf(route, ref)}`, now());
      seen(statusOf(failure) ?? null, headersOf(error));
      if (failure.retryAfterMs !== undefined && failure.code === 'host-unavailable') {
        const gate = gateOf(ref.installationId);
        gate.pausedUntil = Math.max(gate.pausedUntil, now() + failure.retryAfterMs);
      }
      throw failure;
    }
  }

  async function attempts(ref: RepositoryRef, route: string, parameters: Parameters): Promise<Answer> {
    for (const pause of limits.retryAfterMs) {
      try {
        return await attempt(ref, route, parameters);
      } catch (error) {
        const failure = failureOf(error, route, now());
        const asked = failure.retryAfterMs ?? pause;
        if (failure.code !== 'host-unavailable' || asked > limits.patienceMs) throw failure;
        await wait(asked);
      }
    }
    return await attempt(ref, route, parameters);
  }

  async function read<T extends z.ZodType>(ref: RepositoryRef, route: string, parameters: Parameters, schema: T) {
    return parsed(schema, route, ref, (await attempts(ref, route, parameters)).data);
  }

  return {
    read,
    async readPages(ref, route, parameters, item, maxPages) {
      const pages = { ...parameters, per_page: 100 };
      const first = await attempts(ref, route, { ...pages, page: 1 });
      const list = item.array();
      const last = lastPageOf(first.headers);
      const rest = await Promise.all(
        Array.from({ length: Math.min(last, maxPages) - 1 }, (_, index) =>
          read(ref, route, { ...pages, page: index + 2 }, list),
        ),
      );
      return { items: [...parsed(list, route, ref, first.data), ...rest.flat()], complete: last <= maxPages };
    },
    async write(ref, route, parameters, schema) {
      return parsed(schema, route, ref, (await attempt(ref, route, parameters)).data);
    },
  };
}

type Answer = Awaited<ReturnType<OctokitLike['request']>>;

/** An answer of another shape is a fault of the other side (a proxy's page, a cut body), not an answer. */
function parsed<T extends z.ZodType>(schema: T, route: string, ref: RepositoryRef, data: unknown): z.output<T> {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const where = result.error.issues[0];
  throw new CountersignError(
    'host-unavailable',
    `GitHub's answer to ${pathOf(route, ref)} has an unexpected shape at ${where?.path.join('.') || 'the root'}: ${where?.message ?? ''}`,
    { cause: result.error },
  );
}

/** Names a repository in caches, by what is asked for: the same id may be handed in with another name. */
export function placeOf(ref: RepositoryRef): string {
  return `${ref.installationId} ${ref.owner}/${ref.name}`.toLowerCase();
}

function pathOf(route: string, ref: RepositoryRef): string {
  const path = route.split(' ')[1] ?? route;
  return path.replace('{owner}', ref.owner).replace('{repo}', ref.name);
}

/** RFC 8288 `Link`, relation `last`; 1 where there is none. */
function lastPageOf(headers: unknown): number {
  if (typeof headers !== 'object' || headers === null || !('link' in headers)) return 1;
  const last = /<[^>]*[?&]page=(\d+)[^>]*>;\s*rel="last"/.exec(String(headers.link));
  return Number(last?.[1] ?? 1);
}

function remainingOf(headers: unknown): number | null {
  if (typeof headers !== 'object' || headers === null || !('x-ratelimit-remaining' in headers)) return null;
  const remaining = Number(headers['x-ratelimit-remaining']);
  return Number.isFinite(remaining) ? remaining : null;
}

function isExpired(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'status' in error && error.status === 401;
}

interface Gate {
  /** Milliseconds since 1970. */
  pausedUntil: number;
  through<T>(work: () => Promise<T>): Promise<T>;
}

function createGate(width: number): Gate {
  let free = width;
  const waiting: (() => void)[] = [];
  return {
    pausedUntil: 0,
    async through(work) {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else free += 1;
      }
    },
  };
}
