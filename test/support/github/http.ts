import type { Shapes } from './shapes.ts';
import type { Delivery, Json } from './types.ts';
import { type RepositoryWorld, roleOf, type World } from './world.ts';

/** An answer of the API. */
export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request, with emulate behind it. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Json | null;
  readonly accept: string;
  /** `app`, `installation`, a login, or `anonymous`. */
  readonly caller: string;
  /** Where the caller is an installation. */
  readonly installationId: number | null;
  readonly url: string;
  /** What emulate answers to this very request: it knows tokens, permissions and what exists. */
  forward(): Promise<Answer>;
  /** What emulate answers to a request of our own, with its administrator's token. */
  upstream(method: string, path: string, body?: Json): Promise<Answer>;
}

export interface Stage {
  readonly world: World;
  readonly shapes: Shapes;
  emit(event: string, fullName: string, sender: string, fields: Json): void;
  now(): string;
  /** As registered: where deliveries go, and the secret that signs them. */
  hook(): { readonly url: string | null; readonly secret: string };
  /** Deliveries so far, oldest first. */
  readonly deliveries: readonly Delivery[];
}

export type Handler = (call: Call, parts: readonly string[], stage: Stage) => Promise<Answer> | Answer;
export interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly handle: Handler;
}

export const repo = '^/repos/([^/]+/[^/]+)';
export function route(method: string, path: string, handle: Handler): Route {
  return { method, path: new RegExp(`${path}$`), handle };
}

export function repositoryOf(stage: Stage, name: string): RepositoryWorld {
  const found = stage.world.repositories.get(name);
  if (!found) throw new Error(`no repository ${name}`);
  return found;
}

export function refused(status: number, message: string): Answer {
  return { status, json: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) } };
}
/** Refuses an App without the permission, and everyone without an account on a private repository. */
export function readable(call: Call, stage: Stage, permission: string): Answer | undefined {
  const name = /^\/repos\/([^/]+\/[^/]+)/.exec(call.path)?.[1] ?? '';
  const granted = stage.world.app.permissions[permission];
  if (call.caller === 'installation') {
    return granted === undefined ? refused(403, 'Resource not accessible by integration') : undefined;
  }
  const hidden = repositoryOf(stage, name).private && roleOf(repositoryOf(stage, name), call.caller).rank === 'none';
  return hidden ? refused(404, 'Not Found') : undefined;
}

export async function shaOf(call: Call, name: string, ref: string, stage: Stage): Promise<string | undefined> {
  if (/^[0-9a-f]{40}$/.test(ref)) return stage.world.commits.has(ref) ? ref : undefined;
  const branch = ref === 'HEAD' ? repositoryOf(stage, name).defaultBranch : ref.replace(/^(refs\/)?heads\//, '');
  const answer = await call.upstream('GET', `/repos/${name}/git/ref/heads/${branch}`);
  const object = (answer.json as Json | undefined)?.['object'] as Json | undefined;
  return typeof object?.['sha'] === 'string' ? object['sha'] : undefined;
}

export function paged<T>(
  call: Call,
  items: readonly T[],
  wrap: (items: readonly T[], total: number) => unknown,
): Answer {
  const size = Math.min(100, Math.max(1, Number(call.query.get('per_page') ?? 30)));
  const page = Math.max(1, Number(call.query.get('page') ?? 1));
  const last = Math.max(1, Math.ceil(items.length / size));
  const at = (wanted: number, rel: string): string => {
    const query = new URLSearchParams(call.query);
    query.set('page', String(wanted));
    return `<${call.url}${call.path}?${query}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [at(page - 1, 'prev'), at(1, 'first')] : []),
    ...(page < last ? [at(page + 1, 'next'), at(last, 'last')] : []),
  ];
  const json = wrap(items.slice((page - 1) * size, page * size), items.length);
  return { status: 200, json, ...(links.length > 0 ? { headers: { link: links.join(', ') } } : {}) };
}
