import { z } from 'zod';
import type { BelongingQuestion, Given } from '../../core/lookup.ts';
import type { Read } from '../registry-answer.ts';

/** GitHub REST, "Compare two commits": how the second stands to the first. */
const comparisonSchema = z.object({ status: z.enum(['identical', 'ahead', 'behind', 'diverged']) });
/** GitHub REST, "List repository tags" (annotated ones followed to their commit), "List branches", "List branches for HEAD commit". */
const tipsSchema = z.array(z.object({ name: z.string(), commit: z.object({ sha: z.string() }) }));

const PER_PAGE = 100;
/** A thousand tags; the most released actions have some hundreds. */
const TAG_PAGES = 10;
/** Branches that are compared one by one, those that look like releases first. */
const COMPARED = 8;

type Ask = <S extends z.ZodType>(path: string, schema: S, signal: AbortSignal) => Promise<Read<z.output<S>>>;

/**
 * Whether a commit is part of a repository's own history. GitHub keeps a repository and its forks in one store, so it
 * hands out a commit that only a fork has under the parent's name too. One request for a commit of the default branch, two
 * for one that a tag names; what is on no branch and no tag is a stranger's, or was taken away.
 */
export async function belongs(
  { version, signal }: BelongingQuestion,
  defaultBranch: string,
  ask: Ask,
): Promise<Given<boolean>> {
  const sha = version.toLowerCase();
  const onDefault = await isOn(defaultBranch);
  if (onDefault !== false) return onDefault === true ? yes() : onDefault;

  let allTags = false;
  for (let page = 1; page <= TAG_PAGES && !allTags; page += 1) {
    const tags = await tips(`/tags?per_page=${PER_PAGE}&page=${page}`);
    if ('state' in tags) return tags;
    if (tags.some((tag) => tag.commit.sha.toLowerCase() === sha)) return yes();
    allTags = tags.length < PER_PAGE;
  }

  const branches = await tips(`/branches?per_page=${PER_PAGE}`);
  if ('state' in branches) return branches;
  if (branches.some((branch) => branch.commit.sha.toLowerCase() === sha)) return yes();
  const others = branches.filter((branch) => branch.name !== defaultBranch).map((branch) => branch.name);
  const candidates = [...others].sort((a, b) => Number(isRelease(b)) - Number(isRelease(a))).slice(0, COMPARED);
  const found = await Promise.all(candidates.map(isOn));
  if (found.includes(true)) return yes();
  const failed = found.find((each) => typeof each !== 'boolean');
  if (failed !== undefined) return failed;
  if (allTags && branches.length < PER_PAGE && candidates.length === others.length)
    return { state: 'given', value: false };

  const heads = await tips(`/commits/${sha}/branches-where-head`);
  if ('state' in heads) return heads;
  if (heads.length > 0) return yes();
  const reason = `could not trace ${sha.slice(0, 12)} to one of its many branches and tags`;
  return { state: 'unavailable', reason, transient: false };

  /** True where the branch leads to the commit. */
  async function isOn(branch: string): Promise<boolean | Given<never>> {
    // From the second page on, an answer carries no files.
    const path = `/compare/${encodeURIComponent(branch)}...${sha}?per_page=1&page=2`;
    const compared = await ask(path, comparisonSchema, signal);
    if (compared.state === 'read') return compared.value.status === 'identical' || compared.value.status === 'behind';
    // Without a common ancestor there is nothing to compare.
    return compared.state === 'absent' ? false : unanswered(compared);
  }

  async function tips(path: string): Promise<z.output<typeof tipsSchema> | Given<never>> {
    const read = await ask(path, tipsSchema, signal);
    return read.state === 'read' ? read.value : unanswered(read);
  }
}

function yes(): Given<boolean> {
  return { state: 'given', value: true };
}

function isRelease(branch: string): boolean {
  return /^(?:releases?\b|v?\d|main$|master$|stable|production)/.test(branch);
}

function unanswered(read: Exclude<Read<unknown>, { state: 'read' }>): Given<never> {
  if (read.state === 'unavailable') return read;
  return { state: 'unavailable', reason: 'does not show its branches and tags', transient: false };
}
