import { flowChecks, L, N, P, R, remote, U } from '../support/flow-cases.ts';

const check = flowChecks('src/a.ts');

const ex = (e: string) =>
  `import express from 'express'; const app = express(); app.post('/x', async (req, res) => { sink(${e}) });`;
const exb = (e: string) =>
  `import express from 'express'; import fs from 'fs'; import path from 'path'; const app = express(); const T = { a: 'x' }; const ALLOWED = new Set(['a']); app.post('/x', async (req, res) => { ${e} });`;
check(
  'express',
  remote(
    [
      'req.query.a',
      'req.body.a',
      'req.params.a',
      "req.headers['x-a']",
      "req.get('x-a')",
      "req.header('x')",
      'req.cookies.a',
      'req.signedCookies.a',
      'req.url',
      'req.originalUrl',
      'req.path',
      'req.hostname',
      'req.file.originalname',
      'req.files[0].originalname',
      'req.rawBody',
      "req['query']['a']",
      'req?.query?.a',
      "req.param('a')",
      'req.protocol+req.host',
      'req.subdomains[0]',
      'req.baseUrl',
    ],
    ex,
  ),
);
const ff = (e: string) =>
  `import Fastify from 'fastify'; const f = Fastify(); f.post('/x', async (request, reply) => { sink(${e}) });`;
check(
  'fastify',
  remote(
    [
      'request.query.a',
      'request.body.a',
      'request.params.a',
      'request.headers.a',
      'request.cookies.a',
      'request.raw.url',
      'request.url',
      'request.hostname',
      '(await request.file()).filename',
      'request.originalUrl',
      'request.raw.headers.a',
    ],
    ff,
  ),
);
const ko = (e: string) =>
  `import Koa from 'koa'; import Router from '@koa/router'; const r = new Router(); r.post('/x', async (ctx) => { sink(${e}) });`;
check(
  'koa',
  remote(
    [
      'ctx.query.a',
      'ctx.params.a',
      'ctx.request.body.a',
      'ctx.request.query.a',
      'ctx.headers.a',
      "ctx.get('a')",
      "ctx.cookies.get('a')",
      'ctx.url',
      'ctx.path',
      'ctx.request.files.f.originalFilename',
      'ctx.querystring',
      'ctx.req.url',
      'ctx.header.a',
      'ctx.host',
      'ctx.originalUrl',
      'ctx.request.header.a',
      'ctx.request.rawBody',
    ],
    ko,
  ),
);
check('Koa, Express, http', {
  'app.use': ["import Koa from 'koa'; const app = new Koa(); app.use(async (ctx) => { sink(ctx.query.a) })", R],
});
const ho = (e: string) =>
  `import { Hono } from 'hono'; const app = new Hono(); app.post('/x/:id', async (c) => { sink(${e}) });`;
check(
  'hono',
  remote(
    [
      "c.req.query('a')",
      "c.req.param('id')",
      "c.req.header('a')",
      '(await c.req.json()).a',
      '(await c.req.parseBody()).a',
      'await c.req.text()',
      'c.req.url',
      'c.req.path',
      "(await c.req.formData()).get('a')",
      "c.req.queries('a')[0]",
      'c.req.raw.url',
    ],
    ho,
  ),
);
const nx = (e: string) =>
  `import { NextRequest } from 'next/server'; export async function POST(req: NextRequest, { params }: { params: { id: string } }) { sink(${e}) }`;
check(
  'next',
  remote(
    [
      "req.nextUrl.searchParams.get('a')",
      '(await req.json()).a',
      "(await req.formData()).get('a')",
      'await req.text()',
      "req.headers.get('a')",
      "req.cookies.get('a')?.value",
      "new URL(req.url).searchParams.get('a')",
      'params.id',
      'req.nextUrl.pathname',
      '(await params).id',
    ],
    nx,
  ),
);
check('Next.js elsewhere', {
  'cookies()': [
    "import { cookies } from 'next/headers'; export async function POST() { sink(cookies().get('a')?.value) }",
    R,
  ],
  'headers()': [
    "import { headers } from 'next/headers'; export async function POST() { sink((await headers()).get('a')) }",
    R,
  ],
  'pages getServerSideProps': ['export async function getServerSideProps({ query, params, req }) { sink(query.a) }', R],
  'pages getServerSideProps ctx': ['export async function getServerSideProps(context) { sink(context.query.a) }', R],
  'page searchParams': ['export default async function Page({ searchParams }) { sink(searchParams.a) }', R],
  middleware: ['export function middleware(request) { sink(request.nextUrl.pathname) }', R],
  'action bind': ["'use server'; export async function act(prev, formData) { sink(formData.get('a')) }", R],
});
const ne = (p: string, e: string) =>
  `import { Controller, Post, Body, Query, Param, Headers, Req, UploadedFile, Ip, Session } from '@nestjs/common'; @Controller('x') class C { @Post() f(${p}) { sink(${e}) } }`;
