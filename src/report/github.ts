import type { Finding } from '../core/finding.ts';
import type { Level } from '../core/rule.ts';
import { plainText } from './markdown.ts';
import { placesOf, type ScanResult, sortedFindings } from './scan.ts';
import { headline, holding, LENGTH } from './view.ts';

const COMMAND: Readonly<Record<Level, string>> = { error: 'error', warning: 'warning', note: 'notice' };

/**
 * A scan as workflow commands (GitHub Actions, "Workflow commands": `error`, `warning`), one annotation a place, and
 * the verdict as the last line. Notes are left out, as in the check.
 */
export function renderGithub(scan: ScanResult): string {
  const open = new Set(scan.verdict.open);
  const told = sortedFindings(scan).filter(
    ({ handle, level, preExisting }) => open.has(handle) || (level !== 'note' && !preExisting),
  );
  const lines = [
    ...told.flatMap(findingLines),
    ...holding(scan.verdict.unknowns).map(({ fact, subject, source, reason }) =>
      command('warning', {}, `Could not evaluate ${fact} of ${subject}: ${source} ${reason}`),
    ),
    ...scan.report.unread.map(({ path, line, reason }) =>
      command('warning', { file: path, ...(line === undefined ? {} : { line }), title: 'Not read' }, reason),
    ),
    plainText(headline(scan.report, scan.verdict, { observe: false }), 300),
  ];
  return `${lines.join('\n')}\n`;
}

function findingLines(finding: Finding): readonly string[] {
  const said = [finding.message, finding.remediation].filter((part) => part !== undefined).join(' ');
  return placesOf(finding).map(({ locations: [place] }) => {
    const oneLine = place.startLine === place.endLine;
    const position =
      place.side === 'base' || place.path === ''
        ? {}
        : {
            line: Math.max(1, place.startLine),
            endLine: Math.max(1, place.endLine),
            ...(oneLine && place.startColumn !== undefined ? { col: place.startColumn } : {}),
            ...(oneLine && place.endColumn !== undefined ? { endColumn: place.endColumn } : {}),
          };
    const file = place.path === '' ? {} : { file: place.path };
    return command(
      COMMAND[finding.level],
      { ...file, ...position, title: `${finding.handle} ${finding.ruleId}` },
      said,
    );
  });
}

/** One workflow command; values are escaped as the runner undoes it (actions/toolkit, command.ts). */
function command(name: string, properties: Readonly<Record<string, string | number>>, message: string): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(String(value))}`);
  const head = list.length === 0 ? `::${name}::` : `::${name} ${list.join(',')}::`;
  return `${head}${escapeData(plainText(message, LENGTH.message * 2))}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
