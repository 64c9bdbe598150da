import type { Finding } from '../core/finding.ts';
import type { CheckAction, CheckAnnotation, CheckOutput } from '../core/host.ts';
import type { Location } from '../core/location.ts';
import type { Report, Verdict } from '../core/report.ts';
import type { Level } from '../core/rule.ts';
import type { SignOff } from '../core/signoff.ts';
import { counted, inlineCode, inlineText, listed, plainText, withinLimit } from './markdown.ts';
import {
  authorLine,
  endingWords,
  findingsByHandle,
  glassLines,
  headline,
  holding,
  LENGTH,
  lapsedLines,
  oldestFirst,
  pendingLines,
  placeOf,
  type ReviewExtra,
  safeLink,
  sentence,
  siblingLines,
  signCommand,
  unknownLines,
  whereOf,
} from './view.ts';

/** GitHub REST, "Create a check run": summary and text at most 65,535 characters each. */
const OUTPUT_LIMIT = 65_535;
const TITLE_LIMIT = 200;
/** Places that one finding annotates; the rest is counted. A pasted mistake may stand in thousands. */
const PLACES_PER_FINDING = 20;
const ANNOTATIONS = 500;
/** GitHub REST, check-run `actions`: three buttons; label 20 characters, description 40, identifier 20. */
const ACTION = { count: 3, label: 20, description: 40, identifier: 20 } as const;

const ANNOTATION_LEVEL: Readonly<Record<Level, CheckAnnotation['level']>> = {
  error: 'failure',
  warning: 'warning',
  note: 'notice',
};

export interface RenderedCheckRun {
  readonly output: CheckOutput;
  readonly annotations: readonly CheckAnnotation[];
  readonly actions: readonly CheckAction[];
}

/** What a completed check run shows, by the table of verdicts; the conclusion is the verdict's own. */
export function renderCheckRun(report: Report, verdict: Verdict, extra: ReviewExtra): RenderedCheckRun {
  const annotations = annotationsOf(report, verdict);
  return {
    output: {
      title: plainText(headline(report, verdict, extra), TITLE_LIMIT),
      summary: summaryOf(report, verdict, extra),
      text: detailsOf(report, verdict, annotations.leftOut),
    },
    annotations: annotations.list,
    actions: extra.observe ? [] : oldestFirst(extra.pending).slice(0, ACTION.count).map(confirmAction),
  };
}

/** The button that carries exactly one pending command; `confirm:` and the nonce. */
function confirmAction(signOff: SignOff): CheckAction {
  const identifier = `confirm:${signOff.nonce}`;
  if (identifier.length > ACTION.identifier) throw new TypeError('a nonce has at most 12 characters');
  const handles = signOff.items.map(({ handle }) => handle).join(', ');
  return {
    label: cut(`Confirm ${signOff.signer.login}`, ACTION.label),
    description: cut(`Only ${signOff.signer.login}: ${signOff.kind} ${handles}`, ACTION.description),
    identifier,
  };
}

function cut(text: string, units: number): string {
  const plain = plainText(text, units);
  return plain.length <= units ? plain : plain.slice(0, units).replace(/[\uD800-\uDBFF]$/, '');
}

function summaryOf(report: Report, verdict: Verdict, extra: ReviewExtra): string {
  const open = findingsByHandle(report, verdict.open);
  const shown = findingsByHandle(report, verdict.shown).filter(({ level }) => level === 'warning');
  const unknown = holding(verdict.unknowns);
  const advisory = verdict.unknowns.filter((one) => one.advisory);
  const blocks = [
    ...section('Glass broken', glassLines(verdict)),
    ...section('Same commit', siblingLines(extra.siblings ?? [])),
    ...section('Waiting for Confirm', pendingLines(extra.pending)),
    ...section('Refused', verdict.refusals.map(refusalLine)),
    ...section(
      extra.observe ? 'Would block' : 'Open',
      open.map((finding) => openEntry(finding, report.code)),
    ),
    ...section('Could not be evaluated', unknownLines(unknown)),
    ...section('No longer signed', lapsedLines(verdict, extra)),
    ...section('Signed', signedLines(report, verdict, extra)),
    ...section('Worth a look', shown.map(shownEntry)),
    ...section('Not checked (holds nothing up)', unknownLines(advisory)),
    ...section(
      'Policy',
      [...extra.policyNotes, ...report.notes].map((note) => `- ${sentence(note)}`),
    ),
  ];
  const head = [`**${inlineText(headline(report, verdict, extra), TITLE_LIMIT)}.**`, authorLine(report.attribution)];
  if (extra.commentUrl !== null && open.length > 0) head.push(safeLink('Ready-made commands', extra.commentUrl));
  return withinLimit(
    { head: head.join(' '), blocks, foot: footer(report, extra) },
    OUTPUT_LIMIT,
    (count) => `*${counted(count, 'further entry is', 'further entries are')} left out here: the page is full.*`,
  );
}

