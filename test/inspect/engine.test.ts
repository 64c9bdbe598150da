import { describe, expect, it } from 'vitest';
import type { FileFacts, Syntax } from '../../src/inspect/facts.ts';
import { createFileFacts } from '../../src/inspect/file-facts.ts';
import { parseProgram } from '../../src/inspect/grammars.ts';

function factsOf(text: string, path = 'src/a.ts'): FileFacts {
  const program = parseProgram(path, text);
  if (program === null) throw new Error('not a program');
  return createFileFacts(program);
}

/** The first argument of the call of `sink`. */
function sunk(facts: FileFacts): Syntax {
  const call = facts.calls().find((each) => facts.text(each.callee) === 'sink');
  const argument = call?.arguments[0];
  if (argument === undefined) throw new Error('nothing is handed to sink()');
  return argument;
}

const strength = (text: string, path?: string, kind: 'shell' | 'path' | 'html' = 'shell'): string => {
  const facts = factsOf(text, path);
  return facts.flow(sunk(facts), kind)?.strength ?? 'none';
};

describe('where a name comes from', () => {
  const exec = 'child_process.exec';
  const cases: readonly (readonly [string, string])[] = [
    ['a named import', "import { exec } from 'child_process'; exec(a)"],
    ['an alias', "import { exec as run } from 'node:child_process'; run(a)"],
    ['a namespace', "import * as cp from 'child_process'; cp.exec(a)"],
    ['a default import', "import cp from 'child_process'; cp.exec(a)"],
    ['require', "const cp = require('child_process'); cp.exec(a)"],
    ['require and destructuring', "const { exec: run } = require('child_process'); run(a)"],
    ['require in place', "require('child_process').exec(a)"],
    ['a member of require', "const run = require('child_process').exec; run(a)"],
    ['import = require', "import cp = require('child_process'); cp.exec(a)"],
    ['a dynamic import', "const cp = await import('node:child_process'); cp.exec(a)"],
    ['a dynamic import and destructuring', "const { exec } = await import('child_process'); exec(a)"],
    ['re-assignment', "import { exec } from 'child_process'; const a1 = exec; let b1 = a1; b1(a)"],
    [
      'promisify',
      "import { promisify } from 'util'; import { exec } from 'child_process'; const run = promisify(exec); run(a)",
    ],
    [
      'promisify of a namespace',
      "const util = require('util'); const run = util.promisify(require('child_process').exec); run(a)",
    ],
    ['a text as key', "import cp from 'child_process'; cp['exec'](a)"],
    ['a field', "import { exec } from 'child_process'; class A { run = exec; go() { this.run(a) } }"],
    [
      'a field set in the constructor',
      "import cp from 'child_process'; class A { constructor() { this.cp = cp } go() { this.cp.exec(a) } }",
    ],
    [
      'createRequire',
      "import { createRequire } from 'module'; const load = createRequire(import.meta.url); load('child_process').exec(a)",
    ],
    ['the list of built-in modules', "const cp = process.getBuiltinModule('node:child_process'); cp.exec(a)"],
    ["the loader's inside", "const M = require('module'); M._load('child_process').exec(a)"],
    ['a proxy', "const cp = new Proxy(require('child_process'), {}); cp.exec(a)"],
    ['Reflect', "const cp = require('child_process'); Reflect.get(cp, 'exec')(a)"],
    ['bind', "const cp = require('child_process'); const run = cp.exec.bind(cp); run(a)"],
    ['the comma operator', "import cp from 'child_process'; (0, cp.exec)(a)"],
    ['escapes in its name', "import cp from 'child_process'; cp.e\\u0078ec(a)"],
    ['a default in destructuring', "const { exec: run = null } = require('child_process'); run(a)"],
    ['a conditional', "import cp from 'child_process'; const run = sync ? cp.exec : other; run(a)"],
  ];
  for (const [what, text] of cases) {
    it(`is known through ${what}`, () => {
      expect(
        factsOf(text)
          .calls()
          .map((call) => call.origin),
      ).toContain(exec);
    });
  }

  const hidden: readonly (readonly [string, string])[] = [
    ['a key put together', "import cp from 'child_process'; cp['ex' + 'ec'](a)"],
    ['a key in a constant', "import cp from 'child_process'; const k = `exec`; cp[k](a)"],
    ['a comma', "import cp from 'child_process'; (0, cp.exec)(a)"],
  ];
  for (const [what, text] of hidden) {
    it(`is known behind ${what}`, () => {
      expect(
        factsOf(text)
          .calls()
          .map((call) => call.origin),
      ).toContain(exec);
    });
  }

  it('is known behind call and apply, with the arguments that count', () => {
    const facts = factsOf("import cp from 'child_process'; cp.exec.call(null, a); cp.exec.apply(cp, [b]);");
    expect(facts.calls().map((call) => [call.origin, call.arguments.map((each) => facts.text(each))])).toEqual([
      [exec, ['a']],
      [exec, ['b']],
    ]);
  });

  it('is known where the function is handed to what calls it', () => {
    const facts = factsOf(
      "import cp from 'child_process'; list.forEach(cp.exec); Reflect.apply(cp.exec, cp, [b]); setTimeout(cp.exec, 10, c);",
    );
    const started = facts.calls().filter((call) => call.origin === exec);
    expect(started.map((call) => call.arguments.map((each) => facts.text(each)))).toEqual([['list'], ['b'], ['c']]);
  });

  const others: readonly (readonly [string, string])[] = [
    ['a method of a regular expression', "import cp from 'child_process'; /a/.exec(b)"],
    ['a name that is shadowed', "import { exec } from 'child_process'; function f(exec) { exec(a) }"],
    ['the same name of another module', "import { exec } from './run'; exec(a)"],
    ['a function of its own', "import cp from 'child_process'; function exec(a) { return a } exec(a)"],
    ['a method of a database', "import cp from 'child_process'; import db from './db'; db.exec(a); db['exec'](a)"],
    ['a proxy of something else', "import cp from 'child_process'; const o = new Proxy({}, cp); o.exec(a)"],
  ];
  for (const [what, text] of others) {
    it(`is not mistaken for ${what}`, () => {
      expect(
        factsOf(text)
          .calls()
          .map((call) => call.origin),
      ).not.toContain(exec);
    });
  }

  it('is known for what a constructor, or an annotated parameter, gives', () => {
    const text =
      "import { Pool } from 'pg'; const db = new Pool(); db.query(a); class B { constructor(private pool: Pool) {} go() { this.pool.query(a) } }";
    expect(
      factsOf(text)
        .calls()
        .filter((call) => call.name === 'query')
        .map((call) => call.origin),
    ).toEqual(['pg.Pool().query', 'pg.Pool().query']);
  });

  it('is known in Python', () => {
    const text = 'import subprocess as sp\nfrom os import system as run\nsp.run(a)\nrun(b)\n';
    expect(
      factsOf(text, 'a.py')
        .calls()
        .map((call) => call.origin),
    ).toEqual(['subprocess.run', 'os.system']);
  });
});

