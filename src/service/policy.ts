import { CountersignError } from '../core/errors.ts';
import type { Host, PullRequestState, RepositoryRef, RepositoryState } from '../core/host.ts';
import type { FileContent } from '../core/snapshot.ts';
import { decodeText } from '../core/snapshot.ts';
import type { Store } from '../core/store.ts';
import type { PolicyText } from '../policy/read.ts';
import { appliedPolicy } from '../policy/resolve.ts';
import type { Ports } from '../ports.ts';

/** Where a repository keeps its policy; the organisation keeps its own, of the same shape, in its `.github` repository. */
export const POLICY_PATH = '.github/countersign.yml';
export const ORGANISATION_PATH = 'countersign.yml';

/** As long as a repository may have had an organisation's policy before it counts as never seen: ten years. */
const REMEMBERED_MS = 10 * 365 * 24 * 60 * 60 * 1000;
/** An organisation without a policy is asked again after five minutes. */
const ABSENT_MS = 5 * 60 * 1000;

/**
 * Reads the policy that applies to a base branch: the organisation's file, the file at the tip of the default branch,
 * and a guarded base's own, which can only tighten. What cannot be read is unknown and throws `host-unavailable`;
 * only an answer that a file is not there counts as absent.
 */
export function policyReader(
  host: Pick<Host, 'fileAt' | 'repository'>,
  store: Pick<Store, 'cached' | 'cache'>,
  now: () => number,
): Ports['policy'] {
  return async (repository, state, pullRequest) => {
    const [organisation, own] = await Promise.all([
      organisationPolicy(repository, state),
      fileText(repository, state.defaultSha, POLICY_PATH, POLICY_PATH),
    ]);
    const layers = { organisation, repository: own, base: null };
    const policy = appliedPolicy(layers, now());
    const guarded = pullRequest.baseRef !== state.defaultBranch && policy.guardedBranches.includes(pullRequest.baseRef);
    if (!guarded) return policy;
    return appliedPolicy({ ...layers, base: await baseText(repository, pullRequest) }, now());
  };

  function baseText(repository: RepositoryRef, { baseRef, baseSha }: Pick<PullRequestState, 'baseRef' | 'baseSha'>) {
    return fileText(repository, baseSha, POLICY_PATH, `${POLICY_PATH} on ${baseRef}`);
  }

  /** Where it was seen before, "not found" may also mean that we may no longer look: then it is unknown. */
  async function organisationPolicy(repository: RepositoryRef, state: RepositoryState): Promise<PolicyText | null> {
    if (state.owner.type !== 'Organization') return null;
    const key = `organisation-policy:${repository.installationId}:${state.owner.id}`;
    const seen = await store.cached(key);
    if (seen === 'absent') return null;
    const shared: RepositoryRef = { ...repository, id: 0, name: '.github' };
    const label = `${repository.owner}/.github: ${ORGANISATION_PATH}`;
    const content = await host.fileAt(shared, 'HEAD', ORGANISATION_PATH);
    if (content.state === 'bytes' || (content.state === 'unreadable' && content.transient)) {
      const text = textOf(content, label);
      if (seen !== 'present') await store.cache(key, 'present', after(REMEMBERED_MS));
      return { text, label };
    }
    // The repository may not exist, or the App may not read it; only the first is an answer where a policy was seen.
    if (seen === 'present' && content.state === 'unreadable') await readable(shared);
    await store.cache(key, 'absent', after(ABSENT_MS));
    return null;
  }

  function after(milliseconds: number): string {
    return new Date(now() + milliseconds).toISOString();
  }

  async function readable(shared: RepositoryRef): Promise<void> {
    try {
      await host.repository(shared);
    } catch (error) {
      throw new CountersignError(
        'host-unavailable',
        `The policy of the organisation ${shared.owner} was there before, and its .github repository cannot be read now. Give the App access to it again.`,
        { cause: error },
      );
    }
  }

  async function fileText(
    repository: RepositoryRef,
    commit: string,
    path: string,
    label: string,
  ): Promise<PolicyText | null> {
    const content = await host.fileAt(repository, commit, path);
    return content.state === 'missing' ? null : { text: textOf(content, label), label };
  }
}

function textOf(content: Exclude<FileContent, { state: 'missing' }>, label: string): string {
  if (content.state === 'unreadable') {
    throw new CountersignError('host-unavailable', `The policy ${label} could not be read: ${content.reason}.`);
  }
  const decoded = decodeText(content.bytes);
  // A policy that is not text is an invalid policy, and an invalid policy is the strictest; this text is never valid.
  return decoded.state === 'text' ? decoded.text : '[]';
}
