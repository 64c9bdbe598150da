import type { Finding } from '../core/finding.ts';
import type { RefusedBecause, Reply } from '../core/reply.ts';
import type { Rule } from '../core/rule.ts';
import type { SignedItem, SignOff } from '../core/signoff.ts';
import { counted, inlineCode, inlineText, listed, withinLimit } from './markdown.ts';
import { clock, day, headline, LENGTH, placeOf, sentence } from './view.ts';

/** GitHub: comments hold 65,536 characters. */
const REPLY_LIMIT = 65_000;

/** Marks the one comment that answers a person's commands; counts only together with our App's id. */
export function replyMarker(accountId: number): string {
  return `<!-- countersign:reply ${accountId} -->`;
}

/** A short answer to a command or a press, in markdown, without mentions, with the marker of the person it is for. */
export function renderReply(reply: Reply, to: { readonly id: number; readonly login: string }): string {
  const who = inlineText(to.login, LENGTH.login);
  const blocks = replyText(reply, who).split('\n\n');
  return withinLimit({ head: replyMarker(to.id), blocks, foot: '' }, REPLY_LIMIT, () => '*The rest is left out.*');
}

function replyText(reply: Reply, who: string): string {
  switch (reply.kind) {
    case 'malformed':
      return `${who}, ${commandOf(reply.verb)} had no effect: ${sentence(reply.problem)} ${exampleOf(reply.verb)}`;
    case 'refused':
      return `${who}, ${commandOf(reply.verb)} had no effect: ${refusalText(reply.because)}`;
    case 'pending':
      return pendingText(reply.signOff, reply.voided, who);
    case 'effective':
      return effectiveText(reply.signOff, who);
    case 'cancelled':
      return `${who}, taken back: what was waiting for your Confirm is void.`;
    case 'rechecking':
      return `${who}, looking again. The check is updated when it is done.`;
    case 'noted-wrong':
      return `${who}, ${listed([...reply.handles], 12)} noted as a false alarm. Thank you. This signs nothing: it holds until it is fixed or signed.`;
    case 'status':
      return statusText(reply);
    case 'explain':
      return reply.findings.map(({ finding, rule }) => explainText(finding, rule)).join('\n\n');
    case 'help':
      return helpText(reply.reportCode);
  }
}

function pendingText(signOff: SignOff, voided: boolean, who: string): string {
  const act: Readonly<Record<SignOff['kind'], string>> = {
    sign: `sign ${itemsOf(signOff.items)}`,
    refuse: `refuse ${itemsOf(signOff.items)}`,
    revoke: 'revoke the refusal',
  };
  const earlier = voided ? ' Your earlier command is void.' : '';
  return `${who}, one step is left to ${act[signOff.kind]}: press *Confirm* in the check by ${clock(signOff.expiresAt)}. Nobody else can press it for you; \`/countersign cancel\` takes it back.${earlier}`;
}

function effectiveText(signOff: SignOff, who: string): string {
  if (signOff.kind === 'refuse') {
    return `Recorded: ${who} refuses ${itemsOf(signOff.items)}. The merge stays blocked, whoever signs, until ${who} or an admin says \`/countersign revoke <reason>\`.`;
  }
  if (signOff.kind === 'revoke') return `Recorded: ${who} revoked the refusal.`;
  const presence = signOff.presence === null ? ' The policy asks for no Confirm here.' : '';
  return `Recorded: ${who} signed ${itemsOf(signOff.items)}, valid until ${day(signOff.expiresAt)} and as long as exactly this stands there.${presence}`;
}

