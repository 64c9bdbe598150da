import semver from 'semver';
import { ZodError } from 'zod';
import type {
  AccountPackage,
  AccountQuestion,
  AttestationQuestion,
  Given,
  PackageDocument,
  Registry,
  RegistryAnswer,
  RegistryKey,
  RegistryQuestion,
  StatedAttestation,
} from '../../core/lookup.ts';
import { purlOf } from '../../core/purl.ts';
import { packumentReader, type ReadPackument } from './packument-reader.ts';
import { documentOf } from './registry-document.ts';
import { attestationsSchema, notFoundSchema, npmKeysOf, searchSchema } from './registry-schema.ts';
import { type NpmTransport, npmGet, textReader } from './transport.ts';

export interface NpmRegistrySettings extends NpmTransport {
  /** Names of which the public registry is sure to have at least one: the proof that a bare 404 comes from a registry. */
  readonly proofNames: readonly string[];
}

const CONCEPTS: Registry['concepts'] = new Set([
  'versions',
  'distTags',
  'firstPublishedAt',
  'maintainers',
  'holders',
  'repository',
  'placeholder',
  'unpublished',
  'publishedAt',
  'integrity',
  'publisher',
  'installScripts',
  'deprecation',
  'provenance',
  'signatures',
  'unpackedSize',
]);

/** The npm registry and everything that speaks its protocol, through npm-registry-fetch. */
export function createNpmRegistry(settings: NpmRegistrySettings): Registry {
  const proofs = new Map<string, Promise<boolean>>();

  async function look(question: RegistryQuestion): Promise<RegistryAnswer> {
    if (!isUrlFriendly(question.name)) return { state: 'absent' };
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
    keys: (registry, signal) => keysOf(settings, registry, signal),
    attestations: (question) => attestationsOf(settings, question),
    publishedBy: (question) => publishedBy(settings, question),
    resolve: resolveRange,
    sameVersion: (a, b) =>
      a === b || (semver.valid(a, true) !== null && semver.valid(a, true) === semver.valid(b, true)),
    normalizeName: (name) => name,
  };
}

/** Bytes of a list of keys, or of one version's attestations: real ones have some tens of thousands. */
const LARGEST_PROOF = 4 * 1024 * 1024;

type Raw = RegistryAnswer | { readonly state: 'bareNotFound' };

async function request(settings: NpmRegistrySettings, question: RegistryQuestion, name: string): Promise<Raw> {
  const answer = await npmGet(settings, {
    path: pathOf(name),
    spec: name,
    registry: question.registry,
    etag: question.etag,
    signal: question.signal,
    reader: packumentReader(),
  });
  if (answer.state === 'answered') return read(answer.body, name, answer.etag);
  if (answer.state !== 'notFound') return answer;
  if (notFoundSchema.safeParse(answer.body).success) return { state: 'absent' };
  if (Buffer.isBuffer(answer.body) && answer.body.length > 0)
    return unknown('answered 404 with a page that is no registry answer', true);
  return { state: 'bareNotFound' };
}

/**
 * Names "can only contain URL-friendly characters" (npm docs, "package.json: name"), which no registry has ever waived: a
 * name with others, a lookalike letter say, is none that can exist.
 */
function isUrlFriendly(name: string): boolean {
  const [, scope = '', bare = ''] = /^(?:@([^/]+)\/)?([^/]+)$/.exec(name) ?? [];
  return bare !== '' && encodeURIComponent(bare) === bare && encodeURIComponent(scope) === scope;
}

/** `@scope%2fname`: the form in which registries take a scoped name. */
function pathOf(name: string): string {
  return encodeURIComponent(name).replace(/^%40/, '@').replace('%2F', '%2f');
}

function read(body: ReadPackument, name: string, etag: string | null): RegistryAnswer {
  if (body.state === 'wrong') return unknown(body.reason, true);
  const { packument } = body;
  if (packument.name !== name) return unknown(`answered for another package (${packument.name.slice(0, 80)})`, true);
  const document = documentOf(packument);
  if (document.versions.length === 0 && document.unpublished !== true && packument.versions === undefined)
    return unknown('answered without any version', true);
  return { state: 'found', document, ...(etag === null ? {} : { etag }) };
}

async function keysOf(
  settings: NpmRegistrySettings,
  registry: string | null,
  signal: AbortSignal,
): Promise<Given<readonly RegistryKey[]>> {
  const answer = await npmGet(settings, {
    path: '-/npm/v1/keys',
    spec: 'any-name',
    registry,
    signal,
    reader: textReader(LARGEST_PROOF),
  });
  if (answer.state === 'notFound') return { state: 'absent' };
  if (answer.state !== 'answered') return given(answer);
  try {
    return { state: 'given', value: npmKeysOf(parseJson(answer.body)) };
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    return unknown('answered with something that is no list of keys', true);
  }
}

