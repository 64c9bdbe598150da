import type { DependencyChange } from '../../core/dependency.ts';

/** Columns of a table are cut here, in characters. */
const WIDEST = 60;

/** The rows as a table for people, with how many there are of each kind below it. */
export function changesTable(changes: readonly DependencyChange[]): string {
  if (changes.length === 0) return 'No dependency changes.\n';
  const rows = [
    ['CHANGE', 'TYPE', 'NAME', 'FROM', 'TO', 'RELATION', 'SOURCE', 'WHERE'],
    ...changes.map((change) => [
      change.changeType,
      change.type,
      change.alias === undefined ? change.name : `${change.name} (as ${change.alias})`,
      change.changeType === 'removed' ? versionOf(change) : versionOf(change.previous ?? {}),
      change.changeType === 'removed' ? '' : versionOf(change),
      change.entry === 'manifest' || change.entry === 'lockfile' ? change.relationship : change.entry,
      change.source,
      placeOf(change),
    ]),
  ].map((row) => row.map((cell) => shortened(plain(cell))));
  const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n\n${summaryOf(changes)}\n`;
}

function placeOf({ location, otherLocations = [] }: DependencyChange): string {
  const more = otherLocations.length === 0 ? '' : ` and ${otherLocations.length} more`;
  return `${location.path}:${location.startLine}${more}`;
}

/** `2 added, 1 updated`. */
function summaryOf(changes: readonly DependencyChange[]): string {
  return (['added', 'updated', 'removed', 'altered'] as const)
    .map((kind) => [changes.filter((change) => change.changeType === kind).length, kind] as const)
    .filter(([count]) => count > 0)
    .map(([count, kind]) => `${count} ${kind}`)
    .join(', ');
}

function versionOf(entry: { readonly version?: string; readonly range?: string }): string {
  return entry.version ?? entry.range ?? '';
}

function shortened(text: string): string {
  return text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text;
}

/** Control and bidirectional characters, which could rewrite a terminal's line, shown as their code. */
export function plain(text: string): string {
  return text.replaceAll(
    /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