describe('what a file is read as', () => {
  const dialect = (path: string, text: string) => parseProgram(path, text)?.dialect ?? null;

  it.each([
    ['#!/usr/bin/env node', 'javascript'],
    ['#!/usr/bin/env -S node --no-warnings', 'javascript'],
    ['#!/usr/local/bin/deno run', 'javascript'],
    ['#!/usr/bin/python3.12', 'python'],
    ['#! /usr/bin/env PYTHONUTF8=1 python', 'python'],
    ['#!/bin/sh -x node', null],
    ['#!/usr/bin/env nodemon', null],
    ['# node', null],
  ])('a file without a known ending goes by its first line: %s', (first, expected) => {
    expect(dialect('bin/deploy', `${first}\nx = 1\n`)).toBe(expected);
  });

  it('a known ending is not overruled', () => {
    expect(dialect('a.py', '#!/usr/bin/env node\nx = 1\n')).toBe('python');
  });
});

describe('constants', () => {
  const cases: readonly (readonly [string, string])[] = [
    ["sink('a' + 'b')", 'ab'],
    ["const a = 'x'; sink(`${a}-y`)", 'x-y'],
    ["const T = { a: { b: 'deep' } }; sink(T.a.b)", 'deep'],
    ["const T = Object.freeze({ a: 'frozen' }); sink(T['a'])", 'frozen'],
    ["enum E { A = 'one' } sink(E.A)", 'one'],
    ["sink(['a', 'b'].join(' '))", 'a b'],
    ["sink('\\u0061\\x62\\n')", 'ab\n'],
  ];
  for (const [text, value] of cases) {
    it(`folds ${text}`, () => {
      const facts = factsOf(text);
      expect(facts.constant(sunk(facts))).toBe(value);
    });
  }

  it('do not fold what is given twice or comes from outside', () => {
    for (const text of ["let a = 'x'; a = f(); sink(a)", 'function f(a) { sink(a) }', 'sink(process.env.A)']) {
      const facts = factsOf(text);
      expect(facts.constant(sunk(facts))).toBeUndefined();
    }
  });
});