check('nest', {
  Body: [ne('@Body() b', 'b.a'), R],
  'Body key': [ne("@Body('a') b: string", 'b'), R],
  Query: [ne("@Query('a') q: string", 'q'), R],
  Param: [ne("@Param('id') id: string", 'id'), R],
  Headers: [ne("@Headers('x') id: string", 'id'), R],
  Req: [ne('@Req() r', 'r.body.a'), R],
  file: [ne('@UploadedFile() f', 'f.originalname'), R],
  ParseIntPipe: [ne("@Param('id', ParseIntPipe) id: number", 'id'), N],
  ParseUUIDPipe: [ne("@Param('id', new ParseUUIDPipe()) id: string", 'id'), N],
  'number type only': [ne("@Param('id') id: number", 'id'), R],
  MessageBody: [
    "import { SubscribeMessage, MessageBody } from '@nestjs/websockets'; class G { @SubscribeMessage('x') f(@MessageBody() d) { sink(d.a) } }",
    R,
  ],
  gql: [
    "import { Resolver, Query, Args } from '@nestjs/graphql'; @Resolver() class G { @Query() f(@Args('a') a: string) { sink(a) } }",
    R,
  ],
});
const la = (e: string) => `export const handler = async (event) => { sink(${e}) }`;
check(
  'lambda',
  remote(
    [
      'event.body',
      'event.queryStringParameters.a',
      'event.queryStringParameters?.a',
      'event.pathParameters.a',
      'event.headers.a',
      'JSON.parse(event.body).a',
      'event.Records[0].s3.object.key',
      'event.Records[0].body',
      'event.rawPath',
      'event.detail.a',
      'event.name',
      'event.arguments.a',
    ],
    la,
  ),
);
check('Lambda, however it is written', {
  exports: ['exports.handler = async (event) => { sink(event.body) }', R],
  fn: ['export async function handler(event) { sink(event.body) }', R],
  'for records': ['export const handler = async (event) => { for (const r of event.Records) sink(r.body) }', R],
  default: ['export default async (event: APIGatewayEvent) => { sink(event.queryStringParameters.a) }', R],
});
check('trpc', {
  mutation: [
    "import { initTRPC } from '@trpc/server'; const t = initTRPC.create(); export const r = t.router({ a: t.procedure.input(z.object({ a: z.string() })).mutation(async ({ input, ctx }) => { sink(input.a) }) })",
    R,
  ],
  number: [
    "import { z } from 'zod'; export const r = t.router({ a: t.procedure.input(z.object({ a: z.number() })).mutation(async ({ input }) => { sink(input.a) }) })",
    N,
  ],
  enum: [
    "import { z } from 'zod'; export const r = t.router({ a: t.procedure.input(z.object({ a: z.enum(['x','y']) })).query(async ({ input }) => { sink(input.a) }) })",
    N,
  ],
  string: [
    "import { z } from 'zod'; export const r = t.router({ a: t.procedure.input(z.string()).query(({ input }) => { sink(input) }) })",
    R,
  ],
  subscription: [
    'export const r = t.router({ a: t.procedure.input(z.string()).subscription(({ input }) => { sink(input) }) })',
    R,
  ],
});
check('other sources', {
  argv: ['sink(process.argv[2])', L],
  'argv slice': ['const [a] = process.argv.slice(2); sink(a)', L],
  'commander opts': ["import { program } from 'commander'; program.parse(); sink(program.opts().a)", L],
  yargs: ["import yargs from 'yargs'; const argv = yargs(process.argv.slice(2)).parseSync(); sink(argv.a)", L],
  minimist: ["import minimist from 'minimist'; const a = minimist(process.argv.slice(2)); sink(a.x)", L],
  env: ['sink(process.env.A)', L],
  'env destr': ['const { A } = process.env; sink(A)', L],
  stdin: ["process.stdin.on('data', (d) => { sink(d.toString()) })", L],
  file: ["import fs from 'fs'; sink(fs.readFileSync('a', 'utf8'))", U],
  'file p': ["import { readFile } from 'fs/promises'; sink(await readFile('a', 'utf8'))", U],
  'file cb': ["import fs from 'fs'; fs.readFile('a', (e, d) => { sink(d) })", U],
  onmessage: ["window.addEventListener('message', (e) => { sink(e.data) })", R],
  ipcMain: ["import { ipcMain } from 'electron'; ipcMain.handle('x', (e, a) => { sink(a) })", R],
  location: ['sink(location.hash)', R],
  'param exported': ['export function run(cmd) { sink(cmd) }', P],
  prompt: ["sink(prompt('a'))", L],
  URLSearchParams: ["sink(new URLSearchParams(location.search).get('a'))", R],
  'worker fetch': [
    "export default { async fetch(request, env) { sink(new URL(request.url).searchParams.get('a')) } }",
    R,
  ],
  elysia: ["import { Elysia } from 'elysia'; new Elysia().get('/x', ({ query }) => { sink(query.a) })", R],
  graphql: ['const resolvers = { Query: { a: (_, { id }) => sink(id) } }', R],
});
check('carriers', {
  assign: [exb('const a = req.query.a; const b = a; sink(b)'), R],
  template: [exb('sink(`x ${req.query.a}`)'), R],
  concat: [exb("sink('x' + req.query.a)"), R],
  'concat method': [exb("sink('x'.concat(req.query.a))"), R],
  'array lit': [exb('const l = [1, req.query.a]; sink(l[1])'), R],
  push: [exb('const l = []; l.push(req.query.a); sink(l[0])'), R],
  'push join': [exb("const l = ['a']; l.push(req.query.a); sink(l.join(' '))"), R],
  join: [exb("sink(['a', req.query.a].join(' '))"), R],
  obj: [exb("const o = { x: req.query.a, y: 'b' }; sink(o.x)"), R],
  'obj other': [exb("const o = { x: req.query.a, y: 'b' }; sink(o.y)"), N],
  'obj assign member': [exb('const o = {}; o.x = req.query.a; sink(o.x)'), R],
  'obj assign idx': [exb("const o = {}; o['x'] = req.query.a; sink(o['x'])"), R],
  spread: [exb('const o = { ...req.body }; sink(o.a)'), R],
  'Object.assign': [exb('const o = Object.assign({}, req.body); sink(o.a)'), R],
  map: [exb('const l = req.body.l.map((x) => x.trim()); sink(l[0])'), R],
  forEach: [exb('req.body.l.forEach((x) => { sink(x) })'), R],
  'for of': [exb('for (const x of req.body.l) sink(x)'), R],
  'for in': [exb('for (const x in req.body) sink(x)'), R],
  entries: [exb('for (const [k, v] of Object.entries(req.body)) sink(v)'), R],
  reduce: [exb("const s = req.body.l.reduce((a, x) => a + x, ''); sink(s)"), R],
  'a promise’s then': [exb('Promise.resolve(req.body.a).then((x) => { sink(x) })'), R],
  all: [exb('const [a] = await Promise.all([req.body.a]); sink(a)'), R],
  fn: [
    "import e from 'express'; const app = e(); function up(x) { return x.toUpperCase() } app.get('/x', (req) => { sink(up(req.query.a)) })",
    R,
  ],
  fn2: [
    "import e from 'express'; const app = e(); function get(r) { return r.query.a } app.get('/x', (req) => { sink(get(req)) })",
    R,
  ],
  'destr default': [exb("const { a = 'x' } = req.query; sink(a)"), R],
  'nested destr': [exb('const { body: { a } } = req; sink(a)'), R],
  rest: [exb('const { b, ...rest } = req.body; sink(rest.a)'), R],
  'array destr': [exb('const [a] = req.body.l; sink(a)'), R],
  ternary: [exb("sink(x ? req.query.a : 'b')"), R],
  '||': [exb("sink(req.query.a || 'b')"), R],
  '??': [exb("sink(req.query.a ?? 'b')"), R],
  '&&': [exb('sink(x && req.query.a)'), R],
  'JSON.parse': [exb('sink(JSON.parse(req.body).a)'), R],
  'JSON.stringify': [exb('sink(JSON.stringify(req.body))'), R],
  decodeURIComponent: [exb('sink(decodeURIComponent(req.query.a))'), R],
  Buffer: [exb("sink(Buffer.from(req.query.a, 'base64').toString())"), R],
  atob: [exb('sink(atob(req.query.a))'), R],
  String: [exb('sink(String(req.query.a))'), R],
  replace: [exb("sink(req.query.a.replace('a', 'b'))"), R],
  'replace fn': [exb("sink('x'.replace('x', req.query.a))"), R],
  Map: [exb("const m = new Map(); m.set('a', req.query.a); sink(m.get('a'))"), R],
  Set: [exb('const m = new Set([req.query.a]); sink([...m][0])'), R],
  closure: [exb('const a = req.query.a; const f = () => sink(a); f()'), R],
  'class field': [
    "import e from 'express'; class A { constructor(x) { this.x = x } go() { sink(this.x) } } const app = e(); app.get('/x', (req) => { new A(req.query.a).go() })",
    R,
  ],
  'let reassign': [exb("let a = 'x'; a = req.query.a; sink(a)"), R],
  'reassign const': [exb("let a = req.query.a; a = 'x'; sink(a)"), N],
  '+=': [exb("let a = 'x'; a += req.query.a; sink(a)"), R],
  tagged: [exb('sink(String.raw`x ${req.query.a}`)'), R],
  'path.join': [exb("sink(path.join('a', req.query.a))"), R, 'path'],
  'path.resolve': [exb("sink(path.resolve('a', req.query.a))"), R, 'path'],
  'util.format': [
    "import util from 'util'; import e from 'express'; e().get('/x', (req) => { sink(util.format('a %s', req.query.a)) })",
    R,
  ],
  'await helper': [
    "import e from 'express'; const get = async (r) => r.query.a; e().get('/x', async (req) => { sink(await get(req)) })",
    R,
  ],
  generator: [exb('function* g() { yield req.query.a } for (const x of g()) sink(x)'), R],
  'optional call': [exb('sink(req.query.a?.trim?.())'), R],
  slice: [exb('sink(req.query.a.slice(1))'), R],
  split: [exb("sink(req.query.a.split(',')[0])"), R],
  sort: [exb('sink(req.body.l.sort()[0])'), R],
  filter: [exb('sink(req.body.l.filter(Boolean)[0])'), R],
  find: [exb('sink(req.body.l.find((x) => x))'), R],
  flatMap: [exb('sink(req.body.l.flatMap((x) => [x])[0])'), R],
  as: [exb('sink(req.query.a as string)'), R],
  nonnull: [exb('sink(req.query.a!)'), R],
  comma: [exb('sink((0, req.query.a))'), R],
  switch: [exb("let a; switch (x) { case 1: a = req.query.a; break; default: a = 'b' } sink(a)"), R],
  try: [exb("let a; try { a = req.query.a } catch { a = 'b' } sink(a)"), R],
  'event emitter': [exb('sink(new URL(req.query.a).href)'), R, 'url'],
  structuredClone: [exb('sink(structuredClone(req.body).a)'), R],
  'Array.from': [exb('sink(Array.from(req.body.l)[0])'), R],
  'Object.values': [exb('sink(Object.values(req.body)[0])'), R],
  'Object.keys': [exb('sink(Object.keys(req.body)[0])'), R],
  'qs.parse': [
    "import qs from 'qs'; import e from 'express'; e().get('/x', (req) => { sink(qs.parse(req.url).a) })",
    R,
  ],
  'pipe fn compose': [exb("const f = (x) => (y) => x + y; sink(f(req.query.a)('b'))"), R],
});
check('sanitizers and guards', {
  Number: [exb('sink(Number(req.query.a))'), N],
  parseInt: [exb('sink(parseInt(req.query.a, 10))'), N],
  'unary +': [exb('sink(+req.query.a)'), N],
  '~~': [exb('sink(~~req.query.a)'), N],
  encodeURIComponent: [exb('sink(encodeURIComponent(req.query.a))'), N, 'url'],
  'allow includes': [exb("if (!['a','b'].includes(req.query.a)) return; sink(req.query.a)"), N],
  'Set.has': [exb('if (!ALLOWED.has(req.query.a)) return res.end(); sink(req.query.a)'), N],
  table: [exb('sink(T[req.query.a])'), N],
  'regex anchored': [exb('if (!/^[a-z]+$/.test(req.query.a)) return; sink(req.query.a)'), N],
  'regex open': [exb('if (!/[a-z]+/.test(req.query.a)) return; sink(req.query.a)'), R],
  'regex half': [exb('if (!/^[a-z]+/.test(req.query.a)) return; sink(req.query.a)'), R],
  'regex alt hole': [exb('if (!/^a|b$/.test(req.query.a)) return; sink(req.query.a)'), R],
  'regex alt grouped': [exb('if (!/^(?:a|b)$/.test(req.query.a)) return; sink(req.query.a)'), N],
  'regex alts anchored': [exb('if (!/^a$|^b$/.test(req.query.a)) return; sink(req.query.a)'), N],
  'regex m': [exb('if (!/^[a-z]+$/m.test(req.query.a)) return; sink(req.query.a)'), R],
  'regex .*': [exb('if (!/^.*$/.test(req.query.a)) return; sink(req.query.a)'), R],
  'regex [\\s\\S]': [exb('if (!/^[\\s\\S]*$/.test(req.query.a)) return; sink(req.query.a)'), R],
  'regex match': [exb('if (!req.query.a.match(/^[a-z]+$/)) return; sink(req.query.a)'), N],
  'regex match open': [exb('if (!req.query.a.match(/[a-z]+/)) return; sink(req.query.a)'), R],
  'regex match hole': [exb('if (!req.query.a.match(/^a|b$/)) return; sink(req.query.a)'), R],
  'zod enum': [
    "import { z } from 'zod'; import e from 'express'; const S = z.object({ a: z.enum(['x']) }); e().post('/x', (req) => { const { a } = S.parse(req.body); sink(a) })",
    N,
  ],
  'zod string': [
    "import { z } from 'zod'; import e from 'express'; const S = z.object({ a: z.string() }); e().post('/x', (req) => { const { a } = S.parse(req.body); sink(a) })",
    R,
  ],
  'zod regex': [
    "import { z } from 'zod'; import e from 'express'; const S = z.object({ a: z.string().regex(/^[a-z]+$/) }); e().post('/x', (req) => { const { a } = S.parse(req.body); sink(a) })",
    N,
  ],
  'resolve prefix': [
    exb("const p = path.resolve('/b', req.query.a); if (!p.startsWith('/b/')) return; sink(p)"),
    N,
    'path',
  ],
  'prefix no resolve': [exb("const p = '/b/' + req.query.a; if (!p.startsWith('/b/')) return; sink(p)"), R, 'path'],
  basename: [exb('sink(path.basename(req.query.a))'), N, 'path'],
  relative: [
    exb(
      "const p = path.resolve('/b', req.query.a); const r = path.relative('/b', p); if (r.startsWith('..')) return; sink(p)",
    ),
    N,
    'path',
  ],
  '===': [exb("if (req.query.a === 'x') sink(req.query.a)"), N],
  'sender list': [exb('if (!req.body.ok.includes(req.body.a)) return; sink(req.body.a)'), R],
  switch: [exb("switch (req.query.a) { case 'a': sink(req.query.a) }"), N],
  escapeHtml: [
    "import escapeHtml from 'escape-html'; import e from 'express'; e().get('/x', (req) => { sink(escapeHtml(req.query.a)) })",
    N,
    'html',
  ],
  'escapeHtml in shell': [
    "import escapeHtml from 'escape-html'; import e from 'express'; e().get('/x', (req) => { sink(escapeHtml(req.query.a)) })",
    R,
    'shell',
  ],
  dompurify: [
    "import DOMPurify from 'dompurify'; import e from 'express'; e().get('/x', (req) => { sink(DOMPurify.sanitize(req.query.a)) })",
    N,
    'html',
  ],
  'unquote name': [exb('sink(unquote(req.query.a))'), R],
  validator: [
    "import validator from 'validator'; import e from 'express'; e().get('/x', (req) => { if (!validator.isAlphanumeric(req.query.a)) return; sink(req.query.a) })",
    N,
  ],
  'typeof number': [exb("if (typeof req.body.a !== 'number') return; sink(req.body.a)"), N],
  length: [exb('sink(req.query.a.length)'), N],
  BigInt: [exb('sink(BigInt(req.query.a))'), N],
  'uuid validate': [
    "import { validate } from 'uuid'; import e from 'express'; e().get('/x', (req) => { if (!validate(req.query.a)) return; sink(req.query.a) })",
    N,
  ],
  hash: [
    "import crypto from 'crypto'; import e from 'express'; e().get('/x', (req) => { sink(crypto.createHash('sha256').update(req.query.a).digest('hex')) })",
    N,
  ],
  Date: [exb('sink(new Date(req.query.a))'), N],
});
check('constants', {
  const: ["const A = 'x'; sink(`ls ${A}`)", N],
  enum: ["enum E { A = 'a' } sink(E.A)", N],
  'const enum': ["const enum E { A = 'a' } sink(`x ${E.A}`)", N],
  'as const': ["const T = { a: 'x' } as const; sink(T.a)", N],
  'array loop': ["for (const x of ['a', 'b']) sink(x)", N],
  freeze: ["const T = Object.freeze({ a: 'x' }); sink(T.a)", N],
  static: ["class A { static X = 'a' } sink(A.X)", N],
  'map const': ["for (const x of ['a'].map((y) => y + 'b')) sink(x)", N],
  __dirname: ["sink(__dirname + '/a')", N],
  'import.meta.url': ['sink(import.meta.url)', N],
  ternary: ["sink(x ? 'a' : 'b')", N],
  nullish: ["const a = 'x'; sink(a ?? 'b')", N],
  'env fallback': ["const a = process.env.A || 'x'; sink(a)", L],
});

