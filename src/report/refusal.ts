import { counted, inlineCode, inlineText, listed } from './markdown.ts';
import { clock, LENGTH, sentence } from './view.ts';

/** Why a command or a press has no effect. Each says how to go on. */
export type Refusal =
  | { readonly rule: 'wrong-code'; readonly given: string; readonly current: string }
  | { readonly rule: 'no-report' }
  | { readonly rule: 'unknown-handle'; readonly given: readonly string[]; readonly open: readonly string[] }
  | { readonly rule: 'nothing-open' }
  | { readonly rule: 'not-open'; readonly handles: readonly string[] }
  | { readonly rule: 'not-signable'; readonly handles: readonly string[] }
  | { readonly rule: 'critical-in-all'; readonly handles: readonly string[]; readonly code: string }
  | { readonly rule: 'critical-together'; readonly handles: readonly string[]; readonly code: string }
  | { readonly rule: 'reason-missing' }
  | { readonly rule: 'reason-empty-of-meaning' }
  | { readonly rule: 'reason-repeated' }
  | { readonly rule: 'rank-too-low'; readonly needed: string; readonly has: string }
  | { readonly rule: 'not-a-person' }
  | { readonly rule: 'through-an-app' }
  /** `why` is a clause: "you are its author". */
  | { readonly rule: 'interested'; readonly why: string }
  | { readonly rule: 'second-person'; readonly needed: number }
  | { readonly rule: 'too-many-pending'; readonly until: string }
  | { readonly rule: 'comment-changed' }
  | { readonly rule: 'pressed-by-another'; readonly owner: string }
  | { readonly rule: 'press-too-late' }
  | { readonly rule: 'press-void' }
  | { readonly rule: 'refusal-of-another'; readonly owner: string }
  | { readonly rule: 'no-refusal' }
  | { readonly rule: 'one-admin' }
  | { readonly rule: 'admin-only' }
  | { readonly rule: 'pull-request-closed' }
  /** Clauses of the caller's own, for what has no rule of its own. */
  | { readonly rule: 'other'; readonly what: string; readonly next: string };

/** The sentence that follows "this had no effect:", as markdown. */
export function refusalText(refusal: Refusal): string {
  switch (refusal.rule) {
    case 'wrong-code':
      return `${inlineCode(refusal.given, 20)} is not the current report. Something changed since: read the check again, then use ${inlineCode(refusal.current, 20)}.`;
    case 'no-report':
      return 'there is no finished report for this head yet. Wait for the check, then use the code it prints.';
    case 'unknown-handle':
      return `this report has no ${handlesOf(refusal.given)}. ${refusal.open.length === 0 ? 'Nothing is open.' : `Open: ${handlesOf(refusal.open)}.`}`;
    case 'nothing-open':
      return 'nothing is open, so there is nothing to sign.';
    case 'not-open':
      return `${handlesOf(refusal.handles)} ${refusal.handles.length === 1 ? 'holds nothing up and needs' : 'hold nothing up and need'} no signature.`;
    case 'not-signable':
      return `nobody can sign ${handlesOf(refusal.handles)}. It must go from the change; the check says what to do.`;
    case 'critical-in-all':
      return `\`all\` never covers critical findings. Sign ${handlesOf(refusal.handles)} one by one: ${inlineCode(`/countersign sign ${refusal.handles[0] ?? 'F1'} ${refusal.code} <reason>`, 120)}.`;
    case 'critical-together':
      return `critical findings (${handlesOf(refusal.handles)}) are signed one by one, each with its own reason: ${inlineCode(`/countersign sign ${refusal.handles[0] ?? 'F1'} ${refusal.code} <reason>`, 120)}.`;
    case 'reason-missing':
      return 'a reason is missing. Say after the report code, in a few words, why this is acceptable.';
    case 'reason-empty-of-meaning':
      return 'the reason says nothing about this change. Say why it is acceptable, in your own words.';
    case 'reason-repeated':
      return 'the same reason was given for unlike findings. Say for each why it is acceptable.';
    case 'rank-too-low':
      return `this needs the rank ${inlineCode(refusal.needed, 30)}; yours is ${inlineCode(refusal.has, 30)}. Ask somebody who has it.`;
    case 'not-a-person':
      return 'only a person can do this, and this account is a machine’s. Ask somebody with write access.';
    case 'through-an-app':
      return 'the comment came through an App. Write it yourself, in the browser.';
    case 'interested':
      return `you have a hand in this change: ${inlineText(refusal.why, 60)}. Somebody else who may sign has to.`;
    case 'second-person':
      return `this needs ${counted(refusal.needed, 'person', 'different people')} without a hand in the change.`;
    case 'too-many-pending':
      return `three people are waiting for Confirm already, and a check has three buttons. Try again after ${clock(refusal.until)}.`;
    case 'comment-changed':
      return 'the comment was edited or deleted. Write the command again in a new comment.';
    case 'pressed-by-another':
      return `that button belongs to ${inlineText(refusal.owner, LENGTH.login)}. Write a command of your own, then press your own button.`;
    case 'press-too-late':
      return 'the 15 minutes are over. Write the command again.';
    case 'press-void':
      return 'a newer command, a newer report or `cancel` came first. Read the check, then write the command again.';
    case 'refusal-of-another':
      return `${inlineText(refusal.owner, LENGTH.login)} refused; only that person or an admin can revoke it.`;
    case 'no-refusal':
      return 'there is no refusal in force that you could revoke: its author can, or an admin.';
    case 'one-admin':
      return 'breaking the glass takes two admins, and this repository has one. The operator’s guide says how to stop requiring the check.';
    case 'admin-only':
      return 'this needs an admin of the repository. Ask one of them.';
    case 'pull-request-closed':
      return 'the pull request is closed. Re-open it first.';
    case 'other':
      return `${sentence(refusal.what)} ${sentence(refusal.next)}`;
  }
}

function handlesOf(handles: readonly string[]): string {
  return listed(
    handles.map((handle) => inlineText(handle, 12)),
    12,
  );
}