describe('flow', () => {
  const wrap = (body: string): string =>
    `import express from 'express'; const app = express(); app.post('/x', async (req, res) => { ${body} });`;
  const remote: readonly (readonly [string, string])[] = [
    ['a member', 'sink(req.query.a)'],
    ['destructuring', 'const { a, ...rest } = req.body; sink(rest)'],
    ['nested destructuring with a default', "const { query: { a = 'x' } } = req; sink(a)"],
    ['a template', 'sink(`x ${req.params.a}`)'],
    ['adding up', "let s = 'x'; s += req.query.a; sink(s)"],
    ['an array that grows', 'const list = []; list.push(req.query.a); sink(list)'],
    ['an object that grows', 'const o = {}; o.a = req.query.a; sink(o)'],
    ['a callback over a list', 'req.body.items.forEach((item) => sink(item.name))'],
    ['map and join', "sink(req.body.items.map((i) => `-${i}`).join(' '))"],
    ['a promise', 'Promise.resolve(req.body.a).then((a) => sink(a))'],
    ['await', 'const a = await Promise.resolve(req.body.a); sink(a)'],
    ['a choice', "sink(req.query.a ? req.query.a : 'x')"],
    ['a default', "sink(req.query.a || 'x')"],
    ['parsing', 'sink(JSON.parse(req.body.json).command)'],
    ['a loop over entries', 'for (const [key, value] of Object.entries(req.query)) sink(value)'],
    ['the keys of an input', 'for (const key in req.body) sink(key)'],
    [
      'a stream of the body',
      "let data = ''; req.on('data', (chunk) => { data += chunk; }); req.on('end', () => sink(data))",
    ],
    ['a local helper', 'const build = (v) => `x ${v}`; sink(build(req.query.a))'],
    ['a header', "sink(req.get('host'))"],
    ['a test of another field', "if (req.body.kind !== 'a') return; sink(req.body.command)"],
    ['a test that ends nothing', "if (!['a'].includes(req.query.a)) console.log('odd'); sink(req.query.a)"],
    ['a pattern that is open at the end', 'if (!/^a/.test(req.query.a)) return; sink(req.query.a)'],
    ['a sanitizer that does nothing', 'const sanitize = (v) => v; sink(sanitize(req.query.a))'],
    [
      'a validator that passes everything',
      'const isValid = (v) => true; if (!isValid(req.query.a)) return; sink(req.query.a)',
    ],
    ['a wrong sanitizer', 'sink(escapeHtml(req.query.a))'],
  ];
  for (const [what, body] of remote) {
    it(`goes through ${what}`, () => {
      expect(strength(wrap(body))).toBe('remote');
    });
  }

  const stopped: readonly (readonly [string, string])[] = [
    ['Number()', 'sink(Number(req.query.a))'],
    ['an allow-list', "if (!['a', 'b'].includes(req.query.a)) return res.end(); sink(req.query.a)"],
    ['a set', "const S = new Set(['a']); if (!S.has(req.query.a)) throw new Error('no'); sink(req.query.a)"],
    ['a table', "const T = { a: 'x' }; sink(T[req.query.a])"],
    ['equality with constants', "const a = req.query.a; if (a === 'x' || a === 'y') sink(a)"],
    ['a whole pattern', 'const a = req.query.a; if (/^[a-z]+$/.test(a)) sink(a)'],
    ['a switch', "const a = req.query.a; switch (a) { case 'x': sink(a) }"],
    ['a schema', 'const input = Schema.parse(req.body); sink(input.a)'],
    ['a validator that throws', 'assertValidName(req.query.a); sink(req.query.a)'],
    ['re-assignment', "let a = req.query.a; a = 'fixed'; sink(a)"],
    ['taking all but letters away', "sink(req.query.a.replace(/[^a-z]/g, ''))"],
    [
      'a sanitizer of the file that takes something away',
      "const clean = (v) => v.replace(/[^a-z]/g, ''); sink(clean(req.query.a))",
    ],
    ['a comparison', 'sink(req.query.a === req.query.b)'],
    ['a length', 'sink(req.query.a.length)'],
    ['a state that is no input', 'sink(req.user)'],
    ['a variable that holds the test', "const ok = ['a'].includes(req.query.a); if (!ok) return; sink(req.query.a)"],
    ['a choice by a test', "const a = req.query.a; sink(['x'].includes(a) ? a : 'x')"],
  ];
  for (const [what, body] of stopped) {
    it(`is stopped by ${what}`, () => {
      expect(strength(wrap(body))).toBe('none');
    });
  }

  it('needs the path resolved before a prefix says anything', () => {
    expect(
      strength(
        wrap("const p = path.resolve('/a', req.query.p); if (!p.startsWith('/a/')) return; sink(p)"),
        undefined,
        'path',
      ),
    ).toBe('none');
    expect(
      strength(wrap("const p = '/a/' + req.query.p; if (!p.startsWith('/a/')) return; sink(p)"), undefined, 'path'),
    ).toBe('remote');
  });

  it('tells the weaker sources apart', () => {
    expect(strength('sink(process.argv[2])')).toBe('local');
    expect(strength('sink(process.env.HOME)')).toBe('local');
    expect(strength('export function f(a) { sink(a) }')).toBe('parameter');
    expect(strength('export class A { run(a) { sink(a) } }')).toBe('parameter');
    expect(strength('module.exports = { f(a) { sink(a) } }')).toBe('parameter');
    expect(strength('export const x = 1; function f(a) { sink(a) }')).toBe('unknown');
    expect(strength('export const x = 1; function f(a) { sink(a) } f("fixed")')).toBe('none');
    expect(strength('sink(load())')).toBe('unknown');
    expect(strength('export function f(a: number) { sink(a) }')).toBe('none');
  });

  const handlers: readonly (readonly [string, string])[] = [
    [
      'Fastify',
      "import Fastify from 'fastify'; const f = Fastify(); f.get('/x', async (request, reply) => sink(request.query.a))",
    ],
    ['Koa', "import Router from '@koa/router'; const r = new Router(); r.get('/x', async (ctx) => sink(ctx.query.a))"],
    ['Hono', "import { Hono } from 'hono'; const app = new Hono(); app.get('/x', (c) => sink(c.req.query('a')))"],
    ['a Next.js route', 'export async function POST(request) { const { a } = await request.json(); sink(a) }'],
    ['a Next.js route with parameters', 'export async function GET(_req, { params }) { sink(params.a) }'],
    ['a server action', "'use server';\nexport async function save(form) { sink(form.get('a')) }"],
    [
      'NestJS',
      "import { Controller, Get, Query } from '@nestjs/common'; @Controller() class A { @Get() f(@Query('a') a: string) { sink(a) } }",
    ],
    ['AWS Lambda', 'exports.handler = async (event) => { sink(event.queryStringParameters.a) }'],
    ['tRPC', 'export const r = router({ a: publicProcedure.mutation(async ({ input, ctx }) => sink(input.a)) })'],
    ['node:http', "import http from 'node:http'; http.createServer((req, res) => sink(req.url))"],
    ['a socket', "io.on('connection', (socket) => { socket.on('run', (data) => sink(data)) })"],
    ['another window', "window.addEventListener('message', (e) => sink(e.data))"],
    ['a resolver', 'export const resolvers = { Query: { a: (parent, args) => sink(args.a) } }'],
  ];
  for (const [what, text] of handlers) {
    it(`starts at the request of ${what}`, () => {
      expect(strength(text)).toBe('remote');
    });
  }

  it('carries its steps, the source first', () => {
    const facts = factsOf(wrap('const a = req.query.a; const b = `x ${a}`; sink(b)'));
    const steps = facts.flow(sunk(facts), 'shell')?.steps ?? [];
    expect(steps.map((step) => facts.text(step.node))).toEqual(['req.query', 'a', 'b']);
    expect(steps[0]?.message).toBe("comes from the request's query");
  });

  it('reads the scripts of documents at their places', () => {
    const facts = factsOf(
      '<template>{{ sink }}</template>\n<script setup lang="ts">\nsink(location.hash)\n</script>\n',
      'a.vue',
    );
    expect(facts.flow(sunk(facts), 'html')?.strength).toBe('remote');
    expect(facts.finding({ rule: RULE, at: sunk(facts), message: 'x' }).locations[0].startLine).toBe(3);
  });

  it('ends on names made from themselves', () => {
    expect(
      strength(
        'export function f(a) { let b = a; b = b && b.x; while (b) { b = b.next; if (!b) return; } let c = d; let d = c; sink(c || b) }',
      ),
    ).toBe('parameter');
  });
});

const RULE = {
  id: 'x',
  family: 'code',
  shortDescription: 'x',
  help: 'x',
  level: 'note',
  confidence: 'low',
  critical: false,
  signable: true,
  cwe: [],
  requires: ['file'],
  since: '0.1.0',
} as const;
