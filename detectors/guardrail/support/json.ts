import type { ParseErrorCode } from 'jsonc-parser';
import { jsonc } from './libraries.ts';
import { lineIndex, positionAt } from './lines.ts';
import type { Entry, Node } from './tree.ts';
import { DEPTH_LIMIT, unreadable, VALUE_LIMIT } from './unreadable.ts';

type Open =
  | {
      readonly kind: 'map';
      readonly start: number;
      readonly entries: Entry[];
      key: { name: string; start: number; end: number };
    }
  | { readonly kind: 'list'; readonly start: number; readonly items: Node[] };

/** JSON with comments and trailing commas, in one pass. Throws CountersignError `unreadable-file` with the line, unless `tolerant`. */
export function parseJson(text: string, path: string, tolerant: boolean): readonly Node[] {
  const stack: Open[] = [];
  const roots: Node[] = [];
  let values = 0;

  function place(node: Node): void {
    values += 1;
    if (values > VALUE_LIMIT) throw unreadable(path, undefined, `it has more than ${VALUE_LIMIT} values`);
    const parent = stack.at(-1);
    if (parent === undefined) roots.push(node);
    else if (parent.kind === 'list') parent.items.push(node);
    else parent.entries.push({ key: parent.key.name, keyStart: parent.key.start, keyEnd: parent.key.end, value: node });
  }

  function open(entry: Open): void {
    if (stack.length >= DEPTH_LIMIT)
      throw unreadable(path, undefined, `it is nested deeper than ${DEPTH_LIMIT} levels`);
    stack.push(entry);
  }

  function close(offset: number, length: number): void {
    const done = stack.pop();
    if (done === undefined) return;
    const end = offset + length;
    place(
      done.kind === 'map'
        ? { kind: 'map', entries: done.entries, start: done.start, end }
        : { kind: 'list', items: done.items, start: done.start, end },
    );
  }

  jsonc().visit(
    text,
    {
      onObjectBegin: (start) => open({ kind: 'map', start, entries: [], key: { name: '', start, end: start } }),
      onArrayBegin: (start) => open({ kind: 'list', start, items: [] }),
      onObjectProperty: (name, start, length) => {
        const parent = stack.at(-1);
        if (parent?.kind === 'map') parent.key = { name, start, end: start + length };
      },
      onObjectEnd: (offset, length) => close(offset, length),
      onArrayEnd: (offset, length) => close(offset, length),
      onLiteralValue: (value: unknown, start, length) => {
        const literal =
          typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
        place({ kind: 'scalar', value: literal, start, end: start + length });
      },
      onError: (code: ParseErrorCode, offset) => {
        if (tolerant) return;
        throw unreadable(
          path,
          positionAt(lineIndex(text), offset).line,
          `not JSON (${jsonc().printParseErrorCode(code)})`,
        );
      },
    },
    { allowTrailingComma: true, disallowComments: false },
  );
  while (stack.length > 0) close(text.length, 0);
  return roots;
}
