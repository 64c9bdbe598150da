import type { CheckOutput } from '../core/host.ts';
import type { Report, Verdict } from '../core/report.ts';
import { counted, inlineCode, inlineText, listed, plainText, withinLimit } from './markdown.ts';
import { holding, sentence, unknownLines, whereOf } from './view.ts';

/** GitHub REST, "Create a check run": summary and text at most 65,535 characters each. */
const OUTPUT_LIMIT = 65_535;
const TITLE_LIMIT = 200;

/** A pull request of a group, and how it stands by itself; `problem` is a clause, null where nothing is open. */
export interface MemberView {
  readonly number: number;
  readonly problem: string | null;
}

export interface MergeGroupView {
  readonly members: readonly MemberView[];
  /** A sentence where some commit of the group cannot be told to be a member's: then no signature counts. */
  readonly gap: string | null;
  readonly report: Pick<Report, 'findings' | 'headSha' | 'mergeBase' | 'policyDigest' | 'notes'>;
  readonly verdict: Verdict;
  readonly ledgerHead: string;
  readonly observe: boolean;
  /** It is tried again: the run stays in progress. */
  readonly waiting: boolean;
}

/** What the check of a merge group shows. It carries no buttons: what is open is signed in its own pull request. */
export function renderMergeGroup(view: MergeGroupView): CheckOutput {
  const { report, verdict, members } = view;
  const open = report.findings.filter(({ handle }) => verdict.open.includes(handle));
  const head = headlineOf(view);
  const blocks = [
    ...section('Pull requests', members.map(memberLine)),
    ...section(view.observe ? 'Would block' : 'Open in the merged code', open.map(openLine)),
    ...(open.length === 0 ? [] : [HOW_TO_SIGN]),
    ...section('Could not be evaluated', unknownLines(holding(verdict.unknowns))),
    ...section(
      'Signed in its pull request',
      verdict.signed.map(({ handle, signer }) => `- ${inlineText(handle, 12)}, by **${inlineText(signer, 40)}**`),
    ),
    ...section(
      'Policy',
      report.notes.map((note) => `- ${sentence(note)}`),
    ),
  ];
  if (view.gap !== null)
    blocks.unshift(
      `No sign-off counts here: ${sentence(view.gap)} Take the pull requests out of the queue and add them again.`,
    );
  const summary = withinLimit(
    { head: `**${inlineText(head, TITLE_LIMIT)}.**`, blocks, foot: footer(view) },
    OUTPUT_LIMIT,
    (count) => `*${counted(count, 'further entry is', 'further entries are')} left out here: the page is full.*`,
  );
  return { title: plainText(head, TITLE_LIMIT), summary };
}

const HOW_TO_SIGN =
  'A sign-off is given in a pull request and holds here where the very same evidence stands. Update the pull request from its base, sign what is left there, and add it to the queue again.';

function headlineOf({ members, verdict, waiting, observe }: MergeGroupView): string {
  const numbers = `Merge of ${listed(
    members.map(({ number }) => `#${number}`),
    5,
  )}`;
  if (verdict.result === 'pass') return `${numbers}: nothing open`;
  if (verdict.result === 'inconclusive')
    return `${numbers}: could not evaluate${waiting ? ', it is tried again' : ' in time'}`;
  const held = members.filter(({ problem }) => problem !== null).length;
  const parts = [
    ...(verdict.open.length > 0 ? [counted(verdict.open.length, 'open finding', 'open findings')] : []),
    ...(verdict.refusals.length > 0 ? [counted(verdict.refusals.length, 'refusal', 'refusals')] : []),
    ...(held > 0 ? [counted(held, 'pull request that is held', 'pull requests that are held')] : []),
  ];
  return `${numbers}: ${observe ? 'would be held by ' : ''}${parts.join(', ')}`;
}

function memberLine({ number, problem }: MemberView): string {
  return `- Pull request ${number}: ${problem === null ? 'nothing open' : sentence(problem)}`;
}

function openLine(finding: Report['findings'][number]): string {
  return `- **${finding.handle}** ${inlineText(finding.ruleId, 60)} (${finding.level}) in ${whereOf(finding)}: ${sentence(finding.message)}`;
}

function section(title: string, entries: readonly string[]): readonly string[] {
  const [first, ...rest] = entries;
  return first === undefined ? [] : [`### ${title}\n\n${first}`, ...rest];
}

function footer({ report, ledgerHead }: MergeGroupView): string {
  const [head, base, policy] = [report.headSha, report.mergeBase, report.policyDigest].map((text) =>
    inlineCode(text.slice(0, 12), 12),
  );
  return `---\nMerge group · head ${head} · base ${base} · policy ${policy} · ledger head ${inlineCode(ledgerHead, 90)}`;
}
