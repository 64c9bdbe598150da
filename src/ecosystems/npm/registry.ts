import fetch from 'npm-registry-fetch';
import semver from 'semver';
import { messageOf } from '../../core/errors.ts';
import type { PackageDocument, Registry, RegistryAnswer, RegistryQuestion } from '../../core/lookup.ts';
import { documentOf } from './registry-document.ts';
import { notFoundSchema, packumentSchema } from './registry-schema.ts';

export interface NpmRegistrySettings {
  /** Options of npm-registry-fetch: default `registry`, tokens, `ca`, proxy. Empty means its own defaults. */
  readonly fetchOptions: Readonly<Record<string, string | number | boolean>>;
  /** Milliseconds for one request, body included. */
  readonly timeoutMs: number;
  /** Bytes of one document, decompressed. */
  readonly maxBytes: number;
  /** Names of which the public registry is sure to have at least one: the proof that a bare 404 comes from a registry. */
  readonly proofNames: readonly string[];
}

const CONCEPTS: Registry['concepts'] = new Set([
  'versions',
  'distTags',
  'firstPublishedAt',
  'maintainers',
  'repository',
  'placeholder',
  'unpublished',
  'publishedAt',
  'integrity',
  'publisher',
  'installScripts',
  'deprecation',
  'provenance',
  'unpackedSize',
]);

const MOST_SOCKETS = 64;

/** The npm registry and everything that speaks its protocol, through npm-registry-fetch. */
export function createNpmRegistry(settings: NpmRegistrySettings): Registry {
  const proofs = new Map<string, Promise<boolean>>();

  async function look(question: RegistryQuestion): Promise<RegistryAnswer> {
    const answer = await request(settings, question, question.name);
    if (answer.state !== 'bareNotFound') return answer;
    // A 404 without the registry's own words may come from any proxy in between. It counts once the same source has
    // shown, by a name that does exist, that it is a registry that answers.
    const key = question.registry ?? '';
    const proof = proofs.get(key) ?? prove(settings, question);
    proofs.set(key, proof);
    if (await proof) return { state: 'absent' };
    proofs.delete(key);
    return unknown('answered 404 without saying that the package does not exist', true);
  }

  return {
    type: 'npm',
    concepts: CONCEPTS,
    look,
    resolve: resolveRange,
    sameVersion: (a, b) =>
      a === b || (semver.valid(a, true) !== null && semver.valid(a, true) === semver.valid(b, true)),
    normalizeName: (name) => name,
  };
}

type Raw = RegistryAnswer | { readonly state: 'bareNotFound' };

async function request(settings: NpmRegistrySettings, question: RegistryQuestion, name: string): Promise<Raw> {
  const path = encodeURIComponent(name).replace(/^%40/, '@').replace('%2F', '%2f');
  const own = question.registry === null ? undefined : `${question.registry.replace(/\/+$/, '')}/${path}`;
  const timer = AbortSignal.timeout(settings.timeoutMs);
  const signal = AbortSignal.any([question.signal, timer]);
  try {
    const response = await fetch(own ?? `/${path}`, {
      // How many requests run at once is decided before they come here.
      maxSockets: MOST_SOCKETS,
      ...settings.fetchOptions,
      ...(own === undefined ? { spec: name } : {}),
      ...(question.etag === undefined ? {} : { headers: { 'if-none-match': question.etag } }),
      // Retries, back-off and the circuit breaker are the caller's, who sees all sources at once.
      retry: { retries: 0 },
      timeout: settings.timeoutMs,
      signal,
    });
    if (response.status === 304) return { state: 'notModified' };
    const text = await readAll(response.body, settings.maxBytes, signal);
    if (text === null) return unknown(`answered with more than ${settings.maxBytes} bytes`, false);
    return read(text, name, response.headers.get('etag'));
  } catch (error) {
    if (timer.aborted) return unknown(`no answer in ${settings.timeoutMs / 1000} s`, true);
    return refusal(error);
  }
}

async function readAll(body: NodeJS.ReadableStream, maxBytes: number, signal: AbortSignal): Promise<string | null> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body) {
    signal.throwIfAborted();
    const bytes = Buffer.from(piece);
    size += bytes.length;
    if (size > maxBytes) return null;
    pieces.push(bytes);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function read(text: string, name: string, etag: string | null): RegistryAnswer {
  const json = parseJson(text);
  if (json === undefined) return unknown('answered with something that is not JSON', true);
  const packument = packumentSchema.safeParse(json);
  if (!packument.success) return unknown('answered with something that is not package metadata', true);
  if (packument.data.name !== name)
    return unknown(`answered for another package (${packument.data.name.slice(0, 80)})`, true);
  const document = documentOf(packument.data);
  if (document.versions.length === 0 && document.unpublished !== true && packument.data.versions === undefined)
    return unknown('answered without any version', true);
  return { state: 'found', document, ...(etag === null ? {} : { etag }) };
}

/** What an error of npm-registry-fetch means (its errors.js: `statusCode`, `headers`, `body`, else a code of the socket). */
function refusal(error: unknown): Raw {
  const { statusCode, headers, body, code } = errorParts(error);
  if (statusCode === undefined) return unknown(`no connection (${code ?? messageOf(error)})`, true);
  if (statusCode === 404) {
    if (notFoundSchema.safeParse(body).success) return { state: 'absent' };
    if (Buffer.isBuffer(body) && body.length > 0)
      return unknown('answered 404 with a page that is no registry answer', true);
    return { state: 'bareNotFound' };
  }
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller says "not JSON"; the parser's own words add nothing.
    return undefined;
  }
}

async function prove(settings: NpmRegistrySettings, question: RegistryQuestion): Promise<boolean> {
  for (const name of settings.proofNames) {
    const { etag: _, ...rest } = question;
    const answer = await request(settings, { ...rest, name }, name);
    if (answer.state === 'found') return true;
    if (answer.state === 'unavailable') return false;
  }
  return false;
}

function unknown(reason: string, transient: boolean) {
  return { state: 'unavailable', reason, transient } as const;
}

/**
 * The version that `npm install` would choose: a tag's, `latest` where it fits, else the highest that is not deprecated,
 * else the highest (npm-pick-manifest's order). Prereleases count only where the range names one.
 */
function resolveRange(range: string, document: PackageDocument): string | null | undefined {
  const wanted = range.trim();
  const tags = document.distTags ?? {};
  const tagged = Object.hasOwn(tags, wanted) ? tags[wanted] : undefined;
  if (tagged !== undefined) return tagged;
  const valid = semver.validRange(wanted, true);
  if (valid === null) {
    // A proxy that strips dates strips all tags but `latest` too: there, a missing tag proves nothing.
    const tellsTags = document.firstPublishedAt !== undefined;
    return tellsTags && /^[a-z][\w.-]*$/i.test(wanted) ? null : undefined;
  }
  const latest = tags['latest'];
  if (latest !== undefined && document.versions.includes(latest)) {
    if (semver.satisfies(latest, wanted, true) || wanted === '' || wanted === '*') return latest;
  }
  const usable = document.versions.filter((version) => !document.records[version]?.deprecation);
  return semver.maxSatisfying(usable, wanted, true) ?? semver.maxSatisfying([...document.versions], wanted, true);
}
