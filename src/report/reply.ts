import type { Finding } from '../core/finding.ts';
import type { Report, Verdict } from '../core/report.ts';
import type { SignedItem } from '../core/signoff.ts';
import { counted, inlineCode, inlineText, listed, withinLimit } from './markdown.ts';
import { type Refusal, refusalText } from './refusal.ts';
import { clock, day, headline, LENGTH, placeOf, safeLink, sentence, signCommand } from './view.ts';

export type { Refusal } from './refusal.ts';

/** Marks a reply to a command; the reply to a person's next command replaces it. */
export const REPLY_MARKER = '<!-- countersign:reply -->';

/** GitHub: comments hold 65,536 characters; room is left for a marker of the caller's own. */
const REPLY_LIMIT = 64_000;

/** Everything that a command or a press can come to, as told in one short reply. */
export type Reply =
  | {
      readonly kind: 'pending-confirm';
      readonly signer: string;
      readonly act: 'sign' | 'revoke' | 'break-glass';
      readonly items: readonly SignedItem[];
      readonly expiresAt: string;
      readonly checkUrl: string | null;
    }
  | {
      readonly kind: 'effective';
      readonly signer: string;
      readonly act: 'sign' | 'revoke' | 'break-glass';
      readonly items: readonly SignedItem[];
      /** False where the policy relaxed presence for these rules: then the reply says so. */
      readonly presence: boolean;
      readonly expiresAt: string | null;
      /** Distinct people still needed by a two-person rule. */
      readonly stillNeeded: number;
      /** Logins of those whose refusal holds the merge whoever signs. */
      readonly refusedBy: readonly string[];
    }
  | { readonly kind: 'refusal-recorded'; readonly signer: string; readonly items: readonly SignedItem[] }
  | { readonly kind: 'cancelled'; readonly signer: string; readonly count: number }
  | { readonly kind: 'refused'; readonly signer: string; readonly refusal: Refusal }
  | {
      readonly kind: 'status';
      readonly report: Report;
      readonly verdict: Verdict;
      /** Commands that wait for Confirm. */
      readonly pending: number;
      readonly observe: boolean;
    }
  | { readonly kind: 'explain'; readonly finding: Finding; readonly help: string; readonly code: string }
  | { readonly kind: 'wrong-recorded'; readonly handle: string; readonly ruleId: string }
  | { readonly kind: 'recheck' }
  | { readonly kind: 'wrong-place' }
  | { readonly kind: 'malformed'; readonly given: string; readonly problem: string; readonly example: string | null }
  | { readonly kind: 'comment-restored'; readonly by: string }
  | { readonly kind: 'help' };

/** A short reply in markdown, without mentions, with its marker. */
export function renderReply(reply: Reply): string {
  const blocks = replyText(reply).split('\n\n');
  return withinLimit({ head: REPLY_MARKER, blocks, foot: '' }, REPLY_LIMIT, () => '*The rest is left out.*');
}

function replyText(reply: Reply): string {
  switch (reply.kind) {
    case 'pending-confirm':
      return pendingText(reply);
    case 'effective':
      return effectiveText(reply);
    case 'refusal-recorded':
      return `Recorded: ${login(reply.signer)} refuses ${itemsOf(reply.items)}. The merge stays blocked, whoever signs, until ${login(reply.signer)} or an admin says \`/countersign revoke <reason>\`.`;
    case 'cancelled':
      return reply.count === 0
        ? `${login(reply.signer)}, nothing of yours was waiting.`
        : `${login(reply.signer)}, taken back: ${counted(reply.count, 'command that was', 'commands that were')} waiting for Confirm.`;
    case 'refused':
      return `${login(reply.signer)}, this had no effect: ${refusalText(reply.refusal)}`;
    case 'status':
      return statusText(reply);
    case 'explain':
      return explainText(reply);
    case 'wrong-recorded':
      return `Noted as a false alarm of ${inlineText(reply.ruleId, 60)}: ${inlineText(reply.handle, 12)}. Thank you. This signs nothing: the finding holds until it is fixed or signed.`;
    case 'recheck':
      return 'Looking again. The check is updated when it is done.';
    case 'wrong-place':
      return 'Commands count only as a comment of their own in the conversation, not in a review or on a line. Write it there, on the first line.';
    case 'malformed':
      return malformedText(reply);
    case 'comment-restored':
      return `${login(reply.by)} changed a comment of Countersign. It was put back, and the change is recorded.`;
    case 'help':
      return HELP;
  }
}

function pendingText(reply: Extract<Reply, { kind: 'pending-confirm' }>): string {
  const act: Readonly<Record<typeof reply.act, string>> = {
    sign: `sign ${itemsOf(reply.items)}`,
    revoke: 'revoke the refusal',
    'break-glass': 'break the glass',
  };
  const check = safeLink('the check', reply.checkUrl);
  return `${login(reply.signer)}, one step is left to ${act[reply.act]}: press *Confirm* in ${check} by ${clock(reply.expiresAt)}. Nobody else can press it for you; \`/countersign cancel\` takes it back.`;
}

