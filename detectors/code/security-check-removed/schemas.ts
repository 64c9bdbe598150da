import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import type { Loss } from './loss.ts';
import { chains } from './schemas/chains.ts';
import { decorated } from './schemas/decorated.ts';
import { type Field, lostLimit } from './schemas/limits.ts';
import { parameters } from './schemas/parameters.ts';
import { pythonClasses } from './schemas/python.ts';
import { tables } from './schemas/tables.ts';
import { isStillRead, validators } from './schemas/validators.ts';

/** Fields by their whole path. */
type Fields = ReadonlyMap<string, Field>;

/** Whole schemas stand under the name of their variable or class, with this behind it. */
const WHOLE = '{}';
/** Of the fields of two schemas so many have to be the same for the one to be the other under another name. */
const ALIKE = 0.6;

/**
 * Fields and schemas that ask less than they did and got nothing else for it.
 * @param others changed files that this one uses: a schema may stand there now
 */
export function schemas(
  facts: FileFacts,
  before: FileFacts,
  others: readonly FileFacts[],
  wonder: () => void,
): readonly Loss[] {
  const old = fieldsOf(before);
  if (old.size === 0) return [];
  const now = fieldsOf(facts);
  const elsewhere = others.map(fieldsOf);
  const renamed = renamedHolders(old, now);
  const moved = movedHolders(facts, old, now, elsewhere);
  if ([...old.values()].some(({ path: [holder = ''] }) => !now.has(holder) && !holds(now, holder))) wonder();
  const found: Loss[] = [];
  for (const [path, was] of old) {
    const unread = unchecked(facts, was, [now, ...elsewhere]);
    if (unread !== null) found.push(unread);
    const field = now.get(path) ?? now.get(renamedPath(was, renamed)) ?? moved.get(path)?.field;
    if (field === undefined || !was.known) continue;
    const lost = lostLimit(was, field);
    if (lost === null || isElsewhere(was, old, [now, ...elsewhere])) continue;
    const name = was.path.filter((part) => part !== WHOLE).at(-1) ?? '';
    const what = was.path.at(-1) === WHOLE || was.rank !== null ? 'The schema' : "The schema's field";
    found.push({
      at: moved.get(path)?.at ?? field.node,
      message: `${what} "${name.slice(0, 40)}" loses its limit "${lost.word.slice(0, 40)}".`,
      level: 'warning',
    });
  }
  return found;
}

/** A chain of checks that is nowhere any more, though the field is read. */
function unchecked(facts: FileFacts, was: Field, now: readonly Fields[]): Loss | null {
  const name = was.path.at(-1) ?? '';
  if (was.library !== 'express-validator' || was.limits.size === 0) return null;
  if (now.some((fields) => [...fields.values()].some(({ path }) => path.at(-1) === name))) return null;
  const at = facts.nodes('program')[0] ?? facts.program.root;
  return isStillRead(facts, name)
    ? {
        at: handlerNear(facts, was) ?? at,
        message: `Nothing looks at the field "${name.slice(0, 40)}" any more before it is read.`,
        level: 'warning',
      }
    : null;
}

function handlerNear(facts: FileFacts, { path: [holder = ''] }: Field): Syntax | undefined {
  const handlers = facts.handlers();
  return (handlers.find(({ method, route }) => `${method} ${route ?? ''}` === holder) ?? handlers[0])?.registration;
}

function fieldsOf(facts: FileFacts): Fields {
  const all =
    facts.program.dialect === 'python'
      ? [pythonClasses, tables, parameters]
      : [chains, tables, decorated, validators, parameters];
  const found = new Map<string, Field>();
  for (const read of all) {
    for (const field of read(facts)) {
      const key = keyOf(field.path);
      const known = found.get(key);
      // One name for two: what one of them asks is not known to be gone.
      if (known === undefined) found.set(key, field);
      else known.known = false;
    }
  }
  return found;
}

function keyOf(path: readonly string[]): string {
  return path.join('\u0000');
}

/** Another schema that is new asks the same of a field of that name: the library was changed, or the schema moved. */
function isElsewhere(was: Field, old: Fields, now: readonly Fields[]): boolean {
  const name = was.path.at(-1);
  for (const fields of now)
    for (const [path, field] of fields)
      if (!old.has(path) && field.path.at(-1) === name && field.library !== '' && lostLimit(was, field) === null)
        return true;
  return false;
}

function holds(fields: Fields, name: string): boolean {
  return [...fields.values()].some(({ path: [holder] }) => holder === name);
}

/** Schemas that stand in another changed file now, under the name that is still used here; where it is used. */
function movedHolders(
  facts: FileFacts,
  old: Fields,
  now: Fields,
  elsewhere: readonly Fields[],
): ReadonlyMap<string, { readonly field: Field; readonly at: Syntax }> {
  const found = new Map<string, { readonly field: Field; readonly at: Syntax }>();
  const gone = new Set([...old.values()].map(({ path: [holder = ''] }) => holder).filter((name) => !holds(now, name)));
  for (const name of elsewhere.length === 0 ? [] : gone) {
    const at = facts.nodes('identifier').find((node) => facts.text(node) === name);
    if (at === undefined) continue;
    for (const fields of elsewhere)
      for (const [path, field] of fields) if (field.path[0] === name) found.set(path, { field, at });
  }
  return found;
}

/** Schemas under a name that is gone, and the new one that has most of their fields. */
function renamedHolders(old: Fields, now: Fields): ReadonlyMap<string, string> {
  const before = holdersOf(old);
  const after = holdersOf(now);
  const found = new Map<string, string>();
  for (const [holder, names] of before) {
    if (after.has(holder)) continue;
    for (const [other, others] of after) {
      if (before.has(other)) continue;
      const same = [...names].filter((name) => others.has(name)).length;
      if (same > 0 && same >= names.size * ALIKE) found.set(holder, other);
    }
  }
  return found;
}

function holdersOf(fields: Fields): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { path } of fields.values()) {
    const [holder = '', ...rest] = path;
    if (rest.length === 0) continue;
    const known = found.get(holder) ?? new Set();
    found.set(holder, known.add(rest.join('.')));
  }
  return found;
}

function renamedPath({ path: [holder = '', ...rest] }: Field, renamed: ReadonlyMap<string, string>): string {
  const other = renamed.get(holder);
  return other === undefined ? '' : keyOf([other, ...rest]);
}
