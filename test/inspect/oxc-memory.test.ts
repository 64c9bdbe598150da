import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Node, parseSync } from 'oxc-parser';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readWithOxc } from '../../src/inspect/oxc/read.ts';
import { LAYOUT, layoutSource } from '../../tools/oxc-layout.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Nodes that the parser's own form has one for one. */
const SAME: Readonly<Record<string, string>> = {
  CallExpression: 'call_expression',
  ImportExpression: 'call_expression',
  TaggedTemplateExpression: 'call_expression',
  NewExpression: 'new_expression',
  BinaryExpression: 'binary_expression',
  LogicalExpression: 'binary_expression',
  UnaryExpression: 'unary_expression',
  UpdateExpression: 'update_expression',
  ConditionalExpression: 'ternary_expression',
  AwaitExpression: 'await_expression',
  YieldExpression: 'yield_expression',
  ArrowFunctionExpression: 'arrow_function',
  ArrayExpression: 'array',
  SpreadElement: 'spread_element',
  TemplateLiteral: 'template_string',
  TSAsExpression: 'as_expression',
  TSNonNullExpression: 'non_null_expression',
  IfStatement: 'if_statement',
  ReturnStatement: 'return_statement',
  ThrowStatement: 'throw_statement',
  TryStatement: 'try_statement',
  CatchClause: 'catch_clause',
  ForStatement: 'for_statement',
  ForOfStatement: 'for_in_statement',
  ForInStatement: 'for_in_statement',
  ClassBody: 'class_body',
  ImportDeclaration: 'import_statement',
};
/** Types are read as pieces of text. */
const TYPES = /^TS(?:Type|Interface|Index|Class|Literal)/;

describe('the memory of the parser', () => {
  afterEach(() => {
    vi.doUnmock('../../src/inspect/oxc/layout.ts');
    vi.resetModules();
  });

  it('has the layout that is written down: else `node tools/oxc-layout.ts` writes it anew', () => {
    expect(readFileSync(LAYOUT, 'utf8')).toBe(layoutSource());
  });

  it('is not read where another version is installed: the other reader takes all files', async () => {
    vi.resetModules();
    vi.doMock('../../src/inspect/oxc/layout.ts', async (original) => ({
      ...(await original<object>()),
      VERSION: '0.0.1',
    }));
    const other = await import('../../src/inspect/oxc/read.ts');
    expect(other.readWithOxc('a.js', 'f(1);', 'jsx')).toBeNull();
    const { parseProgram } = await import('../../src/inspect/grammars.ts');
    expect(parseProgram('a.js', 'f(1);')?.byType.get('call_expression')).toHaveLength(1);
  });

  it('is done without where the system gives no such range of addresses', () => {
    const asked = [
      `const { readWithOxc } = await import('./src/inspect/oxc/read.ts');`,
      `const { parseProgram } = await import('./src/inspect/grammars.ts');`,
      `const calls = () => parseProgram('a.js', 'f(1);').byType.get('call_expression').length;`,
      `console.log(readWithOxc('a.js', 'f(1);', 'jsx'), calls(), readWithOxc('a.js', 'f(1);', 'jsx'), calls());`,
    ];
    const limited = 'ulimit -v 5000000 && exec "$0" --input-type=module -e "$1"';
    const run = spawnSync('sh', ['-c', limited, process.execPath, asked.join('\n')], { cwd: ROOT, encoding: 'utf8' });
    expect(run.stderr).toBe('');
    expect(run.stdout).toBe('null 1 null 1\n');
  });

  it('holds what the parser tells in writing, in the sources of this program', () => {
    const files = ['src', 'detectors', 'bench'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
        .map((name) => join(ROOT, folder, name)),
    );
    const some = files.sort().filter((_, index) => index % 8 === 0);
    expect(some.length).toBeGreaterThan(80);
    for (const file of some) {
      // Offsets are UTF-16 units, whatever stands before.
      const text = `// ä € 😀\n${readFileSync(file, 'utf8')}`;
      const told = toldBy(file, text);
      const read = readWithOxc(file, text, 'ts');
      expect(read, file).not.toBeNull();
      for (const type of new Set(Object.values(SAME)))
        expect(placesOf(read?.byType.get(type) ?? []), `${file}: ${type}`).toEqual(placesOf(told.get(type) ?? []));
    }
  });

  it('is left to the next program once one is read', () => {
    const first = readWithOxc('a.js', 'first(1);', 'jsx');
    readWithOxc('b.js', 'const second = [2, 3, 4];', 'jsx');
    expect(first?.byType.get('call_expression')?.map(({ start, end }) => [start, end])).toEqual([[0, 8]]);
    expect(readWithOxc('a.js', 'const = 1;', 'jsx')).toBeNull();
    expect([...(readWithOxc('a.js', '', 'jsx')?.byType.keys() ?? [])]).toEqual(['program']);
  });
});

type Place = { readonly start: number; readonly end: number };

/** What the parser says when it writes its tree down as text, which knows nothing of its memory. */
function toldBy(file: string, text: string): ReadonlyMap<string, readonly Place[]> {
  const found = new Map<string, Place[]>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) visit(each);
    if (!isNode(value) || TYPES.test(value.type)) return;
    const type = SAME[value.type];
    if (type !== undefined) found.set(type, [...(found.get(type) ?? []), value]);
    for (const each of Object.values(value)) visit(each);
  };
  visit(parseSync(file, text, { lang: 'ts', astType: 'ts', sourceType: 'unambiguous' }).program);
  return found;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function placesOf(nodes: readonly Place[]): readonly string[] {
  return nodes.map(({ start, end }) => `${start}-${end}`).sort();
}