function effectiveText(reply: Extract<Reply, { kind: 'effective' }>): string {
  const who = login(reply.signer);
  const done: Readonly<Record<typeof reply.act, string>> = {
    sign: `${who} signed ${itemsOf(reply.items)}.`,
    revoke: `${who} revoked the refusal.`,
    'break-glass':
      reply.stillNeeded > 0
        ? `${who} is one of the two who break the glass.`
        : `${who} broke the glass for this commit.`,
  };
  const relaxed = reply.presence ? '' : ' The policy asks for no Confirm here.';
  const more =
    reply.stillNeeded > 0 ? ` ${counted(reply.stillNeeded, 'more person is', 'more people are')} needed.` : '';
  if (reply.act === 'break-glass') return `${done[reply.act]} ${glassText(reply)}`;
  const until =
    reply.expiresAt === null || reply.act === 'revoke'
      ? ''
      : ` Valid until ${day(reply.expiresAt)}, and as long as exactly this stands there.`;
  const held = reply.refusedBy.length === 0 ? '' : ` The merge stays blocked: ${refusedWords(reply.refusedBy)}.`;
  return `${done[reply.act]}${relaxed}${more}${until}${held}`;
}

function refusedWords(logins: readonly string[]): string {
  const who = [...new Set(logins.map(login))];
  return `the refusal by ${listed(who, 3)} is in force until ${who.length === 1 ? who[0] : 'each of them'} or an admin revokes it`;
}

function glassText({ expiresAt, stillNeeded }: Extract<Reply, { kind: 'effective' }>): string {
  const until = expiresAt === null ? '' : clock(expiresAt);
  return stillNeeded > 0
    ? `Another admin without a hand in the change has to give the same command and press *Confirm* by ${until}.`
    : `The check is green until ${until}, for this commit alone, and closes by itself then.`;
}

function statusText({ report, verdict, pending, observe }: Extract<Reply, { kind: 'status' }>): string {
  const title = inlineText(headline(report, verdict, { observe }), 200);
  const lines = [`**${title}.** Report ${inlineCode(report.code, 20)}.`];
  const signed = [...new Set(verdict.signed.map(({ handle }) => handle))];
  if (verdict.open.length > 0) lines.push(`Open: ${listed([...verdict.open], 20)}.`);
  if (signed.length > 0) lines.push(`Signed: ${listed(signed, 20)}.`);
  if (pending > 0) lines.push(`${counted(pending, 'command waits', 'commands wait')} for Confirm.`);
  return lines.join(' ');
}

function explainText({ finding, help, code }: Extract<Reply, { kind: 'explain' }>): string {
  const steps = finding.locations.map((location, index) => {
    const said = location.message === undefined ? '' : `: ${sentence(location.message)}`;
    return `${index + 1}. ${inlineCode(placeOf(location), LENGTH.path)}${said}`;
  });
  const supporting = finding.supporting.map(
    ({ ruleId, message }) => `- ${inlineText(ruleId, 60)}: ${sentence(message)}`,
  );
  const places =
    finding.replicas.length === 0
      ? ''
      : `The same stands in ${counted(finding.replicas.length, 'further place', 'further places')}; they are signed together.`;
  const parts = [
    `**${inlineText(finding.handle, 12)}** ${inlineText(finding.ruleId, 60)} (${finding.level}, ${finding.confidence} confidence): ${sentence(finding.message)}`,
    inlineText(help, 1200),
    steps.slice(0, 12).join('\n'),
    supporting.slice(0, 6).join('\n'),
    finding.remediation === undefined ? '' : sentence(finding.remediation),
    places,
    finding.signable ? inlineCode(signCommand(finding, code), 120) : 'Nobody can sign this one: it must go.',
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function malformedText({ given, problem, example }: Extract<Reply, { kind: 'malformed' }>): string {
  const next = example === null ? '`/countersign help` lists the commands.' : `Try ${inlineCode(example, 120)}.`;
  return `${inlineCode(given, 80)} had no effect: ${sentence(problem)} ${next}`;
}

const HELP = [
  'One command per comment, on its first line:',
  [
    '- `/countersign sign F1 F3 <report code> <reason>`: signs for findings; then press *Confirm* in the check. `all` means the findings that are not critical.',
    '- `/countersign refuse F1 <report code> <reason>`: keeps the block, whoever signs; `revoke <reason>` takes it back',
    '- `/countersign explain F1`: what it is and where; `/countersign wrong F1 <why>`: a false alarm (signs nothing)',
    '- `/countersign break-glass <report code> <reason>`: in an emergency, two admins let this commit through for one hour',
    '- `/countersign cancel`, `recheck`, `status`, `help`',
  ].join('\n'),
].join('\n\n');

function itemsOf(items: readonly SignedItem[]): string {
  return listed(
    items.map(({ handle, ruleId, evidenceDigests }) => {
      const places = evidenceDigests.length > 1 ? `, all ${evidenceDigests.length} places` : '';
      return `${inlineText(handle, 12)} (${inlineText(ruleId, 60)}${places})`;
    }),
    12,
  );
}

function login(name: string): string {
  return inlineText(name, LENGTH.login);
}
