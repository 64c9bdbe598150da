import { describe, expect, it } from 'vitest';
import { CODE_DETECTORS } from '../../detectors/code/index.ts';
import { analyse } from '../../src/inspect/analyse.ts';
import { parseProgram, parseTolerantly } from '../../src/inspect/grammars.ts';
import { readWithOxc } from '../../src/inspect/oxc/read.ts';
import type { Program, Syntax } from '../../src/inspect/syntax.ts';
import { processorNow } from '../support/processor.ts';

function told(program: Program): string {
  const lines: string[] = [];
  const visit = (node: Syntax, depth: number): void => {
    lines.push(`${' '.repeat(depth)}${node.field ?? ''}:${node.type} ${node.start}-${node.end}`);
    for (const child of node.children) visit(child, depth + 1);
  };
  visit(program.root, 0);
  return lines.join('\n');
}

const javascript = [
  "#!/usr/bin/env node\n'use strict';\n// first\nconst a = 1; /* inside */ let b;\n",
  "import a, { b as c, default as d } from 'x';\nimport * as ns from \"y\";\nimport 'side';\nimport e, * as f from 'z';\nimport {} from 'w';\nexport { c as g, d };\nexport * from 'z';\nexport * as q from 'z';\nexport default async function* foo(a, { b, c: d = 1, ...r }, [x, , y = 2] = [], ...rest) { yield* a; yield b; return; }",
  'export default function () {}',
  'export default class {}',
  'export default () => 1;',
  'export const k = 1, l = `t${a}b${`n${c}`}\\n`; export function m() {} export class N {}',
  "class A extends B { static #p = 1; x = 2; y; static { a(); } constructor() { super(); } get z() { return this.#p; } set z(v) {} static async *gen() {} [comp]() {} 'str'() {} static async m() {} static x = () => {}; 1 = 2; has(o) { return #p in o; } }",
  "let o = { a, b: 1, 'c': 2, [d]: 3, e() {}, get f() { return 1 }, set f(v) {}, async g() {}, *h() {}, ...s, async *i() {}, 4: 5, [k + 1](x) {} };",
  'var f = (a) => a, g = async b => { await b; }, h = async (x, y,) => {}, i = () => ({}), j = async () => {}, k = ({ a = 1, b: [c] }) => c;',
  'if (a) b(); else if ((c)) { d() } else e();',
  'for (let i = 0, n = 1; i < 10; i++) { continue; } for (;;) {} for (a = 1, b = 2; ; ) ; for (var i; a; ) b; for (i of [1]) c; for (const [k, v] of w) {} for (x.y in z) break;',
  'async () => { for await (const x of y) {} };',
  'while (1) {} do { x } while (0); lbl: for (x of y) break lbl; do x(); while (y)\nz',
  'switch (a) { case 1: case 2: b(); break; default: c() } switch (b) {}',
  'try { a } catch (e) { b } finally { c } try { a } catch { b } try {} catch ({ message }) {}',
  "throw new Error('x\\n\\u0041'); debugger; ;",
  'a = b ? c : d ? e : f; a += 1; [a, b] = [b, a]; ({ a, b: c, d = 1, ...e } = f); a ||= b; a **= 2; a >>>= 1; a.b = c; a[b] = c;',
  'a?.b; a?.[b]; a?.(c); a?.b.c(d); a.b?.(); new Foo; new Foo.Bar(1); new (foo())(); new (foo()); a`x${y}`; a.b`x`; new a.b().c;',
  'x = typeof a, void 0, delete b.c, !d, -e, +f, ~g, i++, --j, - -k; a ** b; a in b; a instanceof B; a && b || c; (a ?? b); a << b >>> c;',
  '/re[x/]/gi.test(s); /a/; x = /\\//;',
  "import.meta.url; import('x'); import('x', { with: {} }); class Q extends R { m() { super.x; super.m(); new.target; } }",
  '(function () {})(); (a, b); [1, , 2, ...c]; f(...a, b,); null; undefined; true; false; 12n; 0x1F; 1_000.5e3; this;',
  'x = class Named {}; y = function named() {}; z = function* () {}; w = async function () {}; v = class extends (a, b) {};',
  'a\n  // lead\n  .b(/* in */ c, d /* end */)\n  /* before */ .e();\nfunction f(/* none */) { /* empty */ }\n',
  'const el = <div className="a" {...props} onClick={() => x} key=\'b\' disabled>text {expr} <Foo.Bar x /> <></> {/* c */} &amp; {...list}\n  <a:b c:d="e" />\n</div>;',
  'f(function () { return `a ${b} c\\u0041 ${d}`; }, async function* named() {});',
];

