import type { RepositoryRef, RepositoryState } from '../core/host.ts';
import type { Job } from '../core/job.ts';
import type { AppliedPolicy } from '../policy/applied.ts';
import type { Ports } from '../ports.ts';
import { notePlace } from './place.ts';

/** As long as a repository's last policy is remembered: ten years, in milliseconds. */
const REMEMBERED_MS = 10 * 365 * 24 * 60 * 60 * 1000;
/** Between the starts of two reviews that a new policy asks for, in milliseconds. */
const SPACING_MS = 250;

/** Where the policy is another than the last one seen: an entry, and every open pull request is reviewed by it. */
export async function notePolicy(
  repository: RepositoryRef,
  policy: Pick<AppliedPolicy, 'digest'>,
  sender: { readonly id: number; readonly login: string } | null,
  cause: string,
  ports: Ports,
): Promise<void> {
  const note = `policy:${repository.id}`;
  const before = await ports.store.cached(note);
  if (before === policy.digest) return;
  if (before === null) {
    // Nobody noted what was in force until now: the reviews themselves say it.
    await reviewAllOpen(repository, `policy:${policy.digest}:${cause}`, policy.digest, ports);
  } else {
    await ports.store.ledger.append(repository.installationId, {
      type: 'policy-change',
      effectKey: `policy:${repository.id}:${policy.digest}:${cause}`,
      repositoryId: repository.id,
      pullRequest: null,
      headSha: null,
      reportCode: null,
      agent: null,
      requester: null,
      actor: sender === null ? null : { id: sender.id, login: sender.login },
      evidenceDigests: [],
      policyDigest: policy.digest,
      reason: 'another policy is in force',
      details: { before, cause },
      at: new Date(ports.now()).toISOString(),
    });
    await reviewAllOpen(repository, `policy:${policy.digest}:${cause}`, null, ports);
  }
  await ports.store.cache(note, policy.digest, new Date(ports.now() + REMEMBERED_MS).toISOString());
}

/**
 * Its ids are made of what asks, so that a job that starts again after a crash asks for nothing twice. `unless`: a
 * policy's digest; what was reviewed by that one is left as it is.
 */
async function reviewAllOpen(
  repository: RepositoryRef,
  why: string,
  unless: string | null,
  ports: Ports,
): Promise<void> {
  const { pullRequests } = await ports.host.openPullRequests(repository);
  for (const [index, { number }] of pullRequests.entries()) {
    if (unless !== null) {
      const latest = await ports.store.latestReview(repository.id, number);
      if (latest === null || latest.report.policyDigest === unless) continue;
    }
    await ports.store.queue.send(
      `${why}:${repository.id}:${number}`,
      {
        kind: 'review',
        repository,
        pullRequest: number,
        cause: 'policy-changed',
        sender: null,
        headSha: null,
        beforeSha: null,
        attempt: 0,
      },
      { afterMs: index * SPACING_MS },
    );
  }
}

/** Reads the policy again, wherever it comes from. */
export async function checkPolicy(job: Extract<Job, { kind: 'policy-check' }>, ports: Ports): Promise<void> {
  const state = await ports.host.repository(job.repository);
  await notePlace(job.repository, ports);
  if (state.archived) return;
  const place = { baseRef: state.defaultBranch, baseSha: state.defaultSha };
  const policy = await ports.policy(job.repository, state, place);
  await notePolicy(job.repository, policy, job.sender, job.cause, ports);
}

/** Whether the policy of all of an organisation's repositories lies in this one. */
export function holdsOrganisationPolicy({ name }: RepositoryRef, { owner }: RepositoryState): boolean {
  return name === '.github' && owner.type === 'Organization';
}

/** A push to the organisation's `.github` may change every repository's policy. */
export async function checkOrganisationPolicy(
  repository: RepositoryRef,
  state: RepositoryState,
  ports: Ports,
): Promise<void> {
  if (!holdsOrganisationPolicy(repository, state)) return;
  // That there was none may be remembered: from now on it is asked for again.
  const note = `organisation-policy:${repository.installationId}:${state.owner.id}`;
  if ((await ports.store.cached(note)) === 'absent') {
    await ports.store.cache(note, 'absent', new Date(ports.now()).toISOString());
  }
  const all = await ports.host.repositoriesOf(repository.installationId);
  for (const [index, each] of all.filter((one) => one.id !== repository.id).entries()) {
    const cause = `organisation:${state.defaultSha}`;
    await ports.store.queue.send(
      `policy-check:${each.id}:${state.defaultSha}`,
      { kind: 'policy-check', repository: each, cause, sender: null },
      { afterMs: index * SPACING_MS },
    );
  }
}
