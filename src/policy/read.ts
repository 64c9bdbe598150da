import { isMap, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseDocument } from 'yaml';
import type { z } from 'zod';
import { PolicyFile } from './schema.ts';

/** A policy file as it was found. */
export interface PolicyText {
  readonly text: string;
  /** How a person finds it: `.github/countersign.yml`, `acme/.github: countersign.yml`. */
  readonly label: string;
}

/** What is wrong with a policy file, and where; lines and columns count from 1. */
export interface PolicyProblem {
  readonly label: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type ReadPolicy =
  | { readonly state: 'valid'; readonly file: PolicyFile }
  | { readonly state: 'invalid'; readonly problems: readonly [PolicyProblem, ...PolicyProblem[]] };

/** A policy is written by hand: more than this is something else. */
const MAX_CHARACTERS = 256 * 1024;
const MAX_PROBLEMS = 20;

/** Reads a policy file: YAML 1.2, then the schema. Every problem has its place. */
export function readPolicy(source: PolicyText): ReadPolicy {
  const { text, label } = source;
  if (text.length > MAX_CHARACTERS)
    return invalid([{ label, line: 1, column: 1, message: 'the file is longer than 256 KiB' }]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, merge: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const faults = [...document.errors, ...document.warnings].map(({ pos: [start], message }) => ({
    label,
    ...at(start),
    message,
  }));
  const [fault, ...rest] = faults;
  if (fault !== undefined) return { state: 'invalid', problems: [fault, ...rest.slice(0, MAX_PROBLEMS)] };

  let value: unknown;
  try {
    // Anchors are of no use in a policy, and a few of them can stand for gigabytes.
    value = document.toJS({ maxAliasCount: 0 }) ?? {};
  } catch (error) {
    return invalid([
      { label, line: 1, column: 1, message: `anchors and aliases are not read here (${String(error)})` },
    ]);
  }
  const parsed = PolicyFile.safeParse(value);
  if (parsed.success) return { state: 'valid', file: parsed.data };
  return invalid(
    parsed.error.issues.slice(0, MAX_PROBLEMS).flatMap((issue) =>
      placesOf(issue).map(({ path, atKey, message }) => ({
        label,
        ...at(offsetOf(document.contents, path, atKey)),
        message,
      })),
    ),
  );
}

function invalid(problems: readonly PolicyProblem[]): ReadPolicy {
  const [first, ...rest] = problems;
  if (first === undefined) throw new TypeError('an invalid policy has a problem');
  return { state: 'invalid', problems: [first, ...rest] };
}

/** Unknown keys are told at the key itself; everything else at its value. */
function placesOf(issue: z.core.$ZodIssue): readonly {
  readonly path: readonly PropertyKey[];
  readonly atKey: boolean;
  readonly message: string;
}[] {
  const where = issue.path.length === 0 ? '' : `${issue.path.map(String).join('.')}: `;
  if (issue.code !== 'unrecognized_keys')
    return [{ path: issue.path, atKey: false, message: `${where}${said(issue)}` }];
  return issue.keys.map((key) => ({
    path: [...issue.path, key],
    atKey: true,
    message: `${where}there is no key "${key}" here`,
  }));
}

/** zod tells of a missing key as of a wrong value, `received undefined`: who writes YAML knows no such value. */
function said(issue: z.core.$ZodIssue): string {
  return /received undefined$/.test(issue.message) ? 'is missing, and must be given' : issue.message;
}

/** Where the node of a path starts; the nearest one above it where it is missing. Maps and lists start at their key. */
function offsetOf(root: ParsedNode | null, path: readonly PropertyKey[], atKey: boolean): number {
  let node: Node | null = root;
  let offset = root?.range?.[0] ?? 0;
  for (const [index, key] of path.entries()) {
    const last = index === path.length - 1;
    const next: { readonly node: Node | null; readonly start: number } | null = childOf(node, key, atKey && last);
    if (next === null) return offset;
    node = next.node;
    offset = next.start;
  }
  return offset;
}

function childOf(
  node: Node | null,
  key: PropertyKey,
  atKey: boolean,
): { readonly node: Node | null; readonly start: number } | null {
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
    if (pair === undefined || !isScalar(pair.key)) return null;
    const value = isNode(pair.value) ? pair.value : null;
    const start = isScalar(value) && !atKey ? value.range?.[0] : pair.key.range?.[0];
    return { node: value, start: start ?? 0 };
  }
  if (isSeq(node)) {
    const item = node.items[Number(key)];
    return isNode(item) ? { node: item, start: item.range?.[0] ?? 0 } : null;
  }
  return null;
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value);
}

/** `.github/countersign.yml:3:5: there is no key "modes" here` */
export function problemText({ label, line, column, message }: PolicyProblem): string {
  return `${label}:${line}:${column}: ${message}`;
}
