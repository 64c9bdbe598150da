import { sha256 } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import type { RepositoryRef } from '../core/host.ts';
import type { Job } from '../core/job.ts';
import type { JsonValue } from '../core/json.ts';
import { purlOf } from '../core/purl.ts';
import type { CameTrue } from '../core/watch.ts';
import type { Ports } from '../ports.ts';
import { CAME_TRUE_TITLE, renderCameTrue } from '../report/came-true.ts';
import { tellInOneIssue } from './one-issue.ts';

/** Packages that the entry of a refused issue names. */
const NAMED = 20;
const HOUR_MS = 60 * 60 * 1000;
const WEEK_MS = 7 * 24 * HOUR_MS;

/**
 * Something happened to packages that a repository asked for: an entry for each, then the repository's one issue, which
 * lists all of them. Ledger first; a try that fails on the way comes again and repeats nothing. An issue that GitHub
 * refuses stays due.
 */
export async function tellCameTrue({ repository }: Extract<Job, { kind: 'came-true' }>, ports: Ports): Promise<void> {
  const { store } = ports;
  const news = (await store.cameTrue(repository.id)).filter((each) => !each.told);
  if (news.length === 0) return;
  // Remembered under the name of its day: what is said of a private repository must not be said in another one.
  await ports.host.repository(repository);
  for (const each of news) await enter(repository, each, ports);
  const asked = news.map((each) => each.asked);
  const refused = await writeIssue(repository, news, ports);
  if (refused === null) return store.markTold(repository.id, asked);
  const until = nextTry(news, ports.now());
  await enterRefusal(repository, news, refused, ports);
  await store.putOffTelling(repository.id, asked, until);
  ports.log('warn', 'the issue about packages that came true could not be written', { reason: refused, until });
}

/** Again when as long has passed as since the latest of them was seen: after an hour, two, four … and weekly in the end. */
function nextTry(news: readonly CameTrue[], now: number): string {
  const latest = Math.max(...news.map(({ event }) => Date.parse(event.at)));
  return new Date(now + Math.min(WEEK_MS, Math.max(HOUR_MS, now - latest))).toISOString();
}

async function enter(repository: RepositoryRef, each: CameTrue, ports: Ports): Promise<void> {
  const { asked, event, pullRequests } = each;
  const purl = purlOf(asked.type, asked.name, asked.version ?? undefined);
  await ports.store.ledger.append(repository.installationId, {
    type: 'came-true',
    effectKey: keyOf(repository, each),
    repositoryId: repository.id,
    pullRequest: pullRequests.at(-1) ?? null,
    headSha: null,
    reportCode: null,
    agent: null,
    requester: null,
    actor: null,
    evidenceDigests: [],
    policyDigest: null,
    reason:
      asked.kind === 'absent'
        ? 'a name that did not exist when it was asked for exists now'
        : 'a version that was merged is malware',
    details: {
      purl,
      kind: asked.kind,
      seenAt: event.at,
      source: event.source,
      firstPublishedAt: event.firstPublishedAt,
      advisoryIds: [...event.advisoryIds],
      pullRequests: [...pullRequests],
    },
    at: new Date(ports.now()).toISOString(),
  });
}

/** That nobody in the repository could be told is written down: once for the same packages, however often it is tried. */
async function enterRefusal(
  repository: RepositoryRef,
  news: readonly CameTrue[],
  refused: string,
  ports: Ports,
): Promise<void> {
  const purls = news.map(({ asked }) => purlOf(asked.type, asked.name, asked.version ?? undefined)).sort();
  await ports.store.ledger.append(repository.installationId, {
    type: 'came-true',
    effectKey: `came-true:${repository.id}:refused:${sha256(JSON.stringify(purls))}`,
    repositoryId: repository.id,
    pullRequest: null,
    headSha: null,
    reportCode: null,
    agent: null,
    requester: null,
    actor: null,
    evidenceDigests: [],
    policyDigest: null,
    reason: 'the issue that tells of packages that came true was refused; it is tried again',
    details: { packages: purls.length, purls: purls.slice(0, NAMED), refused },
    at: new Date(ports.now()).toISOString(),
  });
}

/** One issue, however much comes true. Null where it stands there; else why GitHub refuses it (issues off, no permission). */
async function writeIssue(repository: RepositoryRef, news: readonly CameTrue[], ports: Ports): Promise<string | null> {
  const topic = { topic: 'came-true', title: CAME_TRUE_TITLE, render: renderCameTrue };
  const entries = news.map((each) => ({ key: keyOf(repository, each), value: entryOf(each) }));
  try {
    await tellInOneIssue(repository, topic, entries.reverse(), ports);
    return null;
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== 'host-refused') throw error;
    // A repository that is gone, or has another name by now, is found out by asking for it: then the job is tried again.
    await ports.host.repository(repository);
    return error.message;
  }
}

function keyOf(repository: RepositoryRef, { asked, pullRequests }: CameTrue): string {
  const purl = purlOf(asked.type, asked.name, asked.version ?? undefined);
  return `came-true:${repository.id}:${asked.kind}:${purl}:${pullRequests.join(',')}`;
}

function entryOf({ asked, event, pullRequests }: CameTrue): JsonValue {
  return { asked: { ...asked }, event: { ...event }, pullRequests: [...pullRequests] };
}
