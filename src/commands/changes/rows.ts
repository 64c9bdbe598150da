import type { DependencyChange } from '../../core/dependency.ts';
import { normalizedName } from '../../ecosystems/index.ts';

/** Types whose names have one spelling by rule (PEP 503; NuGet, "package ID"): rows carry it. */
const SPELT_ONCE: ReadonlySet<string> = new Set(['pypi', 'nuget']);

/**
 * The rows of a change as they are printed: one for each real name and version that differs, whatever number of files
 * says so. Where several do, the lockfile's row stands for all, and the other places are kept with it.
 */
export function printedRows(changes: readonly DependencyChange[]): DependencyChange[] {
  const rows = new Map<string, DependencyChange>();
  const ordered = changes.filter((change) => change.scope !== 'registry-setting');
  for (const change of [...ordered].sort((a, b) => rankOf(a) - rankOf(b))) {
    const row = SPELT_ONCE.has(change.type) ? { ...change, name: normalizedName(change) } : change;
    const key = keyOf(row);
    const known = rows.get(key) ?? replacedBy(rows, row) ?? sameArtefact(rows, row);
    if (known === undefined) {
      rows.set(key, row);
      continue;
    }
    rows.set(keyOf(known), {
      ...known,
      relationship: known.relationship === 'direct' ? 'direct' : row.relationship,
      otherLocations: [...(known.otherLocations ?? []), row.location, ...(row.otherLocations ?? [])],
    });
  }
  for (const [key, row] of rows) {
    const known = says(row) ? undefined : versioned(rows, row);
    if (known === undefined) continue;
    rows.delete(key);
    rows.set(keyOf(known), { ...known, otherLocations: [...(known.otherLocations ?? []), row.location] });
  }
  const order = new Map(ordered.map((change, index) => [placeOf(change), index]));
  return [...rows.values()].sort((a, b) => (order.get(placeOf(a)) ?? 0) - (order.get(placeOf(b)) ?? 0));
}

/** An update says more than an addition, and a lockfile more than a manifest. */
function rankOf(change: DependencyChange): number {
  const kinds = { updated: 0, added: 1, removed: 2, altered: 3 } as const;
  return kinds[change.changeType] * 2 + (change.entry === 'lockfile' ? 0 : 1);
}

/** Two rows of one key say the same: a version that came, one that went, or one that stays with other words. */
function keyOf(row: DependencyChange): string {
  const kind = row.entry === 'manifest' || row.entry === 'lockfile' ? 'declared' : `${row.entry} ${row.location.path}`;
  const version = row.version ?? row.range ?? row.resolvedUrl ?? '';
  const words = row.changeType === 'altered' ? [row.alias, row.source, row.resolvedUrl, row.integrity, row.marker] : [];
  const change = row.changeType === 'updated' ? 'added' : row.changeType;
  return JSON.stringify([kind, change, row.type, normalizedName(row), version, ...words]);
}

/** A version that went from one file while another file replaced it. */
function replacedBy(rows: ReadonlyMap<string, DependencyChange>, gone: DependencyChange): DependencyChange | undefined {
  if (gone.changeType !== 'removed') return undefined;
  const version = gone.version ?? gone.range;
  for (const row of rows.values()) {
    if (row.changeType !== 'updated' || row.type !== gone.type || normalizedName(row) !== normalizedName(gone))
      continue;
    if (version !== undefined && (row.previous?.version ?? row.previous?.range) === version) return row;
  }
  return undefined;
}

/** The row of a version that came, for a second entry of it which only an alias tells apart. */
function sameArtefact(
  rows: ReadonlyMap<string, DependencyChange>,
  row: DependencyChange,
): DependencyChange | undefined {
  if (row.changeType !== 'altered') return undefined;
  const known = rows.get(keyOf({ ...row, changeType: 'added' }));
  const isSame = known?.source === row.source && known.integrity === row.integrity;
  return isSame && known.resolvedUrl === row.resolvedUrl ? known : undefined;
}

/** Whether a row names a version or a range itself; central versions, catalogs and BOMs are named elsewhere. */
function says(row: DependencyChange): boolean {
  const text = row.version ?? row.range ?? row.resolvedUrl ?? '';
  return row.entry !== 'manifest' || !(text === '' || text.startsWith('catalog:'));
}

/** The row that names the version of what another row only asks for. */
function versioned(
  rows: ReadonlyMap<string, DependencyChange>,
  asking: DependencyChange,
): DependencyChange | undefined {
  return [...rows.values()].find(
    (row) =>
      row !== asking &&
      row.entry === 'manifest' &&
      says(row) &&
      row.changeType === asking.changeType &&
      row.type === asking.type &&
      normalizedName(row) === normalizedName(asking),
  );
}

function placeOf({ location, type, name, changeType, version }: DependencyChange): string {
  return JSON.stringify([location, type, normalizedName({ type, name }), changeType, version]);
}
