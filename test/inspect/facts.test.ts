import { describe, expect, it } from 'vitest';
import type { FileFacts, SinkKind, Syntax } from '../../src/inspect/facts.ts';
import { createFileFacts } from '../../src/inspect/file-facts.ts';
import { parseProgram } from '../../src/inspect/grammars.ts';

function factsOf(text: string, path: string): FileFacts {
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

function strength(text: string, path = 'src/a.ts', kind: SinkKind = 'shell'): string {
  const facts = factsOf(text, path);
  return facts.flow(sunk(facts), kind)?.strength ?? 'none';
}

const route = (body: string): string =>
  `import express from 'express'; const app = express(); app.post('/x', async (req, res) => { ${body} });`;

describe('a request is known in', () => {
  const javascript: readonly (readonly [string, string])[] = [
    [
      'an Express router',
      "const { Router } = require('express'); const r = Router(); r.get('/x', (q, s) => sink(q.query.a))",
    ],
    ['a chain of routes', "const r = require('express').Router(); r.route('/x').get(a).post((q, s) => sink(q.body.a))"],
    [
      'a named handler',
      "const app = require('express')(); function h(q, s) { sink(q.params.id) } app.get('/:id', guard, h)",
    ],
    [
      'an error-passing wrapper',
      "const app = require('express')(); app.get('/x', wrap(async (q, s) => sink(q.query.a)))",
    ],
    ['a controller class', 'export class C { async get(req: Request, res: Response) { sink(req.query.a) } }'],
    [
      'Fastify options',
      "import fastify from 'fastify'; const f = fastify(); f.post('/x', { schema }, async (r, reply) => sink(r.body.a))",
    ],
    [
      'a Fastify plugin',
      "export default async function plugin(fastify, opts) { fastify.get('/x', async (r) => sink(r.params.a)) }",
    ],
    [
      'Fastify’s route()',
      "import fastify from 'fastify'; const f = fastify(); f.route({ method: 'GET', url: '/x', handler: async (r, reply) => sink(r.query.a) })",
    ],
    [
      'Koa’s body',
      "const Router = require('koa-router'); const r = new Router(); r.post('/x', async (k) => sink(k.request.body.a))",
    ],
    [
      'Hono’s JSON',
      "import { Hono } from 'hono'; const app = new Hono(); app.post('/x', async (h) => { const b = await h.req.json(); sink(b.a) })",
    ],
    [
      'Hono’s parameters',
      "import { Hono } from 'hono'; const app = new Hono(); app.get('/:id', (h) => sink(h.req.param('id')))",
    ],
    [
      'a Next.js route’s address',
      'export async function GET(r: NextRequest) { sink(r.nextUrl.searchParams.get("a")) }',
    ],
    [
      'a Next.js route’s URL',
      'export async function GET(request: Request) { const { searchParams } = new URL(request.url); sink(searchParams.get("a")) }',
    ],
    [
      'Next.js promised parameters',
      'export async function GET(_: Request, { params }: { params: Promise<{ a: string }> }) { const { a } = await params; sink(a) }',
    ],
    [
      'a Next.js page route',
      'export default function handler(req: NextApiRequest, res: NextApiResponse) { sink(req.query.a) }',
    ],
    [
      'a server action in a function',
      "export async function save(data: FormData) { 'use server'; sink(data.get('a')) }",
    ],
    ['a server action as a constant', "'use server';\nexport const save = async (a: string) => { sink(a) }"],
    [
      'NestJS’s body',
      "import { Body, Controller, Post } from '@nestjs/common'; @Controller('x') class A { @Post() f(@Body() dto: Dto) { sink(dto.a) } }",
    ],
    [
      'NestJS’s request',
      "import { Controller, Get, Req } from '@nestjs/common'; @Controller() class A { @Get() f(@Req() r) { sink(r.query.a) } }",
    ],
    [
      'a Lambda by name',
      'export const handler = async (event: APIGatewayProxyEvent) => { const b = JSON.parse(event.body ?? "{}"); sink(b.a) }',
    ],
    [
      'tRPC’s query',
      'export const r = t.router({ a: t.procedure.input(z.object({ a: z.string() })).query(({ input }) => sink(input.a)) })',
    ],
    ['tRPC’s options', 'export const r = router({ a: publicProcedure.query((opts) => sink(opts.input.a)) })'],
  ];
  for (const [what, text] of javascript) {
    it(what, () => expect(strength(text)).toBe('remote'));
  }

  const python: readonly (readonly [string, string])[] = [
    [
      'Flask',
      "from flask import Flask, request\napp = Flask(__name__)\n@app.route('/x')\ndef f():\n    sink(request.args.get('a'))\n",
    ],
    [
      'Flask’s path',
      "from flask import Flask\napp = Flask(__name__)\n@app.route('/<name>')\ndef f(name):\n    sink(name)\n",
    ],
    [
      'Flask under an alias',
      "import flask as fl\n@bp.post('/x')\ndef f():\n    data = fl.request.get_json()\n    sink(data['a'])\n",
    ],
    ['Django', "def view(request):\n    sink(request.GET['a'])\n"],
    ['Django’s body', "import json\ndef view(request):\n    data = json.loads(request.body)\n    sink(data['a'])\n"],
    ['a Django class', "class V(View):\n    def post(self, request):\n        sink(request.POST.get('a'))\n"],
    ['FastAPI', "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/x')\nasync def f(q: str):\n    sink(q)\n"],
    [
      'FastAPI’s body',
      "from fastapi import APIRouter\nrouter = APIRouter()\n@router.post('/x')\ndef f(item: Item):\n    sink(item.name)\n",
    ],
    [
      'FastAPI’s request',
      "@app.post('/x')\nasync def f(request: Request):\n    data = await request.json()\n    sink(data['a'])\n",
    ],
    ['an f-string', 'from flask import request\nsink(f"ping {request.args[\'h\']}")\n'],
    ['format and %', "from flask import request\nsink('a {} %s'.format(request.args['h']) % 'x')\n"],
    ['a Lambda', "def lambda_handler(event, context):\n    sink(event['queryStringParameters']['a'])\n"],
  ];
  for (const [what, text] of python) {
    it(`Python: ${what}`, () => expect(strength(text, 'app/a.py')).toBe('remote'));
  }
});

describe('a value is followed', () => {
  const routes: readonly (readonly [string, string])[] = [
    ['through a Map made of it', 'const m = new Map(Object.entries(req.body)); sink(m.get("a"));'],
    ['through a Set made of it', 'for (const a of new Set(req.body.list)) sink(a);'],
    ['through a promise', 'const b = await new Promise((done) => done(req.body)); sink(b.a);'],
    [
      'in pieces of the request',
      'const all = []; for await (const c of req) all.push(c); sink(Buffer.concat(all).toString());',
    ],
    ['through a function that a function gives', "const join = (a) => (b) => a + b; sink(join('ls ')(req.body.a));"],
    [
      'through what is left over of arguments',
      "const run = (...parts) => sink(parts.join(' ')); run('ls', req.body.a);",
    ],
  ];
  for (const [what, body] of routes) it(what, () => expect(strength(route(body))).toBe('remote'));

  const files: readonly (readonly [string, string, string])[] = [
    [
      'to a callback of a function of the file',
      'function take(req, done) { done(null, req.body); } app.post("/x", (req, res) => take(req, (error, b) => sink(b.a)));',
      'src/a.js',
    ],
    [
      'from an event to who listens',
      'bus.on("made", (job) => sink(job)); app.post("/x", (req, res) => bus.emit("made", req.body.a));',
      'src/a.js',
    ],
    [
      'from a middleware to the handler',
      'app.use((req, res, next) => { res.locals.a = req.query.a; next(); }); app.get("/x", (req, res) => sink(res.locals.a));',
      'src/a.js',
    ],
    [
      'to a request known by its type',
      'export const show = (r: Request, s: Response) => sink(r.params.id);',
      'src/a.ts',
    ],
    ['to a tool of a model', "server.tool('x', { a: z.string() }, async ({ a }) => sink(a));", 'src/a.ts'],
    ['to a page of Next.js', 'export async function getServerSideProps({ query }) { sink(query.a); }', 'src/a.ts'],
    ['to a Python tool of a model', '@mcp.tool()\ndef x(a: str):\n    sink(a)\n', 'app/a.py'],
    [
      'to the view that a method belongs to',
      'class V(View):\n    def rows(self):\n        sink(self.request.GET["a"])\n',
      'app/a.py',
    ],
    ['through getattr', '@app.route("/x")\ndef x():\n    sink(getattr(request, "args")["a"])\n', 'app/a.py'],
    [
      'through named arguments',
      'def f(**o):\n    sink(o["a"])\n\n@app.route("/x")\ndef x():\n    f(a=request.args["a"])\n',
      'app/a.py',
    ],
    [
      'through a table made in a loop',
      '@app.route("/x")\ndef x():\n    d = {k: v for k, v in request.args.items()}\n    sink(d["a"])\n',
      'app/a.py',
    ],
    ['from a message of a socket', 'async def x(websocket):\n    sink(await websocket.receive_text())\n', 'app/a.py'],
    [
      'from a resolver of Graphene',
      'class Q(ObjectType):\n    def resolve_user(self, info, a):\n        sink(a)\n',
      'app/a.py',
    ],
  ];
  for (const [what, text, path] of files) it(what, () => expect(strength(text, path)).toBe('remote'));

  const kept: readonly (readonly [string, string, string])[] = [
    [
      'to a listener of another event',
      'bus.on("made", (job) => sink(job)); app.post("/x", (req, res) => bus.emit("gone", req.body.a));',
      'src/a.js',
    ],
    [
      'to a callback that gets something else',
      'function take(req, done) { done(null, 1); } app.post("/x", (req, res) => take(req, (error, b) => sink(b)));',
      'src/a.js',
    ],
    [
      'where the middleware keeps a constant',
      'app.use((req, res, next) => { res.locals.a = "x"; next(); }); app.get("/x", (req, res) => sink(res.locals.a));',
      'src/a.js',
    ],
    [
      'where a schema lists the values',
      'p.input(z.object({ a: z.enum(["x"]) })).query(({ input }) => sink(input.a));',
      'src/a.ts',
    ],
    [
      'to a Python function beside a tool',
      '@mcp.tool()\ndef x(a: str):\n    pass\n\ndef y(b):\n    sink(b)\n',
      'app/a.py',
    ],
  ];
  for (const [what, text, path] of kept) it(`and not ${what}`, () => expect(strength(text, path)).not.toBe('remote'));
});

describe('names in Python', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['import subprocess\nsubprocess.run(a)\n', 'subprocess.run'],
    ['from subprocess import Popen as P\nP(a)\n', 'subprocess.Popen'],
    ['import os.path\nos.path.join(a)\n', 'os.path.join'],
    ['from os import system\nrun = system\nrun(a)\n', 'os.system'],
    ["import importlib\nsp = __import__('subprocess')\nsp.call(a)\n", 'subprocess.call'],
    ["import os\ngetattr(os, 'system')(a)\n", 'os.system'],
    ["import importlib\nimportlib.import_module('os').system(a)\n", 'os.system'],
    [
      'try:\n    import subprocess32 as subprocess\nexcept ImportError:\n    import subprocess\nsubprocess.call(a)\n',
      'subprocess.call',
    ],
  ];
  for (const [text, origin] of cases) {
    it(`${origin} is known in ${JSON.stringify(text.slice(0, 50))}`, () => {
      expect(
        factsOf(text, 'a.py')
          .calls()
          .map((call) => call.origin),
      ).toContain(origin);
    });
  }
});

