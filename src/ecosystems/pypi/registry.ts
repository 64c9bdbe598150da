import { eq, maxSatisfying, valid, validRange } from '@renovatebot/pep440';
import type { HttpClient, PackageDocument, Registry, RegistryAnswer, RegistryQuestion } from '../../core/lookup.ts';
import { isJsonObject, lying, type Read, readJson } from '../registry-answer.ts';
import { normalizePypiName } from './names.ts';
import { attestationsOf } from './registry-attestations.ts';
import { INDEX_TYPE, type Index, indexDocument, indexSchema } from './registry-index.ts';
import { detailsOf, documentOf, type Project, projectSchema } from './registry-project.ts';

const CONCEPTS: Registry['concepts'] = new Set([
  'versions',
  'firstPublishedAt',
  'maintainers',
  'holders',
  'repository',
  'publishedAt',
  'integrity',
  'yanked',
]);

/** Only rules about young projects ask who holds them; that takes a second document. Milliseconds, a year and some days. */
const YOUNG_MS = 400 * 86_400_000;

export interface PypiSettings {
  readonly base: string;
  readonly http: HttpClient;
  readonly now: () => number;
}

/**
 * PyPI and what speaks its APIs. The index in JSON (PEP 691, 700, 740, 792) answers for most projects in one request;
 * the project's own JSON is asked for those that are young, where somebody wants everything, and where an index has no JSON.
 */
export function createPypiRegistry(settings: PypiSettings): Registry {
  /** Bases whose index is HTML only. */
  const plain = new Set<string>();

  async function look(question: RegistryQuestion): Promise<RegistryAnswer> {
    const base = baseOf(question.registry ?? settings.base);
    const index = plain.has(base) ? 'not spoken' : await askIndex(base, question);
    if (index === 'not spoken') return lookAtProject(base, question);
    if (index.state !== 'read') return index;
    const { document, etag } = { document: indexDocument(index.value), etag: index.etag };
    const answer = { state: 'found', document, ...(etag === undefined ? {} : { etag }) } as const;
    const first = document.firstPublishedAt;
    const isYoung = first === undefined || settings.now() - Date.parse(first) < YOUNG_MS;
    if (question.thorough !== true && (!isYoung || document.versions.length === 0)) return answer;
    const project = await askProject(base, question, undefined);
    // An index without the other API says nothing of its people.
    if (project.state === 'absent') return answer;
    if (project.state !== 'read') return project;
    const dated = first === undefined ? datesOf(documentOf(project.value)) : {};
    return { ...answer, document: { ...document, ...dated, ...detailsOf(project.value) } };
  }

  async function askIndex(base: string, question: RegistryQuestion): Promise<Read<Index> | 'not spoken'> {
    const { name, etag, signal } = question;
    const answer = await settings.http({
      url: `${base}/simple/${encodeURIComponent(name)}/`,
      headers: { accept: INDEX_TYPE, ...(etag === undefined ? {} : { 'if-none-match': etag }) },
      signal,
    });
    if (answer.state === 'answered' && answer.status === 200 && /html/i.test(answer.contentType)) {
      plain.add(base);
      return 'not spoken';
    }
    // A missing project is the other API's to tell: an index has a page for it, and no words.
    if (answer.state === 'answered' && (answer.status === 404 || answer.status === 410)) return 'not spoken';
    const read = readJson(answer, indexSchema, isJsonObject);
    if (read.state !== 'read') return read;
    const answered = normalizePypiName(read.value.name);
    return answered === name ? read : lying(`answered for another package (${answered.slice(0, 80)})`);
  }

  async function lookAtProject(base: string, question: RegistryQuestion): Promise<RegistryAnswer> {
    const read = await askProject(base, question, plain.has(base) ? question.etag : undefined);
    if (read.state !== 'read') return read;
    return {
      state: 'found',
      document: documentOf(read.value),
      ...(read.etag === undefined ? {} : { etag: read.etag }),
    };
  }

  async function askProject(
    base: string,
    question: RegistryQuestion,
    etag: string | undefined,
  ): Promise<Read<Project>> {
    const answer = await settings.http({
      url: `${base}/pypi/${encodeURIComponent(question.name)}/json`,
      signal: question.signal,
      ...(etag === undefined ? {} : { headers: { 'if-none-match': etag } }),
    });
    const read = readJson(answer, projectSchema, isJsonObject);
    if (read.state !== 'read') return read;
    const answered = normalizePypiName(read.value.info.name);
    return answered === question.name ? read : lying(`answered for another package (${answered.slice(0, 80)})`);
  }

  return {
    type: 'pypi',
    concepts: CONCEPTS,
    normalizeName: normalizePypiName,
    sameVersion: (a, b) => a === b || (valid(a) !== null && valid(b) !== null && eq(a, b)),
    resolve: resolveSpecifier,
    look,
    attestations: (question) => attestationsOf(settings.http, baseOf(question.registry ?? settings.base), question),
  };
}

/** Where an operator names the index itself, the other API stands beside it. */
function baseOf(address: string): string {
  return address.replace(/\/(?:simple\/?)?$/, '');
}

/** An index without dates leaves them to the other API. */
function datesOf({ firstPublishedAt, records }: PackageDocument): Partial<PackageDocument> {
  return firstPublishedAt === undefined ? {} : { firstPublishedAt, records };
}

/** What pip would take (PEP 440): the highest that fits and is not yanked; prereleases only where there is nothing else. */
function resolveSpecifier(range: string, document: PackageDocument): string | null | undefined {
  const specifier = range.trim();
  const wanted = specifier === '' || specifier === '*' ? '>=0' : specifier;
  const exact = valid(wanted);
  if (exact !== null)
    return (
      document.versions.find((version) => version === wanted || (valid(version) !== null && eq(version, wanted))) ??
      null
    );
  if (!validRange(wanted)) return undefined;
  const readable = document.versions.filter((version) => valid(version) !== null);
  const usable = readable.filter((version) => document.records[version]?.yanked === null);
  return (
    maxSatisfying(usable, wanted) ??
    maxSatisfying(usable, wanted, { prereleases: true }) ??
    maxSatisfying(readable, wanted) ??
    null
  );
}
