import type { z } from 'zod';
import type { HttpAnswer, RegistryAnswer } from '../core/lookup.ts';

/** One document read, or why not. */
export type Read<T> =
  | { readonly state: 'read'; readonly value: T; readonly etag?: string }
  | Exclude<RegistryAnswer, { state: 'found' }>;

/**
 * A JSON document of a registry. A 404 counts as "does not exist" only where it speaks the registry's own words
 * (`saysNotFound`): an error page of something in between is no answer.
 */
export function readJson<S extends z.ZodType>(
  answer: HttpAnswer,
  schema: S,
  saysNotFound: (body: string, contentType: string) => boolean,
): Read<z.output<S>> {
  if (answer.state === 'unavailable') return answer;
  if (answer.status === 304) return { state: 'notModified' };
  if (answer.status === 404 || answer.status === 410) return notFound(answer, saysNotFound);
  const json = parse(answer.body);
  if (json === undefined) return lying('answered with something that is not JSON');
  const parsed = schema.safeParse(json);
  if (!parsed.success) return lying('answered with something that is not package metadata');
  return { state: 'read', value: parsed.data, ...(answer.etag === undefined ? {} : { etag: answer.etag }) };
}

/** The same for text: version lists, XML. `read` gives null where the text is not what it should be. */
export function readText<T>(
  answer: HttpAnswer,
  read: (body: string) => T | null,
  saysNotFound: (body: string, contentType: string) => boolean,
): Read<T> {
  if (answer.state === 'unavailable') return answer;
  if (answer.status === 304) return { state: 'notModified' };
  if (answer.status === 404 || answer.status === 410) return notFound(answer, saysNotFound);
  const value = read(answer.body);
  if (value === null) return lying('answered with something that is not package metadata');
  return { state: 'read', value, ...(answer.etag === undefined ? {} : { etag: answer.etag }) };
}

function notFound(
  answer: Extract<HttpAnswer, { state: 'answered' }>,
  saysNotFound: (body: string, contentType: string) => boolean,
): Exclude<RegistryAnswer, { state: 'found' }> {
  if (saysNotFound(answer.body, answer.contentType)) return { state: 'absent' };
  return lying(`answered ${answer.status} with a page that is no registry answer`);
}

/** A 404 in JSON, whatever its words. */
export function isJsonObject(body: string): boolean {
  const json = parse(body);
  return typeof json === 'object' && json !== null;
}

/** A 404 in one short line of plain text that says so. */
export function isShortNotFound(body: string): boolean {
  return (
    body.length < 600 &&
    !body.trimStart().startsWith('<') &&
    /not (?:be )?found|no such|does not exist|no matching/i.test(body)
  );
}

/** An answer that cannot be true: another package's, or not a package's at all. */
export function lying(reason: string) {
  return { state: 'unavailable', reason, transient: true } as const;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller says "not JSON"; the parser's own words add nothing.
    return undefined;
  }
}

/** An instant in ISO 8601, UTC; undefined where the text is none. */
export function instantOf(text: string | null | undefined): string | undefined {
  if (text === null || text === undefined) return undefined;
  // A date and time without zone is UTC by all these registries' documentation.
  const zoned = /T\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/.test(text) ? `${text}Z` : text;
  const at = Date.parse(zoned);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** Versions, oldest first by date; those without a date keep their place in front. */
export function byDate<T extends { readonly version: string; readonly publishedAt: string | undefined }>(
  versions: readonly T[],
): readonly T[] {
  return [...versions].sort((a, b) =>
    (a.publishedAt ?? '') < (b.publishedAt ?? '') ? -1 : (a.publishedAt ?? '') > (b.publishedAt ?? '') ? 1 : 0,
  );
}

/** The first of some instants; undefined where one of them is not known, for the first might be that one. */
export function earliest(instants: readonly (string | undefined)[]): string | undefined {
  const known = instants.filter((each) => each !== undefined);
  return known.length === instants.length ? [...known].sort()[0] : undefined;
}