describe('names in JavaScript', () => {
  const cases: readonly (readonly [string, string])[] = [
    ["const cp = require('child_' + 'process'); cp.exec(a)", 'a module’s name put together'],
    ["const m = 'child_process'; const cp = require(m); cp.exec(a)", 'a module’s name in a constant'],
    ['const cp = require(`node:child_process`); cp.exec(a)', 'a template as module'],
    ["import cp from 'child_process'; const { exec: { bind } } = cp; cp['\\x65xec'](a)", 'a key with escapes'],
    ["import cp from 'child_process'; cp.\\u0065xec(a)", 'a name with escapes'],
    ["import cp from 'child_process'; const o = { run: cp.exec }; o.run(a)", 'a table of functions'],
    ["import cp from 'child_process'; let run; run = cp.exec; run(a)", 'a later assignment'],
    ["import cp from 'child_process'; const run = cp.exec.bind(cp); run(a)", 'bind'],
    ["import cp from 'child_process'; const run = Reflect.get(cp, 'exec'); run(a)", 'Reflect.get'],
    ["import('child_process').then(({ exec }) => exec(a))", 'a dynamic import’s then'],
    ["import('child_process').then((cp) => cp.exec(a))", 'a dynamic import’s callback'],
    [
      "const { promises } = require('x'); const { exec } = process.mainModule.require('child_process'); exec(a)",
      'mainModule.require',
    ],
    ["const cp = process.getBuiltinModule('node:child_process'); cp.exec(a)", 'getBuiltinModule'],
    ["import cp from 'child_process'; const { exec = other } = cp; exec(a)", 'a default in a pattern'],
    ["import cp from 'child_process'; const all = { ...cp }; all.exec(a)", 'a copy by spreading'],
    ["import cp from 'child_process'; (x ? cp.exec : cp.exec)(a)", 'a choice'],
  ];
  for (const [text, what] of cases) {
    it(`are known through ${what}`, () => {
      expect(
        factsOf(text, 'a.ts')
          .calls()
          .map((call) => call.origin),
      ).toContain('child_process.exec');
    });
  }
});

