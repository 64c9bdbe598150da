import { CountersignError } from '../core/errors.ts';
import type { RepositoryRef } from '../core/host.ts';
import type { Job } from '../core/job.ts';
import type { JsonValue } from '../core/json.ts';
import { purlOf } from '../core/purl.ts';
import type { CameTrue } from '../core/watch.ts';
import type { Ports } from '../ports.ts';
import { CAME_TRUE_TITLE, renderCameTrue } from '../report/came-true.ts';
import { tellInOneIssue } from './one-issue.ts';

/**
 * Something happened to packages that a repository asked for: an entry for each, then the repository's one issue, which
 * lists all of them. Ledger first; a try that fails on the way comes again and repeats nothing.
 */
export async function tellCameTrue({ repository }: Extract<Job, { kind: 'came-true' }>, ports: Ports): Promise<void> {
  const { store } = ports;
  const news = (await store.cameTrue(repository.id)).filter((each) => !each.told);
  if (news.length === 0) return;
  for (const each of news) await enter(repository, each, ports);
  await writeIssue(repository, news, ports);
  await store.markTold(
    repository.id,
    news.map(({ asked }) => asked),
  );
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

/** One issue, however much comes true. Where it cannot be written, the ledger says it all the same. */
async function writeIssue(repository: RepositoryRef, news: readonly CameTrue[], ports: Ports): Promise<void> {
  const topic = { topic: 'came-true', title: CAME_TRUE_TITLE, render: renderCameTrue };
  const entries = news.map((each) => ({ key: keyOf(repository, each), value: entryOf(each) }));
  try {
    await tellInOneIssue(repository, topic, entries.reverse(), ports);
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== 'host-refused') throw error;
    // A repository that is gone, or has another name by now, is found out by asking for it: then the job is tried again.
    await ports.host.repository(repository);
    ports.log('warn', 'the issue about packages that came true could not be written', { reason: error.message });
  }
}

function keyOf(repository: RepositoryRef, { asked, pullRequests }: CameTrue): string {
  const purl = purlOf(asked.type, asked.name, asked.version ?? undefined);
  return `came-true:${repository.id}:${asked.kind}:${purl}:${pullRequests.join(',')}`;
}

function entryOf({ asked, event, pullRequests }: CameTrue): JsonValue {
  return { asked: { ...asked }, event: { ...event }, pullRequests: [...pullRequests] };
}
