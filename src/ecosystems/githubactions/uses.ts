import type { Location } from '../../core/location.ts';
import { addImage } from '../image.ts';
import { addEntry, noteUnread, type Reading } from '../reading.ts';
import { at, type Tree } from '../tree.ts';

/** `owner/name[/path]@ref` (GitHub Actions, "Workflow syntax", `jobs.<job_id>.steps[*].uses`). */
const ACTION = /^([\w.-]+\/[\w.-]+)((?:\/[^@\s/]+)*)\/?@(\S+)$/;

/** Adds what one `uses:` names. A local action is read where it lies; an image has the type `docker`. */
export function addUses(reading: Reading, value: Tree, scope: string, group: string | undefined): void {
  if (value.kind !== 'text') {
    noteUnread(reading, value.location, 'uses: is no text');
    return;
  }
  const text = value.value.trim();
  if (text.startsWith('docker://')) {
    addActionImage(reading, text.slice('docker://'.length), value.location, scope, group);
    return;
  }
  const common = { location: value.location, scope, group, relationship: 'direct' } as const;
  if (/^\.{1,2}(?:\/|$)/.test(text)) {
    addEntry(reading, { ...common, name: text, source: 'path' });
    return;
  }
  const match = ACTION.exec(text);
  const [, name, path, version] = match ?? [];
  if (name === undefined || version === undefined) {
    noteUnread(reading, value.location, `not an action with a ref: ${text.slice(0, 100)}`);
    return;
  }
  addEntry(reading, {
    ...common,
    name,
    version,
    source: 'registry',
    installPath: path === undefined || path === '' ? undefined : path.slice(1),
  });
}

/** Adds an image; a matrix variable in its place is followed to the literal values of the job's matrix. */
export function addActionImage(
  reading: Reading,
  reference: string,
  location: Location,
  scope: string,
  group: string | undefined,
  matrix?: Tree | undefined,
): void {
  for (const image of fromMatrix(reference.trim(), matrix)) addImage(reading, image, location, { scope, group });
}

function fromMatrix(text: string, matrix: Tree | undefined): readonly string[] {
  const match = /\$\{\{\s*matrix\.([\w-]+)\s*\}\}/.exec(text);
  const key = match?.[1];
  if (match === null || key === undefined) return [text];
  const included = at(matrix, 'include');
  const holders = [matrix, ...(included?.kind === 'list' ? included.items : [])];
  const values = holders.flatMap((holder) => valuesAt(holder, key));
  const replaced = values.map((value) => text.replace(match[0], value));
  return replaced.length === 0 ? [text] : [...new Set(replaced)];
}

/** The texts and numbers of a list under a key, or the one that stands there. */
function valuesAt(holder: Tree | undefined, key: string): string[] {
  const value = at(holder, key);
  const items = value?.kind === 'list' ? value.items : value === undefined ? [] : [value];
  return items.flatMap((item) => (item.kind === 'text' || item.kind === 'scalar' ? [item.value] : []));
}
