import type { Document, ParsedNode } from 'yaml';
import { yaml } from './libraries.ts';
import { lineIndex, positionAt } from './lines.ts';
import type { Entry, Node } from './tree.ts';
import { DEPTH_LIMIT, unreadable, VALUE_LIMIT } from './unreadable.ts';

interface Conversion {
  readonly path: string;
  /** Anchors seen so far in this document: an alias is the same node again, never a copy. */
  readonly anchors: Map<string, Node>;
  count: number;
}

/** A literal scalar, or nothing for what a YAML reader would make an object (dates, binary). */
function scalarValue(value: unknown): string | number | boolean | null {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null)
    return value;
  if (typeof value === 'bigint') return value.toString();
  return String(value);
}

function keyText(key: unknown): string {
  if (yaml().isScalar(key)) return String(key.value);
  return '';
}

function offsetOf(node: unknown, index: 0 | 1): number {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return 0;
  const offset: unknown = node.range[index];
  return typeof offset === 'number' ? offset : 0;
}

/** Entries of a mapping; `<<` brings in the entries of what it names, which the mapping's own entries override. */
function entriesOf(pairs: readonly unknown[], conversion: Conversion, depth: number): readonly Entry[] {
  const merged: Entry[] = [];
  const own: Entry[] = [];
  for (const pair of pairs) {
    if (!yaml().isPair(pair)) continue;
    const key = keyText(pair.key);
    const keyStart = offsetOf(pair.key, 0);
    const keyEnd = offsetOf(pair.key, 1);
    const value = convert(pair.value, conversion, depth + 1, keyEnd);
    if (key === '<<' && (value.kind === 'map' || value.kind === 'list')) {
      const sources = value.kind === 'map' ? [value] : value.items;
      for (const source of sources) if (source.kind === 'map') merged.push(...source.entries);
      conversion.count += merged.length;
      continue;
    }
    own.push({ key, keyStart, keyEnd, value });
  }
  return merged.length === 0 ? own : [...merged, ...own];
}

function convert(source: unknown, conversion: Conversion, depth: number, fallback: number): Node {
  conversion.count += 1;
  if (conversion.count > VALUE_LIMIT)
    throw unreadable(conversion.path, undefined, `it has more than ${VALUE_LIMIT} values`);
  if (depth > DEPTH_LIMIT)
    throw unreadable(conversion.path, undefined, `it is nested deeper than ${DEPTH_LIMIT} levels`);
  if (yaml().isAlias(source)) {
    const start = offsetOf(source, 0);
    // An alias inside its own anchor is not known yet: an endless value, which no rule can judge.
    return (
      conversion.anchors.get(source.source) ?? {
        kind: 'opaque',
        text: `*${source.source}`,
        start,
        end: offsetOf(source, 1),
      }
    );
  }
  const start = source === null ? fallback : offsetOf(source, 0);
  const end = source === null ? fallback : offsetOf(source, 1);
  const node = convertOwn(source, conversion, depth, start, end);
  const anchor = typeof source === 'object' && source !== null && 'anchor' in source ? source.anchor : undefined;
  if (typeof anchor === 'string') conversion.anchors.set(anchor, node);
  return node;
}

function convertOwn(source: unknown, conversion: Conversion, depth: number, start: number, end: number): Node {
  if (yaml().isMap(source)) return { kind: 'map', entries: entriesOf(source.items, conversion, depth), start, end };
  if (yaml().isSeq(source)) {
    return { kind: 'list', items: source.items.map((item) => convert(item, conversion, depth + 1, start)), start, end };
  }
  if (yaml().isScalar(source)) {
    const value = scalarValue(source.value);
    return source.tag?.startsWith('!')
      ? { kind: 'scalar', value, tag: source.tag, start, end }
      : { kind: 'scalar', value, start, end };
  }
  return { kind: 'scalar', value: null, start, end };
}

/**
 * The documents of a YAML stream. Throws CountersignError `unreadable-file` with the line of the first error, unless
 * `tolerant` (templates), where what could be read is returned.
 */
export function parseYaml(text: string, path: string, tolerant: boolean): readonly Node[] {
  const parsed = yaml().parseAllDocuments(text, { uniqueKeys: false, logLevel: 'silent', prettyErrors: false });
  if (!Array.isArray(parsed)) return [];
  const documents: readonly Document.Parsed<ParsedNode>[] = parsed;
  const roots: Node[] = [];
  for (const document of documents) {
    const error = document.errors[0];
    if (error !== undefined && !tolerant) {
      throw unreadable(
        path,
        positionAt(lineIndex(text), error.pos[0]).line,
        error.message.split('\n')[0] ?? 'not YAML',
        error,
      );
    }
    if (document.contents === null) continue;
    roots.push(convert(document.contents, { path, anchors: new Map(), count: 0 }, 0, 0));
  }
  return roots;
}