function refusalText(because: RefusedBecause): string {
  switch (because.rule) {
    case 'not-a-person':
      return 'only a person can do this. Ask somebody with write access to the repository.';
    case 'agent-account':
      return 'this account is a coding agent’s, and agents never sign. Ask a person with write access to the repository.';
    case 'through-an-app':
      return 'the comment came through an App. Write it yourself, in the browser.';
    case 'interested':
      return 'you have a hand in this change. Somebody else who may sign has to.';
    case 'edited-comment':
      return 'the comment was edited or deleted. Write the command again, as a new comment.';
    case 'rank-too-low':
      return `this takes the rank ${inlineCode(because.needed, 20)} or above. Ask somebody who has it.`;
    case 'old-code':
      return `something changed since that report. Read the check again${because.current === null ? '.' : `, then use ${inlineCode(because.current, 20)}.`}`;
    case 'unknown-code':
      return `that code belongs to no report of this pull request.${because.current === null ? ' The check prints it.' : ` The current one is ${inlineCode(because.current, 20)}: read it first.`}`;
    case 'no-report':
      return 'there is no finished report for this head yet. Wait for the check, then use the code it prints.';
    case 'nothing-open':
      return 'nothing is open, so there is nothing to sign.';
    case 'closed':
      return 'the pull request is closed. Re-open it first.';
    case 'unknown-handle':
      return `this report has no ${handlesOf(because.handles)}. The check lists the findings; \`/countersign status\` too.`;
    case 'cannot-be-signed':
      return `nobody can sign ${handlesOf(because.handles)}. It must go from the change; the check says what to do.`;
    case 'sign-alone':
      return `critical findings are signed one by one, each with its own reason, and never by \`all\`: ${handlesOf(because.handles)}.`;
    case 'not-open':
      return `${handlesOf(because.handles)} ${because.handles.length === 1 ? 'holds' : 'hold'} nothing up and ${because.handles.length === 1 ? 'needs' : 'need'} no signature.`;
    case 'admin-only':
      return `${handlesOf(because.handles)} ${because.handles.length === 1 ? 'needs' : 'need'} an admin of the repository.`;
    case 'three-pending':
      return 'three people are waiting for Confirm already, and a check has room for three buttons. Try again in some minutes.';
    case 'nothing-pending':
      return 'nothing of yours is waiting for Confirm.';
    case 'nothing-refused':
      return 'there is no refusal in force that you could revoke: its author can, or an admin.';
    case 'another-person':
      return `that button belongs to ${inlineText(because.signer, LENGTH.login)}. Write a command of your own, then press your own button.`;
    case 'expired':
      return 'the 15 minutes to press Confirm are over. Write the command again.';
    case 'void':
      return 'a newer command, a newer report or `cancel` came first. Read the check, then write the command again.';
  }
}

function statusText(reply: Extract<Reply, { kind: 'status' }>): string {
  const { report, verdict, pending } = reply;
  const title = inlineText(headline(report, verdict, { observe: false, siblings: [] }), 200);
  const lines = [`**${title}.** Report ${inlineCode(report.code, 20)}.`];
  const signed = [...new Set(verdict.signed.map(({ handle }) => handle))];
  if (verdict.open.length > 0) lines.push(`Open: ${listed([...verdict.open], 20)}.`);
  if (signed.length > 0) lines.push(`Signed: ${listed(signed, 20)}.`);
  if (pending.length > 0) {
    const people = pending.map(({ signer }) => inlineText(signer.login, LENGTH.login));
    lines.push(`Waiting for Confirm of ${listed(people, 3)}.`);
  }
  if (verdict.open.length > 0) lines.push('`/countersign explain F1` tells more of one.');
  return lines.join(' ');
}

function explainText(finding: Finding, rule: Rule): string {
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
    inlineText(rule.help, 1200),
    steps.slice(0, 12).join('\n'),
    supporting.slice(0, 6).join('\n'),
    finding.remediation === undefined ? '' : sentence(finding.remediation),
    places,
    finding.signable ? '' : 'Nobody can sign this one: it must go.',
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** What was asked, as a code span; the verb is the commenter's own word. */
function commandOf(verb: string): string {
  return verb === '' ? 'the command' : verb === 'confirm' ? 'the press' : inlineCode(`/countersign ${verb}`, 60);
}

function exampleOf(verb: string): string {
  const examples: ReadonlyMap<string, string> = new Map([
    ['sign', '/countersign sign F1 r-7k2m9qx4 the reason in your words'],
    ['refuse', '/countersign refuse F1 r-7k2m9qx4 the reason in your words'],
    ['revoke', '/countersign revoke the reason in your words'],
    ['explain', '/countersign explain F1'],
    ['wrong', '/countersign wrong F1 why it is a false alarm'],
  ]);
  const example = examples.get(verb);
  return example === undefined ? '`/countersign help` lists the commands.' : `Like this: \`${example}\`.`;
}

function helpText(reportCode: string | null): string {
  const code = reportCode === null ? '<report code>' : inlineText(reportCode, 20);
  return [
    'One command per comment, on its first line:',
    [
      `- \`/countersign sign F1 F3 ${code} <reason>\` signs for findings; then press *Confirm* in the check. \`all\` means those that are not critical.`,
      `- \`/countersign refuse F1 ${code} <reason>\` keeps the block, whoever signs; \`revoke <reason>\` takes it back`,
      '- `/countersign explain F1` says what it is and where; `wrong F1 <why>` reports a false alarm and signs nothing',
      '- `/countersign cancel`, `recheck`, `status`, `help`',
    ].join('\n'),
  ].join('\n\n');
}

function handlesOf(handles: readonly string[]): string {
  return listed(
    handles.map((handle) => inlineText(handle, 12)),
    12,
  );
}

function itemsOf(items: readonly SignedItem[]): string {
  return listed(
    items.map(({ handle, ruleId, evidenceDigests }) => {
      const places = evidenceDigests.length > 1 ? `, all ${evidenceDigests.length} places` : '';
      return `${inlineText(handle, 12)} (${inlineText(ruleId, 60)}${places})`;
    }),
    12,
  );
}
