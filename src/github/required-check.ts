import { z } from 'zod';
import { messageOf } from '../core/errors.ts';
import { isGone } from './failure.ts';
import type { OctokitLike } from './request.ts';

/** How a branch treats a check of this name. */
export type Requirement =
  /** A merge needs the check, and only our App's counts. */
  | { readonly state: 'pinned' }
  /** A merge needs the check, and anyone who may write statuses can post it. */
  | { readonly state: 'unpinned' }
  /** A merge needs a check of this name from another App: ours never counts. */
  | { readonly state: 'other-app'; readonly appId: number }
  | { readonly state: 'not-required' }
  | { readonly state: 'unreadable'; readonly reason: string };

/** GitHub REST, "Get rules for a branch": rulesets of the repository and its organisation that are in force. */
const Rules = z.array(
  z.looseObject({
    type: z.string(),
    parameters: z
      .looseObject({
        required_status_checks: z
          .array(z.object({ context: z.string(), integration_id: z.number().int().nullish() }))
          .optional(),
      })
      .optional(),
  }),
);

/** GitHub REST, "Get a branch": what a classic protection rule requires, as far as a reader is told. */
const Branch = z.object({
  protected: z.boolean(),
  protection: z
    .looseObject({
      required_status_checks: z
        .looseObject({
          contexts: z.array(z.string()).default([]),
          checks: z.array(z.object({ context: z.string(), app_id: z.number().int().nullish() })).default([]),
        })
        .nullish(),
    })
    .nullish(),
});

interface Place {
  readonly owner: string;
  readonly repo: string;
  readonly branch: string;
}

/** Looks at both kinds of rule. Where one of them cannot be read and the other requires nothing, that is unreadable, never "not required". */
export async function requirementOf(
  octokit: OctokitLike,
  place: Place,
  check: { readonly name: string; readonly appId: number },
): Promise<Requirement> {
  const [rules, branch] = await Promise.allSettled([fromRules(octokit, place), fromBranch(octokit, place)]);
  const found = [rules, branch]
    .flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
    .filter((each) => each.name === check.name);
  // Several rules all have to be met: one that is pinned to us is enough, one that is pinned to another App blocks.
  const other = found.find((each) => each.appId !== null && each.appId !== check.appId);
  if (other?.appId) return { state: 'other-app', appId: other.appId };
  if (found.some((each) => each.appId === check.appId)) return { state: 'pinned' };
  if (found.length > 0) return { state: 'unpinned' };
  for (const each of [rules, branch])
    if (each.status === 'rejected') return { state: 'unreadable', reason: sentenceOf(each.reason) };
  return { state: 'not-required' };
}

interface Required {
  readonly name: string;
  /** Null: any App's counts. */
  readonly appId: number | null;
}

async function fromRules(octokit: OctokitLike, place: Place): Promise<readonly Required[]> {
  const { data } = await octokit.request('GET /repos/{owner}/{repo}/rules/branches/{branch}', {
    ...place,
    per_page: 100,
  });
  return Rules.parse(data)
    .filter((rule) => rule.type === 'required_status_checks')
    .flatMap((rule) => rule.parameters?.required_status_checks ?? [])
    .map(({ context, integration_id }) => ({ name: context, appId: integration_id ?? null }));
}

async function fromBranch(octokit: OctokitLike, place: Place): Promise<readonly Required[]> {
  const { data } = await octokit.request('GET /repos/{owner}/{repo}/branches/{branch}', { ...place });
  const { protected: isProtected, protection } = Branch.parse(data);
  const required = protection?.required_status_checks;
  if (!isProtected || required === null || required === undefined) return [];
  const listed = required.checks.map(({ context, app_id }) => ({
    name: context,
    // GitHub writes -1 for "any App" (REST, "Update branch protection").
    appId: app_id === undefined || app_id === null || app_id < 0 ? null : app_id,
  }));
  const named = new Set(listed.map((each) => each.name));
  return [
    ...listed,
    ...required.contexts.filter((context) => !named.has(context)).map((name) => ({ name, appId: null })),
  ];
}

function sentenceOf(error: unknown): string {
  return isGone(error) ? 'GitHub does not show it to the App' : messageOf(error).slice(0, 200);
}
