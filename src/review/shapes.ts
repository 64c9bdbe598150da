import type { RepositoryRef } from '../core/host.ts';
import type { KnownShape, Shape } from '../core/store.ts';
import type { Ports } from '../ports.ts';
import type { Ground } from './ground.ts';
import type { GroupMember } from './group-standing.ts';
import type { Judgement } from './judge.ts';

/** How far back the same mistake of agents counts as the same wave. Retention keeps shapes as long (`service/start.ts`). */
const RECENT_MS = 90 * 24 * 60 * 60 * 1000;

/** The same mistakes in agents' other pull requests of the repository; none are asked for where a person wrote this one. */
export async function shapesElsewhere(
  { repository, pullRequest, attribution }: Ground,
  fingerprints: readonly string[],
  ports: Pick<Ports, 'store' | 'now'>,
): Promise<readonly KnownShape[]> {
  if (attribution.class !== 'agent') return [];
  const since = recently(ports);
  return ports.store.shapesElsewhere({
    repositoryId: repository.id,
    besides: [pullRequest.number],
    fingerprints,
    since,
  });
}

/** Of what pull requests a group's code is. */
interface GroupCode {
  readonly repository: RepositoryRef;
  readonly members: readonly GroupMember[];
  /** Why that cannot be told; null where it can. */
  readonly gap: string | null;
}

/**
 * The same for a merge group, for what its members by agents bring. Of the members none is counted: their places stand in
 * the group's own code. Where a commit is nobody's, its pull request may be any of those in the store, and would count
 * twice: then only the members' own reviews, which the group's verdict includes, say how often a mistake stands elsewhere.
 */
export async function shapesBesideGroup(
  { repository, members, gap }: GroupCode,
  fingerprints: readonly string[],
  ports: Pick<Ports, 'store' | 'now'>,
): Promise<readonly KnownShape[]> {
  if (gap !== null) return [];
  const byAgents = new Set(
    members
      .filter(({ record }) => record?.attribution?.class === 'agent')
      .flatMap(({ review }) => review?.report.findings.map((finding) => finding.fingerprint) ?? []),
  );
  return ports.store.shapesElsewhere({
    repositoryId: repository.id,
    besides: members.map(({ pullRequest }) => pullRequest.number),
    fingerprints: fingerprints.filter((each) => byAgents.has(each)),
    since: recently(ports),
  });
}

function recently({ now }: Pick<Ports, 'now'>): string {
  return new Date(now() - RECENT_MS).toISOString();
}

/** Keeps the forms of the mistakes that an agent's pull request brings, so that the next ones can be told apart from the first. */
export async function rememberShapes(
  { repository, pullRequest, attribution }: Ground,
  { findings }: Judgement,
  ports: Pick<Ports, 'store' | 'rules'>,
): Promise<void> {
  if (attribution.class !== 'agent') return;
  const shapes = new Map<string, Shape>();
  for (const { ruleId, fingerprint, preExisting, locations, replicas } of findings) {
    if (preExisting || ports.rules.get(ruleId)?.family !== 'code') continue;
    const [{ path, startLine }] = locations;
    const known = shapes.get(fingerprint);
    const places = replicas.length + 1 + (known?.places ?? 0);
    shapes.set(
      fingerprint,
      known === undefined ? { fingerprint, places, path, line: startLine } : { ...known, places },
    );
  }
  await ports.store.saveShapes(repository.id, pullRequest.number, [...shapes.values()]);
}
