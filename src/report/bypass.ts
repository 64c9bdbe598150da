import { z } from 'zod';
import type { JsonValue } from '../core/json.ts';
import { counted, inlineCode, inlineText, listed } from './markdown.ts';
import { LENGTH } from './view.ts';

/** Something that reached a guarded branch without our green check. */
const BypassView = z.object({
  at: z.string(),
  branch: z.string(),
  /** The commit that is on the branch now, or the pull request's head. */
  sha: z.string(),
  by: z.string(),
  pullRequest: z.number().nullable(),
  /** A clause: "merged while it was held". */
  what: z.string(),
  open: z.number(),
});

export const BYPASS_TITLE = 'Changes that went in without a green Countersign check';

/** The text, newest first. Logins and branches are text: no mention, no link into other conversations. */
export function renderBypasses(entries: readonly JsonValue[]): string {
  const views = entries.flatMap((each) => BypassView.safeParse(each).data ?? []);
  const lines = views.map(({ at, branch, sha, by, pullRequest, what, open }) => {
    const which = pullRequest === null ? 'a push' : `pull request ${pullRequest}`;
    const left = open > 0 ? `, with ${counted(open, 'finding', 'findings')} open` : '';
    return `- ${at.slice(0, 16).replace('T', ' ')} UTC: ${which} to ${inlineCode(branch, LENGTH.name)} (${inlineCode(sha.slice(0, 12), 12)}) by ${inlineText(by, LENGTH.login)}: ${inlineText(what, 160)}${left}.`;
  });
  return [
    `The branch rules or the policy ask for the check, and ${counted(views.length, 'change', 'changes')} reached ${listed([...new Set(views.map((each) => inlineCode(each.branch, LENGTH.name)))], 5)} without a green one. Nothing here was signed for. Each is in the ledger (${inlineCode('countersign ledger show', 40)}).`,
    lines.join('\n'),
    'What to do: read what went in, and who may pass the rules (rulesets: “Bypass list”). Close this issue when it is dealt with; a later one opens a new issue.',
  ].join('\n\n');
}