function section(title: string, entries: readonly string[]): readonly string[] {
  const [first, ...rest] = entries;
  return first === undefined ? [] : [`### ${title}\n\n${first}`, ...rest];
}

function openEntry(finding: Finding, code: string): string {
  const marks = finding.critical ? ', critical' : '';
  const lines = [
    `- **${finding.handle}** ${inlineText(finding.ruleId, 60)} (${finding.level}${marks}) in ${whereOf(finding)}: ${sentence(finding.message)}`,
  ];
  if (finding.remediation !== undefined) lines.push(`  ${sentence(finding.remediation)}`);
  lines.push(
    finding.signable
      ? `  ${finding.replicas.length > 0 ? `Signing covers all ${finding.replicas.length + 1} places. ` : ''}\`${signCommand(finding, code)}\``
      : '  Nobody can sign this one: it must go.',
  );
  return lines.join('  \n');
}

function shownEntry(finding: Finding): string {
  return `- ${finding.handle} ${inlineText(finding.ruleId, 60)} in ${whereOf(finding)}: ${sentence(finding.message)}`;
}

function refusalLine(refusal: Verdict['refusals'][number]): string {
  return `- **${inlineText(refusal.signer, LENGTH.login)}** refused: “${inlineText(refusal.reason, LENGTH.reason)}”. It holds until that person or an admin revokes it.`;
}

function signedLines(report: Report, verdict: Verdict, extra: ReviewExtra): readonly string[] {
  return verdict.signed.map(({ handle, signer, reason, signOffId }) => {
    const [finding] = findingsByHandle(report, [handle]);
    const what = finding === undefined ? '' : ` ${inlineText(finding.ruleId, 60)} in ${whereOf(finding)}`;
    return `- ${inlineText(handle, 12)}${what}, by **${inlineText(signer, LENGTH.login)}**: “${inlineText(reason, LENGTH.reason)}”${endingWords(signOffId, extra)}`;
  });
}

function footer(report: Report, extra: ReviewExtra): string {
  const ledger = extra.ledgerHead === null ? 'none yet' : inlineCode(extra.ledgerHead, 90);
  const head = inlineCode(report.headSha.slice(0, 12), 12);
  const base = inlineCode(report.mergeBase.slice(0, 12), 12);
  const policy = inlineCode(report.policyDigest.slice(0, 12), 12);
  return `---\nReport ${inlineCode(report.code, 20)} · head ${head} · merge base ${base} · policy ${policy} · ledger head ${ledger}`;
}

/** What only the curious read: notes, what stood there before, and how the author was told. */
function detailsOf(report: Report, verdict: Verdict, annotationsLeftOut: number): string {
  const listedAlready = new Set([...verdict.open, ...verdict.signed.map(({ handle }) => handle)]);
  const notes = report.findings.filter(
    (finding) => !listedAlready.has(finding.handle) && (finding.level === 'note' || finding.preExisting),
  );
  const flows = findingsByHandle(report, verdict.open).filter(({ locations }) => locations.length > 1);
  const signs = report.attribution.evidence.map(
    ({ where, value, tier }) => `- ${where} (${tier}): ${inlineCode(value, 120)}`,
  );
  const blocks = [
    ...section('Notes', notes.filter(({ preExisting }) => !preExisting).map(shownEntry)),
    ...section('Was there before', notes.filter(({ preExisting }) => preExisting).map(shownEntry)),
    ...section('How it flows', flows.map(flowEntry)),
    ...section('How the author was told', signs),
    ...section('Not read', report.unread.map(unreadLine)),
  ];
  if (annotationsLeftOut > 0) {
    blocks.unshift(`*${counted(annotationsLeftOut, 'place has', 'places have')} no annotation: there are too many.*`);
  }
  const body = { head: '', blocks, foot: blocks.length === 0 ? 'No details.' : '' };
  return withinLimit(
    body,
    OUTPUT_LIMIT,
    (count) => `*${counted(count, 'further entry is', 'further entries are')} left out here.*`,
  );
}

