import { type JSONVisitor, printParseErrorCode, visit } from 'jsonc-parser';
import { CountersignError } from '../core/errors.ts';
import type { Location } from '../core/location.ts';

/** Deeper than any real manifest or lockfile (npm's own nests some twenty levels) and far from the stack's end. */
const DEEPEST = 500;

/** A JSON value with its place; object members keep their order and every key, `__proto__` included. */
export type JsonNode =
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, JsonMember>; readonly location: Location }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[]; readonly location: Location }
  | { readonly kind: 'string'; readonly value: string; readonly location: Location }
  | { readonly kind: 'other'; readonly value: number | boolean | null; readonly location: Location };

export interface JsonMember {
  readonly key: string;
  /** The place of the key. */
  readonly location: Location;
  readonly value: JsonNode;
}

/** What a JSON dialect allows beyond RFC 8259. */
export interface JsonDialect {
  readonly comments: boolean;
  readonly trailingCommas: boolean;
}

export const STRICT_JSON: JsonDialect = { comments: false, trailingCommas: false };
export const RELAXED_JSON: JsonDialect = { comments: true, trailingCommas: true };

/** The error of a file that cannot be trusted as a whole. `line` counts from 1. */
export function unreadable(path: string, line: number, reason: string): CountersignError {
  return new CountersignError('unreadable-file', `${path} cannot be read: line ${line}: ${reason}`, {
    place: { path, line },
  });
}

/**
 * Walks a JSON text once. Throws CountersignError `unreadable-file` at the first syntax error, for an empty file, and
 * for nesting no real file has.
 */
export function walkJson(text: string, path: string, dialect: JsonDialect, visitor: JSONVisitor): void {
  let depth = 0;
  let seen = false;
  const deeper = (line: number): void => {
    depth += 1;
    seen = true;
    if (depth > DEEPEST) throw unreadable(path, line + 1, `nested more than ${DEEPEST} levels deep`);
  };
  visit(
    text.startsWith('\uFEFF') ? text.slice(1) : text,
    {
      ...visitor,
      onObjectBegin: (offset, length, line, character, where) => {
        deeper(line);
        return visitor.onObjectBegin?.(offset, length, line, character, where);
      },
      onArrayBegin: (offset, length, line, character, where) => {
        deeper(line);
        return visitor.onArrayBegin?.(offset, length, line, character, where);
      },
      onObjectEnd: (offset, length, line, character) => {
        depth -= 1;
        visitor.onObjectEnd?.(offset, length, line, character);
      },
      onArrayEnd: (offset, length, line, character) => {
        depth -= 1;
        visitor.onArrayEnd?.(offset, length, line, character);
      },
      onError: (code, _offset, _length, line) => {
        throw unreadable(path, line + 1, `${sentenceOf(printParseErrorCode(code))}`);
      },
    },
    { disallowComments: !dialect.comments, allowTrailingComma: dialect.trailingCommas, allowEmptyContent: false },
  );
  if (!seen) throw unreadable(path, 1, 'not a JSON object');
}

/** `CommaExpected` → `not valid JSON: comma expected`. */
function sentenceOf(code: string): string {
  return `not valid JSON: ${code.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()}`;
}

interface OpenObject {
  readonly kind: 'object';
  readonly members: Map<string, JsonMember>;
  readonly location: Location;
}
interface OpenArray {
  readonly kind: 'array';
  readonly items: JsonNode[];
  readonly location: Location;
}

/** The whole text as a tree with places. A key that stands twice in one object is an error: readers disagree on which one counts. */
export function parseJson(text: string, path: string, dialect: JsonDialect): JsonNode {
  const open: (OpenObject | OpenArray)[] = [];
  const keys: ({ key: string; location: Location } | undefined)[] = [];
  let root: JsonNode | undefined;
  const at = (line: number, character: number, length: number): Location => ({
    path,
    startLine: line + 1,
    endLine: line + 1,
    startColumn: character + 1,
    endColumn: character + 1 + length,
  });
  const add = (node: JsonNode): void => {
    const parent = open.at(-1);
    if (parent === undefined) {
      root ??= node;
      return;
    }
    if (parent.kind === 'array') {
      parent.items.push(node);
      return;
    }
    const key = keys.at(-1);
    if (key !== undefined) parent.members.set(key.key, { ...key, value: node });
  };
  const close = (): void => {
    open.pop();
    keys.pop();
  };
  walkJson(text, path, dialect, {
    onObjectBegin: (_offset, _length, line, character) => {
      const node: OpenObject = { kind: 'object', members: new Map(), location: at(line, character, 1) };
      add(node);
      open.push(node);
      keys.push(undefined);
    },
    onArrayBegin: (_offset, _length, line, character) => {
      const node: OpenArray = { kind: 'array', items: [], location: at(line, character, 1) };
      add(node);
      open.push(node);
      keys.push(undefined);
    },
    onObjectProperty: (key, _offset, length, line, character) => {
      const parent = open.at(-1);
      if (parent?.kind === 'object' && parent.members.has(key)) {
        throw unreadable(path, line + 1, `the key ${JSON.stringify(key.slice(0, 80))} stands twice in one object`);
      }
      keys[keys.length - 1] = { key, location: at(line, character, length) };
    },
    onObjectEnd: close,
    onArrayEnd: close,
    onLiteralValue: (value: unknown, _offset, length, line, character) => {
      const location = at(line, character, length);
      if (typeof value === 'string') add({ kind: 'string', value, location });
      else if (typeof value === 'number' || typeof value === 'boolean') add({ kind: 'other', value, location });
      else add({ kind: 'other', value: null, location });
    },
  });
  if (root === undefined) throw unreadable(path, 1, 'not a JSON object');
  return root;
}

/** The member's value where the node is an object that has it. */
export function member(node: JsonNode | undefined, key: string): JsonNode | undefined {
  return node?.kind === 'object' ? node.members.get(key)?.value : undefined;
}

/** Members in their order; none where the node is no object. */
export function membersOf(node: JsonNode | undefined): JsonMember[] {
  return node?.kind === 'object' ? [...node.members.values()] : [];
}

/** The string's value where the node is a string. */
export function textOf(node: JsonNode | undefined): string | undefined {
  return node?.kind === 'string' ? node.value : undefined;
}

/** The strings of an array; other items are left out. */
export function textsOf(node: JsonNode | undefined): string[] {
  return node?.kind === 'array' ? node.items.flatMap((item) => textOf(item) ?? []) : [];
}
