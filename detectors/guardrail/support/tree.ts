/**
 * One shape for what the configuration formats say, so that a rule about public buckets reads Terraform, CloudFormation
 * and Kubernetes alike. Positions are offsets into the text (UTF-16); `LineIndex` turns them into lines.
 */
export type Node = MapNode | ListNode | ScalarNode | CallNode | OpaqueNode;

interface Ranged {
  readonly start: number;
  readonly end: number;
}

export interface MapNode extends Ranged {
  readonly kind: 'map';
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  /** Labels of an HCL block: `resource "a" "b"` has two. */
  readonly labels?: readonly string[];
  readonly value: Node;
}

export interface ListNode extends Ranged {
  readonly kind: 'list';
  readonly items: readonly Node[];
}

export interface ScalarNode extends Ranged {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** A YAML tag such as `!Ref`, where one is written. */
  readonly tag?: string;
}

/** A function call of HCL: `jsonencode({…})`. */
export interface CallNode extends Ranged {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Node[];
}

/** An expression whose value only a run can tell. */
export interface OpaqueNode extends Ranged {
  readonly kind: 'opaque';
  readonly text: string;
}

/** The entry of that name, the last where a name is repeated (as JSON and YAML readers take it). */
export function entryOf(node: Node | undefined, key: string): Entry | undefined {
  if (node?.kind !== 'map') return undefined;
  return node.entries.findLast((entry) => entry.key === key);
}

export function get(node: Node | undefined, ...keys: readonly string[]): Node | undefined {
  let current = node;
  for (const key of keys) {
    const entry = entryOf(current, key);
    if (entry !== undefined) current = entry.value;
    // An HCL block inside a list of one is the same thing in its JSON form.
    else if (current?.kind === 'list' && current.items.length === 1) current = entryOf(current.items[0], key)?.value;
    else return undefined;
  }
  return current;
}

/** Every value under that name: repeated HCL blocks, or the items of a list. */
export function all(node: Node | undefined, key: string): readonly Node[] {
  if (node?.kind !== 'map') return [];
  return node.entries.filter((entry) => entry.key === key).flatMap((entry) => items(entry.value));
}

/** The items of a list, or the node alone, or nothing. */
export function items(node: Node | undefined): readonly Node[] {
  if (node === undefined) return [];
  return node.kind === 'list' ? node.items : [node];
}

export function text(node: Node | undefined): string | undefined {
  if (node?.kind !== 'scalar' || node.value === null) return undefined;
  return String(node.value);
}

/** All scalar texts of a node that is one or a list of them. */
export function texts(node: Node | undefined): readonly string[] {
  return items(node).flatMap((item) => text(item) ?? []);
}

/** True for a literal true, in each of the spellings that the formats' readers accept. */
export function isTrue(node: Node | undefined): boolean {
  return text(node)?.toLowerCase() === 'true';
}

export function isFalse(node: Node | undefined): boolean {
  return text(node)?.toLowerCase() === 'false';
}

export function entriesOf(node: Node | undefined): readonly Entry[] {
  return node?.kind === 'map' ? node.entries : [];
}

/** Children of a node, in order. */
export function children(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'map':
      return node.entries.map((entry) => entry.value);
    case 'list':
      return node.items;
    case 'call':
      return node.args;
    default:
      return [];
  }
}
