import type { Finding } from '../core/finding.ts';
import type { Report, Verdict } from '../core/report.ts';
import { byteLength, counted, inlineCode, inlineText, withinLimit } from './markdown.ts';
import { newPackages, packageTable, transitiveCount } from './packages.ts';
import {
  authorLine,
  endingWords,
  findingsByHandle,
  glassLines,
  headline,
  holding,
  LENGTH,
  lapsedLines,
  type PackageView,
  pendingLines,
  type ReviewExtra,
  safeLink,
  sentence,
  siblingLines,
  signCommand,
  unknownLines,
  whereOf,
} from './view.ts';

/** Marks the one comment that is kept up to date; counts only together with our App's id. */
export const STICKY_MARKER = '<!-- countersign:sticky -->';

/** GitHub: comments hold 65,536 characters. */
const COMMENT_LIMIT = 65_000;
const PACKAGE_ROWS = 40;
/** A line break that counts in comments and check runs alike (CommonMark, "hard line breaks"). */
const BREAK = '  \n  ';

export interface CommentExtra extends ReviewExtra {
  /** Address of the check run, where it is known. */
  readonly checkUrl: string | null;
  /** Evidence of the packages that the change adds. */
  readonly packages: readonly PackageView[];
  /** Milliseconds since the epoch: ages count to it. */
  readonly now: number;
  /** `short`: verdict and commands; `normal`: with the table of packages; `full`: with warnings and notes. */
  readonly verbosity: 'short' | 'normal' | 'full';
}

/** The sticky comment: short, complete, and free of mentions. Nothing open and nothing signed: one line. */
export function renderComment(report: Report, verdict: Verdict, extra: CommentExtra): string {
  const title = inlineText(headline(report, verdict, extra), 300);
  const open = findingsByHandle(report, verdict.open);
  const pending = pendingLines(extra.pending).map((line) =>
    line.replace('*Confirm* above', `*Confirm* in ${safeLink('the check', extra.checkUrl)}`),
  );
  const quiet =
    verdict.result === 'pass' &&
    verdict.signed.length === 0 &&
    verdict.brokenGlass === undefined &&
    pending.length === 0 &&
    (extra.siblings ?? []).length === 0;
  if (quiet) return `${STICKY_MARKER}\n**Countersign: ${title}.** ${authorLine(report.attribution)}`;

  const blocks = [
    ...titled('Glass broken', glassLines(verdict)),
    ...titled('Same commit', siblingLines(extra.siblings ?? [])),
    ...titled('Waiting for Confirm', pending),
    ...titled('Refused', verdict.refusals.map(refusalLine)),
    ...titled(
      verdict.brokenGlass !== undefined
        ? 'Open, and let through for now'
        : extra.observe
          ? 'Would hold the merge'
          : 'Holds the merge',
      open.map((finding) => openEntry(finding, report.code)),
    ),
    ...signAll(open, report.code),
    ...titled('Could not be evaluated', unknownLines(holding(verdict.unknowns))),
    ...titled('No longer signed', lapsedLines(verdict, extra)),
    ...titled('Signed', signedLines(report, verdict, extra)),
    ...titled(
      'Policy',
      extra.policyNotes.map((note) => `- ${sentence(note)}`),
    ),
    ...(extra.verbosity === 'short' ? [] : packagesBlock(extra)),
    ...(extra.verbosity === 'full' ? folded('Warnings and notes', shownLines(report, verdict)) : []),
    ...folded('How to answer', HOW_TO),
  ];
  return withinLimit(
    {
      head: `${STICKY_MARKER}\n### ${title}\n\n${authorLine(report.attribution)}`,
      blocks,
      foot: footer(report, extra),
    },
    COMMENT_LIMIT,
    (count) => `*${counted(count, 'further part is', 'further parts are')} left out here; the check lists more.*`,
  );
}