check('requests under any name', {
  'Koa’s use': ["import Koa from 'koa'; const app = new Koa(); app.use(async (k) => { sink(k.query.a) })", R],
  'Express’s use': [
    "import express from 'express'; const app = express(); app.use((q, s, n) => { sink(q.query.a) })",
    R,
  ],
  'Express’s error handler': [
    "import express from 'express'; const app = express(); app.use((e, q, s, n) => { sink(q.query.a) })",
    R,
  ],
  'an error in its handler': [
    "import express from 'express'; const app = express(); app.use((e, q, s, n) => { sink(e.query.a) })",
    U,
  ],
  'a Node server': ["import http from 'http'; http.createServer((q, s) => { sink(q.url) })", R],
  'a Node server’s answer': ["import http from 'http'; http.createServer((q, s) => { sink(s.url) })", U],
  'a Node server’s event': [
    "import http from 'http'; const srv = http.createServer(); srv.on('request', (q, s) => { sink(q.url) })",
    R,
  ],
  'Bun.serve': ["Bun.serve({ fetch(q) { sink(new URL(q.url).searchParams.get('a')) } })", R],
  'Deno.serve': ["Deno.serve((q) => { sink(new URL(q.url).searchParams.get('a')) })", R],
  ws: [
    "import { WebSocketServer } from 'ws'; const w = new WebSocketServer(); w.on('connection', (s) => { s.on('message', (m) => { sink(m.toString()) }) })",
    R,
  ],
  'Socket.IO': [
    "import { Server } from 'socket.io'; const io = new Server(); io.on('connection', (s) => { s.on('x', (m) => { sink(m.a) }) })",
    R,
  ],
  'another emitter': ["import { jobs } from './jobs'; jobs.on('x', (s) => { s.on('y', (m) => { sink(m.a) }) })", U],
  'a worker’s message': ['self.onmessage = (e) => { sink(e.data) }', R],
  'an action in a component': [
    "export default function P() { async function act(fd) { 'use server'; sink(fd.get('a')) } return 1 }",
    R,
  ],
  'util.parseArgs': ["import { parseArgs } from 'node:util'; const { values } = parseArgs({}); sink(values.a)", L],
  commander: [
    "import { Command } from 'commander'; const p = new Command(); p.command('x').argument('<a>').action((a) => { sink(a) })",
    L,
  ],
  readline: [
    "import rl from 'readline'; const r = rl.createInterface({ input: process.stdin }); r.on('line', (l) => { sink(l) })",
    L,
  ],
  'Bun’s environment': ['sink(Bun.env.A)', L],
});