describe('a guard in name only', () => {
  const open: readonly (readonly [string, string])[] = [
    ['a sanitizer that trims', 'const sanitize = (v) => v.trim(); sink(sanitize(req.query.a))'],
    ['a sanitizer with a fall-back', "const sanitize = (v) => (v ? v : ''); sink(sanitize(req.query.a))"],
    [
      'a sanitizer that throws its work away',
      "function sanitizeShell(v) { v.replace(/[^a-z]/g, ''); return v; } sink(sanitizeShell(req.query.a))",
    ],
    [
      'a sanitizer that copies',
      'function cleanArg(v) { const copy = `${v}`; return copy; } sink(cleanArg(req.query.a))',
    ],
    [
      'a sanitizer with a comment',
      "function escapeShell(v) { /* replace(/;/g, '') */ return String(v); } sink(escapeShell(req.query.a))",
    ],
    ['a validator of presence', 'const isValid = (v) => !!v; if (!isValid(req.query.a)) return; sink(req.query.a)'],
    [
      'a validator of length',
      'const isValidHost = (v) => v && v.length > 0; if (!isValidHost(req.query.a)) return; sink(req.query.a)',
    ],
    [
      'an assertion that only logs',
      "function assertValid(v) { console.log('checked', v); } assertValid(req.query.a); sink(req.query.a)",
    ],
    ['a list that the sender brings', 'if (!req.body.allowed.includes(req.body.a)) return; sink(req.body.a)'],
  ];
  for (const [what, body] of open) {
    it(`does not count: ${what}`, () => expect(strength(route(body))).toBe('remote'));
  }

  const real: readonly (readonly [string, string])[] = [
    [
      'a sanitizer that throws',
      "function cleanArg(v) { if (/[^a-z]/.test(v)) throw new Error('no'); return v; } sink(cleanArg(req.query.a))",
    ],
    [
      'a sanitizer with a table',
      "const T = { a: 'x' }; const safeName = (v) => T[v] ?? 'none'; sink(safeName(req.query.a))",
    ],
    [
      'a validator with a pattern',
      'const isValid = (v) => /^[a-z]+$/.test(v); if (!isValid(req.query.a)) return; sink(req.query.a)',
    ],
    [
      'an assertion that throws',
      "function assertValid(v) { if (v !== 'a') throw new Error('no'); } assertValid(req.query.a); sink(req.query.a)",
    ],
    [
      'an imported validator',
      "import { isValidHost } from 'hosts'; if (!isValidHost(req.query.a)) return; sink(req.query.a)",
    ],
    ['a list of the session', 'if (!req.session.allowed.includes(req.body.a)) return; sink(req.body.a)'],
  ];
  for (const [what, body] of real) {
    it(`counts where it is one: ${what}`, () => expect(strength(route(body))).toBe('none'));
  }
});
