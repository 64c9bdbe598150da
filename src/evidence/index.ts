import type { PackageType } from '../core/dependency.ts';
import type { PackageEvidence } from '../core/evidence.ts';
import { type Fact, known, knownValue, mapFact, notApplicable, unavailable } from '../core/fact.ts';
import type { AdvisorySource, EvidenceSource, Registry, Route } from '../core/lookup.ts';
import { type AccountAsking, createAccountBook, type SeenPackage } from './accounts.ts';
import { advisoriesOf, type DenyList } from './advisories.ts';
import { assemble, notFromRegistry, spelled } from './assemble.ts';
import { belongingOf } from './belonging.ts';
import { askThroughCache, createAnswerCache, type DatedAnswer, type EvidenceCache } from './cache.ts';
import type { DateSource } from './deps-dev.ts';
import { createGate, type Gate, type GateClock, type SourceLimits } from './gate.ts';
import type { NameKnowledge } from './names.ts';
import type { Prove } from './proofs.ts';
import { localKnowledge, type Subject, sourceOf, subjectOf, versionsOf } from './subject.ts';

export interface EvidenceOptions {
  readonly registries: readonly Registry[];
  /** From the operator's settings or the user's own npm configuration. */
  readonly routes: readonly Route[];
  /** Hosts that a base tree's scope lines may name. */
  readonly allowedHosts: readonly string[];
  /** No source is asked: every look-up is unavailable. What needs no network is still known. */
  readonly offline: boolean;
  /** Null: the operator declared the source absent. */
  readonly advisories: AdvisorySource | null;
  /** Known malicious versions, asked for every name, private ones too: it stays on this machine. */
  readonly denyList: DenyList | null;
  /** At most one for a type. */
  readonly downloads: readonly DownloadSource[];
  /** Asked for dates that the registry's own answer does not carry; null: nobody is. */
  readonly dates: DateSource | null;
  /** Checks signatures and attestations of the versions that changes lead to; null: they are listed only. */
  readonly prove: Prove | null;
  readonly names: NameKnowledge;
  readonly cache: EvidenceCache | null;
  readonly limits: SourceLimits;
  readonly clock: GateClock;
  /** Hosts of the registries that the settings name; none where it does not matter. */
  readonly registryHosts?: readonly string[];
}