function flowEntry(finding: Finding): string {
  const steps = finding.locations.map(
    (location, index) =>
      `  ${index + 1}. ${inlineCode(placeOf(location), LENGTH.path)}${location.message === undefined ? '' : ` ${sentence(location.message)}`}`,
  );
  return [`- ${finding.handle} ${inlineText(finding.ruleId, 60)}`, ...steps].join('\n');
}

function unreadLine(file: Report['unread'][number]): string {
  const place = file.line === undefined ? file.path : `${file.path}:${file.line}`;
  return `- ${inlineCode(place, LENGTH.path)}: ${sentence(file.reason)}`;
}

/** One annotation per place of every open, signed and shown finding; notes stay in the details. */
function annotationsOf(
  report: Report,
  verdict: Verdict,
): { readonly list: readonly CheckAnnotation[]; readonly leftOut: number } {
  const signed = new Map(verdict.signed.map((entry) => [entry.handle, entry.signer]));
  const open = new Set(verdict.open);
  const shown = new Set(verdict.shown);
  const list: CheckAnnotation[] = [];
  let leftOut = 0;
  for (const finding of inOrder(report.findings, open)) {
    const signer = signed.get(finding.handle);
    const seen = open.has(finding.handle) || signer !== undefined || shown.has(finding.handle);
    if (!seen || finding.preExisting || (finding.level === 'note' && !open.has(finding.handle))) continue;
    const places = [finding.locations, ...finding.replicas.map(({ locations }) => locations)].filter(
      // A place in the pull request's own text has no file to stand beside.
      ([place]) => place.path !== '',
    );
    for (const [index, [place, ...steps]] of places.entries()) {
      if (index >= PLACES_PER_FINDING || list.length >= ANNOTATIONS) {
        leftOut += places.length - index;
        break;
      }
      list.push(annotation(finding, place, steps, { signer, place: index + 1, places: places.length }));
    }
  }
  return { list, leftOut };
}

function inOrder(findings: readonly Finding[], open: ReadonlySet<string>): readonly Finding[] {
  return [...findings.filter(({ handle }) => open.has(handle)), ...findings.filter(({ handle }) => !open.has(handle))];
}

function annotation(
  finding: Finding,
  place: Location,
  steps: readonly Location[],
  told: { readonly signer: string | undefined; readonly place: number; readonly places: number },
): CheckAnnotation {
  const removed = place.side === 'base';
  const startLine = removed ? 1 : Math.max(1, place.startLine);
  const endLine = removed ? 1 : Math.max(startLine, place.endLine);
  const columns = !removed && startLine === endLine && place.startColumn !== undefined && place.endColumn !== undefined;
  const sentences = [plainText(finding.message, LENGTH.message)];
  if (finding.remediation !== undefined) sentences.push(plainText(finding.remediation, LENGTH.message));
  if (removed) sentences.push(`(Line ${place.startLine} of the base.)`);
  if (told.places > 1) sentences.push(`Place ${told.place} of ${told.places} of the same.`);
  if (told.signer !== undefined) sentences.push(`Signed by ${plainText(told.signer, LENGTH.login)}.`);
  const flow = steps.map((step, index) => `${index + 1}. ${plainText(`${placeOf(step)} ${step.message ?? ''}`, 300)}`);
  return {
    path: place.path,
    startLine,
    endLine,
    ...(columns ? { startColumn: place.startColumn, endColumn: place.endColumn } : {}),
    level: told.signer === undefined ? ANNOTATION_LEVEL[finding.level] : 'notice',
    title: plainText(`${finding.handle} ${finding.ruleId}`, 120),
    message: sentences.join('\n'),
    ...(flow.length > 0 ? { rawDetails: listedFlow(flow) } : {}),
  };
}

function listedFlow(steps: readonly string[]): string {
  const shown = steps.slice(0, 20);
  return steps.length > shown.length
    ? `${shown.join('\n')}\n${listed([`${steps.length - shown.length} further steps`], 1)}`
    : shown.join('\n');
}