const typescript = [
  "import type { A } from 'x'; import { type B, C } from 'y'; import fs = require('fs'); export type { D } from 'z'; export type E = string; export interface F { a: string }",
  "enum E { A = 1, B = 'x', C, 'd' = 2 } const enum F { A } export enum G {}",
  'declare const z: number; type T = { a: string } | B[]; interface I extends J { a: number; b(): void }',
  "abstract class K extends L<T> implements M, O { private readonly a: string = 'x'; protected abstract b(): void; constructor(private readonly s: Svc, @Inject() public t?: T, u = 1) { super(); } @Get('/x') @UseGuards(G) async m(@Body() dto: Dto, @Req() req: Request): Promise<void> { return; } static override c?: number; declare d: string; e!: number; get f(): string { return '' } m?(): void; }",
  "@Controller('x') export class P {} @Dec() @Other({ a: 1 }) class Q { @Field() x = 1; } @Dec() export default class R {}",
  'function f(this: X, a: string, b?: number, ...c: Rest): void { } function over(a: string): void;',
  'const h = x!; const i = y satisfies Z; const j = a as const; const k = foo<T>(a); new Foo<T>(b); const l = <T>a; x!.y = 1; (x as Any).y = 1;',
  'let l: Array<string>, m: A.B.C, n: Map<string, A.B>; const { a, b: { c } = {} }: Props = x; const [d]: Pair = y;',
  'function dd({ a, b }: Opts, [c]: List = []) {} try {} catch (e: unknown) {}',
  'namespace A { f(); export namespace B {} namespace C.D { const x: number = 1; } }\nexport namespace E { type T = string; export interface I {} } export declare namespace F { const x: number; }',
  "declare namespace G.H { const x: number; } module M.N { f() } declare module 'x' { export const a: string; } declare global { var y: string; }",
  'declare enum J { A } declare const enum K { B } declare type L = string; declare interface O { a: string } export declare type P = O;',
  'let a!: any, b /* sure */ !: number; var $c!: string;',
  "import p from '../p.json' with { type: 'json' }; import 'q' assert { 'type': 'css', };",
  'export const s = async (a: T): Promise<T> => { return a }; export default abstract class R {} export = foo;',
];

