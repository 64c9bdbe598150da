import type { DependencyChange } from '../core/dependency.ts';
import type { Advisory, Likeness, PackageEvidence, RegistrySignature, VersionEvidence } from '../core/evidence.ts';
import { absent, type Fact, known, mapFact, notApplicable, unavailable } from '../core/fact.ts';
import type { PackageDocument, Registry, VersionRecord } from '../core/lookup.ts';
import type { DatedAnswer } from './cache.ts';

/** What is known of a name without asking anyone. */
export interface LocalKnowledge {
  readonly inBase: boolean;
  readonly popular: boolean;
  readonly existedBy: Fact<string>;
  readonly looksLike: Fact<readonly Likeness[]>;
  readonly existsElsewhere: PackageEvidence['existsElsewhere'];
  readonly privateRoute: Fact<string>;
}

/** Advisories and downloads come from other sources than the registry. */
export interface OtherSources {
  readonly advisories: Fact<readonly Advisory[]>;
  readonly previousAdvisories: Fact<readonly Advisory[]>;
  readonly weeklyDownloads: Fact<number> | null;
}

type Shared = Pick<PackageEvidence, 'type' | 'name' | 'source'> &
  LocalKnowledge &
  Pick<PackageEvidence, 'advisories' | 'previousAdvisories'>;

/** Evidence in which every fact of the registry is in one state: nothing was, or could be, learned from it. */
function uniform(shared: Shared, state: <T>() => Fact<T>): PackageEvidence {
  return {
    ...shared,
    registryEntry: state(),
    versions: state(),
    resolvedVersion: state(),
    previousVersion: state(),
    predecessor: state(),
    earlierPublishers: state(),
    distTags: state(),
    firstPublishedAt: state(),
    maintainers: state(),
    publisherStanding: state(),
    weeklyDownloads: state(),
    repository: state(),
    securityPlaceholder: state(),
    unpublished: state(),
    projectStatus: state(),
  };
}

/** For what comes from no registry: git, url, path, workspace. */
export function notFromRegistry(change: DependencyChange, local: LocalKnowledge): PackageEvidence {
  return uniform(
    {
      type: change.type,
      name: change.name,
      source: change.source,
      ...local,
      looksLike: notApplicable(),
      advisories: notApplicable(),
      previousAdvisories: notApplicable(),
    },
    notApplicable,
  );
}

/** A change and the document of its package, as facts. */
export function assemble(
  change: DependencyChange,
  source: string,
  dated: DatedAnswer,
  registry: Registry | null,
  local: LocalKnowledge,
  others: OtherSources,
): PackageEvidence {
  const { answer, askedAt } = dated;
  const shared: Shared = {
    type: change.type,
    name: change.name,
    source,
    ...local,
    advisories: others.advisories,
    previousAdvisories: others.previousAdvisories,
  };
  if (answer.state === 'unavailable') {
    return uniform(shared, () => unavailable(source, answer.reason, answer.transient));
  }
  if (answer.state === 'absent' || registry === null) return uniform(shared, () => absent(source, askedAt));

  const { document } = answer;
  const { given, orNone } = readers(registry, source, askedAt);
  const version = (name: string | null | undefined): Fact<VersionEvidence> =>
    name === undefined
      ? document.partial === true
        ? notApplicable()
        : unavailable(source, 'the range cannot be read', false)
      : name === null
        ? absent(source, askedAt)
        : known(versionEvidence(name, document.records[name] ?? {}, registry, source, askedAt), source, askedAt);

  const resolved = chooseVersion(change, document, registry);
  const before = previousVersion(change, document, registry);
  const earlier = typeof resolved === 'string' ? standingBefore(resolved, document) : null;
  const predecessor = typeof resolved === 'string' ? predecessorOf(resolved, earlier ?? []) : null;

  const notice =
    typeof resolved === 'string' ? renamedTo(document.records[resolved]?.deprecation ?? '', document.name) : null;
  return {
    ...shared,
    looksLike: notice === null ? local.looksLike : withNotice(local.looksLike, notice),
    registryEntry: known({ name: document.name }, source, askedAt),
    versions: document.partial === true ? notApplicable() : known(document.versions, source, askedAt),
    resolvedVersion: version(resolved),
    previousVersion: before === 'none' ? notApplicable() : version(before),
    predecessor:
      document.partial === true
        ? notApplicable()
        : typeof resolved === 'string'
          ? version(predecessor)
          : version(resolved),
    earlierPublishers: earlierPublishers(document, earlier, registry, source, askedAt),
    distTags: given('distTags', document.distTags, 'tags'),
    firstPublishedAt: given('firstPublishedAt', document.firstPublishedAt, 'a creation date'),
    maintainers: given('maintainers', document.maintainers, 'maintainers'),
    // Asked for afterwards, of young names.
    publisherStanding: notApplicable(),
    weeklyDownloads: others.weeklyDownloads ?? given('weeklyDownloads', document.weeklyDownloads, 'download figures'),
    repository: orNone('repository', document.repository, 'a repository'),
    securityPlaceholder: given('placeholder', document.placeholder, 'placeholders'),
    unpublished: given('unpublished', document.unpublished, 'unpublished packages'),
    projectStatus: orNone('projectStatus', document.projectStatus, 'a status'),
  };
}