async function attestationsOf(
  settings: NpmRegistrySettings,
  { name, version, record, registry, signal }: AttestationQuestion,
): Promise<Given<readonly StatedAttestation[]>> {
  const sha512 = /(?:^|\s)sha512-([A-Za-z0-9+/]+={0,2})/.exec(record.signed ?? '')?.[1];
  if (sha512 === undefined) return unknown('states no SHA-512 of the version, which attestations speak of', false);
  const path = `-/npm/v1/attestations/${pathOf(name)}@${encodeURIComponent(version)}`;
  const answer = await npmGet(settings, { path, spec: name, registry, signal, reader: textReader(LARGEST_PROOF) });
  if (answer.state === 'notFound') return { state: 'absent' };
  if (answer.state !== 'answered') return given(answer);
  const parsed = attestationsSchema.safeParse(parseJson(answer.body));
  if (!parsed.success) return unknown('answered with something that is no list of attestations', true);
  const subject = {
    name: purlOf('npm', name, version),
    algorithm: 'sha512',
    hex: Buffer.from(sha512, 'base64').toString('hex'),
  } as const;
  return {
    state: 'given',
    // The registry's own publish attestation says no more than its signature does (npm's publish predicate, v0.1).
    value: parsed.data.attestations
      .filter(({ predicateType }) => predicateType.startsWith('https://slsa.dev/provenance/'))
      .map(({ bundle }) => ({ bundle, subject })),
  };
}

/** Bytes of 250 results: real ones have about 2,000 each. */
const LARGEST_SEARCH = 4 * 1024 * 1024;
/** As many as the registry gives at once. */
const MOST_FOUND = 250;

/**
 * By the registry's search (npm registry API, `GET /-/v1/search`, qualifier `maintainer:`). It tells who published the
 * latest version of each package, and when: one that the account did not publish itself proves nothing of the account.
 */
async function publishedBy(
  settings: NpmRegistrySettings,
  { account, registry, signal }: AccountQuestion,
): Promise<Given<readonly AccountPackage[]>> {
  // A name that is none would be another question.
  if (!/^[\w.~-]+$/.test(account)) return { state: 'absent' };
  const answer = await npmGet(settings, {
    path: `-/v1/search?text=${encodeURIComponent(`maintainer:${account}`)}&size=${MOST_FOUND}`,
    spec: 'any-name',
    registry,
    signal,
    reader: textReader(LARGEST_SEARCH),
  });
  if (answer.state === 'notFound') return { state: 'absent' };
  if (answer.state !== 'answered') return given(answer);
  const parsed = searchSchema.safeParse(parseJson(answer.body));
  if (!parsed.success) return unknown('answered with something that is no search result', true);
  return {
    state: 'given',
    value: parsed.data.objects.flatMap(({ package: { name, date, publisher } }) => {
      const at = Date.parse(date ?? '');
      const own = publisher?.username.toLowerCase() === account.toLowerCase();
      return own && !Number.isNaN(at) ? [{ name, since: new Date(at).toISOString() }] : [];
    }),
  };
}

function given(answer: { readonly state: 'notModified' } | ReturnType<typeof unknown>): Given<never> {
  return answer.state === 'notModified' ? unknown('answered 304 to a first request', true) : answer;
}

function parseJson(text: string | null): unknown {
  if (text === null) return undefined;
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
 * The version that `npm install` would choose: a tag's, `latest` where it fits and is not deprecated, else the highest that is not,
 * else the highest (npm-pick-manifest's order). Prereleases count only where the range names one.
 */
function resolveRange(range: string, document: PackageDocument): string | null | undefined {
  const wanted = range.trim();
  const tags = document.distTags ?? {};
  // What reads as a range is one, whatever tag a publisher sets beside it.
  if (semver.validRange(wanted, true) === null) {
    const tagged = Object.hasOwn(tags, wanted) ? tags[wanted] : undefined;
    // A tag may outlive the version it names; npm installs nothing then.
    if (tagged !== undefined) return document.versions.includes(tagged) ? tagged : null;
    // A proxy that strips dates strips all tags but `latest` too: there, a missing tag proves nothing.
    const tellsTags = document.firstPublishedAt !== undefined;
    return tellsTags && /^[a-z][\w.-]*$/i.test(wanted) ? null : undefined;
  }
  const usable = document.versions.filter((version) => !document.records[version]?.deprecation);
  const latest = tags['latest'];
  // Deprecating the tagged version sends every range to another one.
  if (latest !== undefined && usable.includes(latest)) {
    if (semver.satisfies(latest, wanted, true) || wanted === '' || wanted === '*') return latest;
  }
  return semver.maxSatisfying(usable, wanted, true) ?? semver.maxSatisfying([...document.versions], wanted, true);
}