describe('the fast reader', () => {
  for (const [index, text] of javascript.entries()) {
    it(`gives what the tolerant one gives: ${text.slice(0, 60).replaceAll('\n', ' ')} (${index})`, () => {
      const fast = readWithOxc('a.js', text, 'jsx');
      expect(fast).not.toBeNull();
      if (fast !== null) expect(told(fast)).toBe(told(parseTolerantly('a.js', text, 'tsx')));
    });
  }
  for (const [index, text] of typescript.entries()) {
    it(`gives what the tolerant one gives of types: ${text.slice(0, 60)} (${index})`, () => {
      const fast = readWithOxc('a.ts', text, 'ts');
      expect(fast).not.toBeNull();
      if (fast !== null) expect(told(fast)).toBe(told(parseTolerantly('a.ts', text, 'typescript')));
    });
  }

  it('counts as the tolerant one does where the text is not all of one byte a sign', () => {
    // The parser counts bytes itself, and leaves some of its nodes at that.
    for (const [index, text] of javascript.entries()) {
      const wide = index === 0 ? text.replace('// first', '// fïrst € 😀') : `/* ä € 😀 */ ${text}`;
      const fast = readWithOxc('a.js', wide, 'jsx');
      expect(fast === null ? null : told(fast)).toBe(told(parseTolerantly('a.js', wide, 'tsx')));
    }
    for (const text of typescript) {
      const wide = `/* ä € 😀 */ ${text}`;
      const fast = readWithOxc('a.ts', wide, 'ts');
      expect(fast === null ? null : told(fast)).toBe(told(parseTolerantly('a.ts', wide, 'typescript')));
    }
  });

  it('places many comments in time that grows with their number', () => {
    const started = processorNow();
    const block = readWithOxc('a.js', `{ /**/ ${'a; /* x */ // y\n'.repeat(50_000)}}`, 'jsx')?.byType.get(
      'statement_block',
    )?.[0];
    expect(block?.children).toHaveLength(150_001);
    expect(block?.children.slice(0, 4).map(({ type }) => type)).toEqual([
      'comment',
      'expression_statement',
      'comment',
      'comment',
    ]);
    expect(processorNow() - started).toBeLessThan(4_000);
  });

  it('has the nodes of each kind in the order of the text', () => {
    const fast = readWithOxc('a.js', 'f(g(1), { h() { i(2); } }); /* a */ j(3); // b', 'jsx');
    for (const nodes of fast?.byType.values() ?? []) {
      const starts = nodes.map((node) => node.start);
      expect(starts).toEqual([...starts].sort((a, b) => a - b));
    }
    expect(fast?.byType.get('comment')).toHaveLength(2);
  });

  const left: readonly (readonly [string, string])[] = [
    ['an error', 'const = 1;'],
    ['a byte-order mark', '\ufeffconst a = 1;'],
    ['deep brackets', `${'['.repeat(1_000)}${']'.repeat(1_000)}`],
    ['many signs in a row', `${'!'.repeat(5_000)}a`],
    ['a long ladder', `${'if (a) b; else '.repeat(3_000)}c;`],
    ['arrows that give arrows', `${'a => '.repeat(5_000)}b`],
    ['what it does not know', "import source a from 'b';"],
  ];
  for (const [what, text] of left) {
    it(`leaves ${what} to the other`, () => expect(readWithOxc('a.js', text, 'jsx')).toBeNull());
  }

  it('reads what the other cannot: exports with attributes', () => {
    const text =
      "export * from './a.json' with { type: 'json' };\nexport { b } from './b.json' with { type: 'json' };\n";
    expect(parseTolerantly('a.ts', text, 'typescript').byType.has('ERROR')).toBe(true);
    const fast = readWithOxc('a.ts', text, 'ts');
    expect(fast?.byType.get('export_statement')).toHaveLength(2);
    expect(fast?.byType.get('import_attribute')).toHaveLength(2);
  });

  it('reads what the other cannot: a name that is a word of a proposal', () => {
    const text = 'const using = 1;\nmodule.exports = (req) => { f(using); eval(req.body.code); };\n';
    expect(parseTolerantly('a.js', text, 'tsx').byType.has('ERROR')).toBe(true);
    expect(parseProgram('a.js', text)?.byType.has('ERROR')).toBe(false);
  });
});

describe('a place that does not parse', () => {
  const judged = (text: string, before: string | null) => {
    const side = (of: string) => ({ path: 'a.js', text: of, blob: 'b', mode: '100644' });
    const scope = before === null ? 'all' : 'change';
    return analyse(
      { path: 'a.js', before: before === null ? null : side(before), after: side(text), scope },
      CODE_DETECTORS,
    ).unread.map(({ path, line, reason }) => `${path}:${line} ${reason}`);
  };
  const broken = 'const a = 1;\nfunction f() {}\neval(x)) = ( {;\n';

  it('is named, with its line', () => {
    expect(judged(broken, null)).toEqual(['a.js:3 does not parse from line 3 on; what stands there is not judged']);
  });

  it('is not named against a change elsewhere in the file', () => {
    expect(judged(broken.replace('const a = 1', 'const a = 2'), broken)).toEqual([]);
    expect(judged(broken.replace('eval(x)', 'eval(y)'), broken)).toHaveLength(1);
  });
});
