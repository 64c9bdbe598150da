import type { Location } from '../core/location.ts';
import { noteUnread, type Reading } from './reading.ts';

/** A value of a TOML, YAML or JSON file with its place. Tables keep their order and every key, `__proto__` included. */
export type Tree = TreeText | TreeScalar | TreeList | TreeTable;

interface TreeText {
  readonly kind: 'text';
  readonly value: string;
  readonly location: Location;
}

/** Number, boolean, date or null: `value` as written. */
interface TreeScalar {
  readonly kind: 'scalar';
  readonly value: string;
  readonly location: Location;
}

interface TreeList {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  readonly location: Location;
}

export interface TreeTable {
  readonly kind: 'table';
  readonly members: ReadonlyMap<string, TreeMember>;
  readonly location: Location;
}

export interface TreeMember {
  readonly key: string;
  /** Key and value. */
  readonly location: Location;
  readonly value: Tree;
}

const WORDS = { text: 'a text', scalar: 'a number or truth value', list: 'a list', table: 'a table' } as const;

/** The value under a key, where there is one. */
export function at(node: Tree | undefined, key: string): Tree | undefined {
  return node?.kind === 'table' ? node.members.get(key)?.value : undefined;
}

/** The text under a key; nothing where there is none. Does not ask why. */
export function textAt(node: Tree | undefined, key: string): string | undefined {
  const value = at(node, key);
  return value?.kind === 'text' ? value.value : undefined;
}

/** A text, or a number or truth value as it is written. */
export function wordAt(node: Tree | undefined, key: string): string | undefined {
  const value = at(node, key);
  return value?.kind === 'text' || value?.kind === 'scalar' ? value.value : undefined;
}

/** The texts of a list under a key, or the one text that stands there. */
export function textsAt(node: Tree | undefined, key: string): string[] {
  const value = at(node, key);
  if (value?.kind === 'text') return [value.value];
  return value?.kind === 'list' ? value.items.flatMap((item) => (item.kind === 'text' ? [item.value] : [])) : [];
}

/** True where the scalar `true` stands under the key. */
export function isTrueAt(node: Tree | undefined, key: string): boolean {
  const value = at(node, key);
  return value?.kind === 'scalar' && value.value === 'true';
}

/** Members of the table under a key. Another kind of value there is noted as unread, a missing one is not. */
export function membersAt(reading: Reading, node: Tree | undefined, key: string): readonly TreeMember[] {
  return membersIn(reading, at(node, key), key);
}

/** Members of a table; another kind of value is noted as unread. */
export function membersIn(reading: Reading, node: Tree | undefined, what: string): readonly TreeMember[] {
  if (node === undefined || isNull(node)) return [];
  if (node.kind === 'table') return [...node.members.values()];
  noteUnread(reading, node.location, `${what} is ${WORDS[node.kind]} where a table is expected`);
  return [];
}

/** Items of the list under a key. Another kind of value there is noted as unread, a missing one is not. */
export function itemsAt(reading: Reading, node: Tree | undefined, key: string): readonly Tree[] {
  return itemsIn(reading, at(node, key), key);
}

/** Items of a list; another kind of value is noted as unread. */
export function itemsIn(reading: Reading, node: Tree | undefined, what: string): readonly Tree[] {
  if (node === undefined || isNull(node)) return [];
  if (node.kind === 'list') return node.items;
  noteUnread(reading, node.location, `${what} is ${WORDS[node.kind]} where a list is expected`);
  return [];
}

function isNull(node: Tree): boolean {
  return node.kind === 'scalar' && (node.value === 'null' || node.value === '~' || node.value === '');
}