function versionEvidence(
  version: string,
  record: VersionRecord,
  registry: Registry,
  source: string,
  askedAt: string,
): VersionEvidence {
  const { given, orNone } = readers(registry, source, askedAt);
  return {
    version,
    integrity: given('integrity', record.integrity, 'integrity'),
    publishedAt: given('publishedAt', record.publishedAt, 'version dates'),
    publisher: given('publisher', record.publisher, 'publishers'),
    installScripts: given('installScripts', record.installScripts, 'install scripts'),
    deprecation: orNone('deprecation', record.deprecation, 'deprecations'),
    yanked: orNone('yanked', record.yanked, 'withdrawn versions'),
    provenance: orNone('provenance', record.provenance, 'attestations'),
    // Whether a signature holds is found out afterwards, with the registry's keys.
    signature:
      record.signatures === undefined || record.signatures === null
        ? orNone<RegistrySignature>('signatures', record.signatures, 'signatures')
        : unavailable(source, 'not checked', false),
    unpackedSize: given('unpackedSize', record.unpackedSize, 'sizes'),
    // Asked for afterwards, of the version that is taken.
    belongs: notApplicable(),
  };
}

type Concept = Registry['concepts'] extends ReadonlySet<infer T> ? T : never;

/** Readers of one document: a missing field is "never given", or not applicable where the registry has no such concept. */
function readers(registry: Registry, source: string, askedAt: string) {
  function given<T>(concept: Concept, value: T | undefined, what: string): Fact<T> {
    if (value !== undefined) return known(value, source, askedAt);
    return registry.concepts.has(concept) ? neverGiven(source, what) : notApplicable();
  }
  function orNone<T>(concept: Concept, value: T | null | undefined, what: string): Fact<T> {
    return value === null ? absent(source, askedAt) : given(concept, value, what);
  }
  return { given, orNone };
}

/** The locked version, else the highest in the range; without either, what a bare install would take. */
export function chooseVersion(
  change: DependencyChange,
  document: PackageDocument,
  registry: Registry,
): string | null | undefined {
  if (change.version !== undefined) return spelled(change.version, document, registry);
  return registry.resolve(change.range ?? '', document);
}

function previousVersion(
  change: DependencyChange,
  document: PackageDocument,
  registry: Registry,
): string | null | undefined | 'none' {
  const { previous } = change;
  if (previous === undefined || (previous.version === undefined && previous.range === undefined)) return 'none';
  if (previous.version !== undefined) return spelled(previous.version, document, registry);
  return registry.resolve(previous.range ?? '', document);
}

/** The registry's spelling of a version, or null where it has none such. */
export function spelled(version: string, document: PackageDocument, registry: Registry): string | null {
  if (document.versions.includes(version)) return version;
  return document.versions.find((each) => registry.sameVersion(each, version)) ?? null;
}

/** Whoever takes a package over often publishes several versions in a row: the first must not vouch for the next. */
const STANDING_MS = 7 * 86_400_000;

/** The versions published before one, oldest first: those that had stood for a week by then, where there are any. */
function standingBefore(version: string, document: PackageDocument): readonly string[] {
  const before = document.versions.slice(0, Math.max(0, document.versions.indexOf(version)));
  const publishedAt = Date.parse(document.records[version]?.publishedAt ?? '');
  const stood = before.filter(
    (each) => Date.parse(document.records[each]?.publishedAt ?? '') <= publishedAt - STANDING_MS,
  );
  return stood.length > 0 ? stood : before;
}

/** The latest of them in the same line of versions (`1.9.9` before `1.9.10`, whatever came of `2.x` in between), else the latest of all. */
function predecessorOf(version: string, earlier: readonly string[]): string | null {
  const line = (each: string) => /^v?(\d+)/.exec(each)?.[1];
  return earlier.findLast((each) => line(each) === line(version)) ?? earlier.at(-1) ?? null;
}

function earlierPublishers(
  document: PackageDocument,
  standing: readonly string[] | null,
  registry: Registry,
  source: string,
  askedAt: string,
): PackageEvidence['earlierPublishers'] {
  if (standing === null || !registry.concepts.has('publisher')) return notApplicable();
  const earlier = standing.map((version) => document.records[version]?.publisher);
  const named = earlier.flatMap((person) => person ?? []);
  // A gap would make an old hand look new, so a history with holes is no history.
  if (named.length < earlier.length) return neverGiven(source, 'the publishers of earlier versions');
  const distinct = new Map(named.map((person) => [`${person.name.toLowerCase()} ${person.email ?? ''}`, person]));
  return known([...distinct.values()], source, askedAt);
}

function neverGiven<T>(source: string, what: string): Fact<T> {
  return unavailable(source, `this source does not give ${what}`, false);
}

/** The package that a deprecation notice sends its readers to. One plain word is more often English than a name. */
function renamedTo(notice: string, own: string): string | null {
  const sentence = /\b(?:use|renamed to|moved to|replaced by|in favou?r of)\s+[`'"]?(@?[a-z0-9][\w.-]*(?:\/[\w.-]+)?)/i;
  const name = sentence.exec(notice)?.[1]?.replace(/[.,;:]+$/, '');
  return name === undefined || name === own || !/[-/@]/.test(name) ? null : name;
}

function withNotice(looksLike: Fact<readonly Likeness[]>, name: string): Fact<readonly Likeness[]> {
  return mapFact(looksLike, (alike) => [...alike, { name, technique: 'deprecation-notice', score: 0.6 } as const]);
}
