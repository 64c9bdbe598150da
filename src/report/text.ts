import type { Finding } from '../core/finding.ts';
import { counted, listed, plainText } from './markdown.ts';
import { flowOf, type ScanResult, sortedFindings } from './scan.ts';
import { headline, holding, LENGTH, placeOf, unknownGroups } from './view.ts';

/** A scan for a terminal: no colours, no control characters, a line break at the end. */
export function renderText(scan: ScanResult): string {
  const { report, verdict } = scan;
  const open = new Set(verdict.open);
  const signed = new Map(verdict.signed.map((entry) => [entry.handle, entry]));
  const findings = sortedFindings(scan);
  const told = findings.filter(
    ({ level, handle, preExisting }) => open.has(handle) || (level !== 'note' && !preExisting),
  );
  const rest = findings.length - told.length;
  const blocks = [
    `${headline(report, verdict, { observe: false })}.`,
    ...told.map((finding) => findingText(finding, open.has(finding.handle), signed.get(finding.handle))),
    ...unknownsText('Could not be evaluated:', holding(verdict.unknowns)),
    ...unknownsText(
      'Not checked (holds nothing up):',
      verdict.unknowns.filter(({ advisory }) => advisory),
    ),
    ...unreadText(report.unread),
    ...report.notes.map((note) => plainText(note, 500)),
  ];
  if (rest > 0) blocks.push(`${counted(rest, 'note', 'notes')} and older findings are listed by --format json.`);
  return `${blocks.join('\n\n')}\n`;
}

function findingText(finding: Finding, open: boolean, signature: { readonly signer: string } | undefined): string {
  const state =
    signature === undefined ? (open ? 'holds' : 'shown') : `signed by ${plainText(signature.signer, LENGTH.login)}`;
  const marks = [finding.critical ? 'critical' : '', finding.signable ? '' : 'cannot be signed'].filter(
    (mark) => mark !== '',
  );
  const [first] = finding.locations;
  const column = first.startColumn === undefined ? '' : `:${first.startColumn}`;
  const lines = [
    `${finding.handle} ${finding.level} ${plainText(finding.ruleId, 60)} (${[state, ...marks].join(', ')})`,
    `  ${plainText(`${placeOf(first)}${column}`, LENGTH.path)}`,
    `  ${plainText(finding.message, LENGTH.message)}`,
  ];
  // The step that only repeats what was just said is the place that was just named.
  for (const step of flowOf(finding.locations).filter(({ message }) => message !== finding.message))
    lines.push(`    ${plainText(`${placeOf(step)} ${step.message ?? ''}`, 300)}`);
  if (finding.replicas.length > 0) {
    const places = finding.replicas.map(({ locations }) => plainText(placeOf(locations[0]), LENGTH.path));
    lines.push(`  also in ${listed(places, 10)}`);
  }
  for (const { ruleId, message } of finding.supporting) lines.push(`  ${plainText(`${ruleId}: ${message}`, 300)}`);
  if (finding.remediation !== undefined) lines.push(`  ${plainText(finding.remediation, LENGTH.message)}`);
  return lines.join('\n');
}

function unknownsText(title: string, unknowns: ScanResult['verdict']['unknowns']): readonly string[] {
  if (unknowns.length === 0) return [];
  const lines = unknownGroups(unknowns).map(({ source, reason, facts, subjects, ruleIds }) => {
    const whom = listed(
      subjects.map((subject) => plainText(subject, LENGTH.name)),
      20,
    );
    const needed = listed([...ruleIds], 12);
    return `  ${plainText(source, 60)} ${plainText(reason, 200)}: ${listed([...facts], 12)} of ${whom} (needed by ${needed})`;
  });
  return [[title, ...lines].join('\n')];
}

function unreadText(unread: ScanResult['report']['unread']): readonly string[] {
  if (unread.length === 0) return [];
  const lines = unread
    .slice(0, 50)
    .map(({ path, line, reason }) => plainText(`${path}${line === undefined ? '' : `:${line}`}: ${reason}`, 400));
  const more = unread.length > lines.length ? [`${unread.length - lines.length} more`] : [];
  return [['Not read:', ...[...lines, ...more].map((line) => `  ${line}`)].join('\n')];
}
