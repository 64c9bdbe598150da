import type { RepositoryRef } from '../core/host.ts';
import type { Verdict } from '../core/report.ts';
import type { StoredReview } from '../core/store.ts';
import type { Ports } from '../ports.ts';
import { branchOf, groupOfMember, type KnownGroup, knownGroup } from './group-members.ts';
import type { Publication } from './publication.ts';

/**
 * A pull request that is in a merge queue and loses its green (refused, revoked, expired) takes the green of every
 * group with it: the queue looks at the groups' checks only. Sent before the verdict is stored, like what siblings get.
 */
export async function wakeGroups(
  { repository, review }: Publication,
  verdict: Verdict,
  before: StoredReview | null,
  ports: Ports,
): Promise<void> {
  if (verdict.result === 'pass' || before === null || before.verdict.result !== 'pass') return;
  const headSha = await groupOfMember(repository, review.pullRequest, ports.store);
  const group = headSha === null ? null : await knownGroup(repository, headSha, ports.store);
  if (headSha === null || group === null || group.state === 'destroyed') return;
  const entries = (await ports.host.mergeQueue(repository, branchOf(group.baseRef))) ?? [];
  const heads = new Set([headSha, ...entries.flatMap((entry) => entry.headSha ?? [])]);
  for (const head of heads) {
    const found = head === headSha ? group : await knownGroup(repository, head, ports.store);
    if (found !== null && found.state !== 'destroyed') await askForGroup(repository, head, found, ports);
  }
}

/** Has a group looked at again, whatever was answered for it. */
export async function askForGroup(
  repository: RepositoryRef,
  headSha: string,
  { headRef, baseSha, baseRef }: KnownGroup,
  ports: Ports,
): Promise<void> {
  await ports.store.queue.send(
    ports.newId(),
    {
      kind: 'merge-group',
      repository,
      action: 'checks-requested',
      headSha,
      headRef,
      baseSha,
      baseRef,
      cause: `again:${ports.word(8)}`,
      attempt: 0,
    },
    { afterMs: 0 },
  );
}