/** Weekly downloads of many names at once; the answer holds a fact for every name asked. */
export interface DownloadSource {
  readonly type: PackageType;
  look(names: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Fact<number>>>;
}

/** Evidence for every change of a pull request: one question a package, all sources side by side. */
export function createEvidence(options: EvidenceOptions): EvidenceSource {
  const gates = new Map<string, Gate>();
  const answered = createAnswerCache(options.cache);
  const accounts = createAccountBook({ cache: options.cache, names: options.names, now: options.clock.now });
  const registries = new Map<string, Registry>(options.registries.map((registry) => [registry.type, registry]));

  return {
    registryHosts: options.registryHosts ?? [],
    async gather(changes, context) {
      const subjects = changes.map((change) => subjectOf(change, registries, options, context.baseRoutes ?? []));
      const answering = answersTo(subjects, context);
      const [answers, advisories, downloads] = await Promise.all([
        answering,
        answering.then((answers) =>
          advisoriesOf(subjects, answers, { ...options, now: options.clock.now() }, context.signal),
        ),
        downloadsOf(subjects, context.signal),
        answering.then((answers) =>
          accounts.learn(subjects.flatMap((subject, index) => seenPackage(subject, answers[index] ?? null) ?? [])),
        ),
      ]);
      return Promise.all(
        subjects.map(async (subject, index): Promise<PackageEvidence> => {
          const answer = answers[index] ?? null;
          const local = await localKnowledge(subject, answer, {
            names: options.names,
            cache: options.cache,
            baseNames: context.baseNames,
            now: options.clock.now(),
          });
          if (answer === null) return notFromRegistry(subject.change, local);
          const evidence = assemble(subject.change, sourceOf(subject.routed), answer, subject.registry, local, {
            ...(advisories[index] ?? { advisories: notApplicable(), previousAdvisories: notApplicable() }),
            weeklyDownloads: downloads.get(keyOf(subject)) ?? null,
          });
          const own = await withBelonging(subject, evidence, context.signal);
          const checked = await proven(subject, own, answer, context.signal);
          const dated = await withDates(subject, checked, context.signal);
          return withStanding(subject, dated, answer, context);
        }),
      );
    },
    async advisories(changes, signal) {
      const subjects = changes.map((change) => subjectOf(change, registries, options, []));
      const nobody = subjects.map(() => null);
      const told = await advisoriesOf(subjects, nobody, { ...options, now: options.clock.now() }, signal);
      return told.map((each) => each.advisories);
    },
  };

  /** One question a package, however many changes speak of it; null where there is nothing to look up. */
  function answersTo(
    subjects: readonly Subject[],
    context: { readonly signal: AbortSignal; readonly thorough?: boolean },
  ): Promise<readonly (DatedAnswer | null)[]> {
    const asked = new Map<string, Promise<DatedAnswer>>();
    const versions = Map.groupBy(subjects, keyOf);
    return Promise.all(
      subjects.map((subject) => {
        if (!subject.lookedUp) return null;
        const key = keyOf(subject);
        const wanted = (versions.get(key) ?? []).flatMap((each) => versionsOf(each.change));
        const answer = asked.get(key) ?? lookUp(subject, wantedOnce(wanted), context);
        asked.set(key, answer);
        return answer;
      }),
    );
  }

  async function lookUp(
    subject: Subject,
    versions: readonly string[],
    { signal, thorough }: { readonly signal: AbortSignal; readonly thorough?: boolean },
  ): Promise<DatedAnswer> {
    const { registry, routed, name, change } = subject;
    const { now } = options.clock;
    const unknown = (reason: string, transient: boolean): DatedAnswer => ({
      answer: { state: 'unavailable', reason, transient },
      askedAt: new Date(now()).toISOString(),
    });
    if (options.offline) return unknown('offline', true);
    if (routed.state === 'refused') return unknown(routed.reason, false);
    if (!isNameable(name)) return { answer: { state: 'absent' }, askedAt: new Date(now()).toISOString() };
    if (registry === null) return unknown(`no source is configured for ${change.type}`, false);
    const { destination } = routed;
    const kept = {
      type: change.type,
      name,
      registry: destination.registry,
      ...(registry.byVersion === true ? { versions: [...versions].sort() } : {}),
    };
    const question = { name, registry: destination.registry, versions, signal };
    return askThroughCache(
      answered,
      kept,
      now,
      (etag) =>
        gateOf(destination.source).ask(
          () =>
            registry.look({
              ...question,
              ...(etag === undefined ? {} : { etag }),
              ...(thorough === undefined ? {} : { thorough }),
            }),
          signal,
        ),
      // What is asked version by version is kept by its versions.
      (document) => registry.byVersion === true || versions.every((each) => spelled(each, document, registry) !== null),
    );
  }

  /** Whether the version that is taken is the package's own, where the registry would answer for others' too. */
  async function withBelonging(
    { registry, routed, name }: Subject,
    evidence: PackageEvidence,
    signal: AbortSignal,
  ): Promise<PackageEvidence> {
    const resolved = knownValue(evidence.resolvedVersion);
    if (options.offline || registry === null || routed.state === 'refused' || resolved === undefined) return evidence;
    const { source, registry: base } = routed.destination;
    const asked = { registry, base, name, source, gate: gateOf(source), signal };
    const belongs = await belongingOf(resolved.version, asked, { cache: options.cache, now: options.clock.now });
    if (belongs === null) return evidence;
    return { ...evidence, resolvedVersion: mapFact(evidence.resolvedVersion, (version) => ({ ...version, belongs })) };
  }

  async function proven(
    subject: Subject,
    evidence: PackageEvidence,
    { answer }: DatedAnswer,
    signal: AbortSignal,
  ): Promise<PackageEvidence> {
    const { registry, routed, name } = subject;
    const resolved = knownValue(evidence.resolvedVersion);
    if (options.prove === null || options.offline || registry === null || routed.state === 'refused') return evidence;
    if (answer.state !== 'found' || resolved === undefined) return evidence;
    return options.prove(evidence, {
      registry,
      base: routed.destination.registry,
      name,
      record: answer.document.records[resolved.version],
      gate: gateOf(`proofs of ${routed.destination.source}`),
      signal,
    });
  }

  /** Dates from the fallback where the source gives none and no lower bound on age makes them idle. */
  async function withDates(subject: Subject, evidence: PackageEvidence, signal: AbortSignal): Promise<PackageEvidence> {
    const { dates, clock } = options;
    const missing = evidence.firstPublishedAt.state === 'unavailable' && !evidence.firstPublishedAt.transient;
    const idle = evidence.popular || evidence.inBase || subject.routed.state !== 'public';
    if (dates === null || options.offline || !missing || idle || evidence.registryEntry.state !== 'known')
      return evidence;
    const fallback = await dates(subject.change.type, subject.name, signal);
    if (fallback.state === 'unavailable') {
      return { ...evidence, firstPublishedAt: unavailable(evidence.source, fallback.reason, fallback.transient) };
    }
    const at = new Date(clock.now()).toISOString();
    const resolved = knownValue(evidence.resolvedVersion);
    const published = resolved === undefined ? undefined : fallback.versions[resolved.version];
    return {
      ...evidence,
      firstPublishedAt: known(fallback.firstPublishedAt, 'deps.dev', at),
      ...(resolved === undefined || published === undefined
        ? {}
        : {
            resolvedVersion: mapFact(evidence.resolvedVersion, (version) => ({
              ...version,
              publishedAt: known(published, 'deps.dev', at),
            })),
          }),
    };
  }

  /** What is known of the accounts behind a young name, beside the name itself. */
  async function withStanding(
    subject: Subject,
    evidence: PackageEvidence,
    answer: DatedAnswer,
    { baseNames, signal }: { readonly baseNames: ReadonlySet<string>; readonly signal: AbortSignal },
  ): Promise<PackageEvidence> {
    const seen = seenPackage(subject, answer);
    if (seen === null || subject.registry === null || subject.routed.state === 'refused') return evidence;
    const asking: AccountAsking = {
      registry: subject.registry,
      base: subject.routed.destination.registry,
      gate: gateOf(`accounts of ${seen.source}`),
      signal,
    };
    return { ...evidence, publisherStanding: await accounts.standing(seen, evidence, { baseNames, asking }) };
  }

  async function downloadsOf(
    subjects: readonly Subject[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Fact<number>>> {
    if (options.offline) return new Map();
    const told = await Promise.all(
      options.downloads.map(async (source): Promise<readonly [string, Fact<number>][]> => {
        const asking = subjects.filter(
          (each) =>
            each.lookedUp &&
            each.routed.state === 'public' &&
            each.change.type === source.type &&
            isNameable(each.name),
        );
        if (asking.length === 0) return [];
        const byName = await source.look([...new Set(asking.map((each) => each.name))], signal);
        return asking.flatMap((subject): [string, Fact<number>][] => {
          const fact = byName.get(subject.name);
          return fact === undefined ? [] : [[keyOf(subject), fact]];
        });
      }),
    );
    return new Map(told.flat());
  }

  function gateOf(source: string): Gate {
    const gate = gates.get(source) ?? createGate(options.limits, options.clock);
    gates.set(source, gate);
    return gate;
  }
}

/** Each version once. One that no address can carry is none that a source could have. */
function wantedOnce(versions: readonly string[]): readonly string[] {
  return [...new Set(versions)].filter((version) => version.isWellFormed());
}

/** Longest name that any registry allows, with room to spare. */
const LONGEST_NAME = 512;

/** Whether any registry could have the name. One that climbs out of its place in an address is never sent. */
function isNameable(name: string): boolean {
  // A lone surrogate has no UTF-8 form, so that no address can carry it.
  if (name.length > LONGEST_NAME || !name.isWellFormed() || /[\s\p{Cc}\\?#]/u.test(name)) return false;
  return name.split(/[/:]/).every((part) => part !== '' && part !== '.' && part !== '..');
}

/** What a public source answered of a package; null where it is no public one's, or nothing was found. */
function seenPackage({ change, name, routed }: Subject, dated: DatedAnswer | null): SeenPackage | null {
  if (routed.state !== 'public' || dated?.answer.state !== 'found') return null;
  const { answer, askedAt } = dated;
  return { type: change.type, source: sourceOf(routed), name, document: answer.document, askedAt };
}

function keyOf({ change, name, routed }: Subject): string {
  return JSON.stringify([change.type, name, routed.state, sourceOf(routed)]);
}
