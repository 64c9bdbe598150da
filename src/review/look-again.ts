import type { DependencyChange } from '../core/dependency.ts';
import { sha256 } from '../core/digest.ts';
import { knownValue } from '../core/fact.ts';
import { purlOf } from '../core/purl.ts';
import type { AskedPackage, DuePackage } from '../core/watch.ts';
import type { Ports } from '../ports.ts';

/** How much is looked at in one go. Counts. */
export interface LookLimits {
  /** Names asked of registries, one request each. */
  readonly names: number;
  /** Versions asked of the advisory source, a thousand to a request. */
  readonly versions: number;
  /** Repositories told. */
  readonly repositories: number;
}

/** With a look every quarter of an hour: at most 1,600 registry requests an hour, and 16,000 versions. */
export const LOOK_LIMITS: LookLimits = { names: 400, versions: 4_000, repositories: 200 };

export interface LookOutcome {
  readonly names: number;
  readonly versions: number;
  /** Names that have appeared, versions that turned out to be malware. */
  readonly happened: number;
  /** Sources that did not answer: asked again after the lease. */
  readonly unanswered: number;
  /** Repositories whose issue is to be written. */
  readonly told: number;
}

type LookPorts = Pick<Ports, 'store' | 'evidence' | 'now'>;

/** What is handed out comes back after this, should its look never end. It is also how long a source that is down is left alone. */
const LEASE_MS = 60 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Looks again at names that no registry had, and at versions that were merged; whoever asked for one that has come true
 * is told by a job of its own. Everything is stored before the next step, so that a process that ends loses nothing.
 */
export async function lookAgain(ports: LookPorts, limits: LookLimits, signal: AbortSignal): Promise<LookOutcome> {
  const names = await lookAtNames(ports, limits.names, signal);
  const versions = await lookAtVersions(ports, limits.versions, signal);
  const repositories = await ports.store.untold(limits.repositories);
  for (const repository of repositories) {
    const events = await ports.store.cameTrue(repository.id);
    const open = events.filter((each) => !each.told).map(({ asked, pullRequests }) => [asked, pullRequests]);
    // By what is to be told: asked for again an hour later, should the job have come to nothing.
    const hour = Math.floor(ports.now() / HOUR_MS);
    const id = `came-true:${repository.id}:${sha256(JSON.stringify(open))}:${hour}`;
    await ports.store.queue.send(id, { kind: 'came-true', repository }, { afterMs: 0 });
  }
  return {
    names: names.looked,
    versions: versions.looked,
    happened: names.happened + versions.happened,
    unanswered: names.unanswered + versions.unanswered,
    told: repositories.length,
  };
}

interface Looked {
  readonly looked: number;
  readonly happened: number;
  readonly unanswered: number;
}

async function lookAtNames({ store, evidence, now }: LookPorts, limit: number, signal: AbortSignal): Promise<Looked> {
  const due = await store.due('absent', limit, LEASE_MS);
  const found = await evidence.gather(
    due.map(({ asked }) => changeOf(asked)),
    { baseNames: new Set(), signal },
  );
  let happened = 0;
  let unanswered = 0;
  for (const [index, package_] of due.entries()) {
    const { registryEntry, firstPublishedAt, source } = found[index] ?? {};
    if (registryEntry?.state === 'known') {
      happened += 1;
      const at = new Date(now()).toISOString();
      const first = firstPublishedAt === undefined ? null : (knownValue(firstPublishedAt) ?? null);
      await store.happened(package_.asked, { at, source: source ?? '', firstPublishedAt: first, advisoryIds: [] });
    } else if (registryEntry?.state === 'unavailable') unanswered += 1;
    else await store.putOff(package_.asked, nextLook(package_, now()));
  }
  return { looked: due.length, happened, unanswered };
}

async function lookAtVersions(
  { store, evidence, now }: LookPorts,
  limit: number,
  signal: AbortSignal,
): Promise<Looked> {
  const due = await store.due('version', limit, LEASE_MS);
  const facts = await evidence.advisories(
    due.map(({ asked }) => changeOf(asked)),
    signal,
  );
  let happened = 0;
  let unanswered = 0;
  for (const [index, package_] of due.entries()) {
    const fact = facts[index];
    const malware = fact?.state === 'known' ? fact.value.filter((each) => each.malicious) : [];
    if (fact?.state === 'known' && malware.length > 0) {
      happened += 1;
      const at = new Date(now()).toISOString();
      const advisoryIds = malware.map((each) => each.id);
      await store.happened(package_.asked, { at, source: fact.source, firstPublishedAt: null, advisoryIds });
    } else if (fact?.state === 'unavailable') unanswered += 1;
    else await store.putOff(package_.asked, nextLook(package_, now()));
  }
  return { looked: due.length, happened, unanswered };
}

/** Names that models invent are taken within days or never, and malware is mostly found within days: soon first, then seldom. */
function nextLook({ since }: DuePackage, now: number): string {
  const age = now - Date.parse(since);
  const after = age < 7 * DAY_MS ? 6 * HOUR_MS : age < 30 * DAY_MS ? DAY_MS : 7 * DAY_MS;
  return new Date(now + after).toISOString();
}

function changeOf({ type, name, version }: AskedPackage): DependencyChange {
  return {
    changeType: 'added',
    entry: 'manifest',
    type,
    name,
    purl: purlOf(type, name, version ?? undefined),
    ...(version === null ? {} : { version }),
    location: { path: 'remembered', startLine: 1, endLine: 1 },
    scope: 'dependencies',
    relationship: 'direct',
    source: 'registry',
  };
}