const HOW_TO: readonly string[] = [
  'One command per comment, on its first line. Then press *Confirm* in the check: a token alone cannot.',
  '- `/countersign sign F1 F3 <report code> <reason>` signs for findings; `refuse` keeps the block',
  '- `/countersign explain F1` tells more; `/countersign wrong F1 <why>` reports a false alarm and signs nothing',
  '- `/countersign recheck`, `status`, `cancel`, `revoke`, `help`',
];

function titled(title: string, entries: readonly string[]): readonly string[] {
  const [first, ...rest] = entries;
  return first === undefined ? [] : [`**${title}**\n\n${first}`, ...rest];
}

function folded(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`<details><summary>${title}</summary>\n\n${lines.join('\n')}\n\n</details>`];
}

function openEntry(finding: Finding, code: string): string {
  const critical = finding.critical ? ', critical' : '';
  const remedy = finding.remediation === undefined ? '' : ` ${sentence(finding.remediation)}`;
  const command = finding.signable ? `\`${signCommand(finding, code)}\`` : '**Nobody can sign this: it must go.**';
  return `- **${finding.handle}** ${inlineText(finding.ruleId, 60)}${critical}, ${whereOf(finding)}: ${sentence(finding.message)}${remedy}${BREAK}${command}`;
}

/** One command for several findings, where more than one may be signed together. */
function signAll(open: readonly Finding[], code: string): readonly string[] {
  const together = open.filter(({ signable, critical }) => signable && !critical);
  if (together.length < 2) return [];
  return [`All ${together.length} that are not critical: \`/countersign sign all ${code} <reason>\``];
}

function refusalLine(refusal: Verdict['refusals'][number]): string {
  const who = inlineText(refusal.signer, LENGTH.login);
  return `- ${who}: “${inlineText(refusal.reason, LENGTH.reason)}” It holds, whoever signs, until ${who} or an admin says \`/countersign revoke <reason>\`.`;
}

function signedLines(report: Report, verdict: Verdict, extra: CommentExtra): readonly string[] {
  return verdict.signed.map(({ handle, signer, reason, signOffId }) => {
    const [finding] = findingsByHandle(report, [handle]);
    const what = finding === undefined ? '' : ` ${inlineText(finding.ruleId, 60)}, ${whereOf(finding)}`;
    return `- ${inlineText(handle, 12)}${what}: ${inlineText(signer, LENGTH.login)}, “${inlineText(reason, LENGTH.reason)}”${endingWords(signOffId, extra)}`;
  });
}

function shownLines(report: Report, verdict: Verdict): readonly string[] {
  return findingsByHandle(report, verdict.shown).map(
    (finding) =>
      `- ${finding.handle} ${inlineText(finding.ruleId, 60)} (${finding.level}), ${whereOf(finding)}: ${sentence(finding.message)}`,
  );
}

function packagesBlock(extra: CommentExtra): readonly string[] {
  const packages = newPackages(extra.packages);
  if (packages.length === 0) return [];
  const { head, rows } = packageTable(packages.slice(0, PACKAGE_ROWS), extra.now);
  const more = packages.length > rows.length ? `\n\n*${packages.length - rows.length} more are not shown.*` : '';
  const brought = transitiveCount(extra.packages);
  const along = brought > 0 ? `\n\n*${counted(brought, 'more comes', 'more come')} along with them.*` : '';
  const table = `${head}\n${rows.join('\n')}${more}${along}`;
  const title = counted(packages.length, 'new package', 'new packages');
  // A short table is read at once; a long one, or a heavy one, is folded.
  if (packages.length <= 5 && byteLength(table) < 4000)
    return [`**${title[0]?.toUpperCase()}${title.slice(1)}**\n\n${table}`];
  return [`<details><summary>${title}</summary>\n\n${table}\n\n</details>`];
}

function footer(report: Report, extra: CommentExtra): string {
  const ledger = extra.ledgerHead === null ? '' : ` · ledger ${inlineCode(extra.ledgerHead.slice(0, 12), 12)}`;
  return `<sub>report ${inlineCode(report.code, 20)} · head ${inlineCode(report.headSha.slice(0, 12), 12)}${ledger}</sub>`;
}
