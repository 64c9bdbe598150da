import { flowChecks, N, R, U } from '../support/flow-cases.ts';

const check = flowChecks('src/a.ts');

check('what schemas leave open', {
  'zod string': [
    `import { z } from 'zod';
const S = z.object({ name: z.string().min(1) });
app.post('/a', (req, res) => { const b = S.parse(req.body); sink(b.name); });
`,
    R,
  ],
  'zod enum': [
    `import { z } from 'zod';
const S = z.object({ name: z.enum(['a', 'b']) });
app.post('/a', (req, res) => { const b = S.parse(req.body); sink(b.name); });
`,
    N,
  ],
  'zod regex': [
    `import { z } from 'zod';
const S = z.object({ name: z.string().regex(/^[a-z]+$/) });
app.post('/a', (req, res) => { const b = S.parse(req.body); sink(b.name); });
`,
    N,
  ],
  'zod regex open': [
    `import { z } from 'zod';
const S = z.object({ name: z.string().regex(/[a-z]+/) });
app.post('/a', (req, res) => { const b = S.parse(req.body); sink(b.name); });
`,
    R,
  ],
  zValidator: [
    `import { Hono } from 'hono';
import { zValidator } from '@hono/zod-validator';
import { z } from 'zod';
const app = new Hono();
const S = z.object({ name: z.string() });
app.post('/a', zValidator('json', S), (c) => { const b = c.req.valid('json'); sink(b.name); });
`,
    R,
  ],
  'zValidator number': [
    `import { Hono } from 'hono';
import { zValidator } from '@hono/zod-validator';
import { z } from 'zod';
const app = new Hono();
const S = z.object({ name: z.number() });
app.post('/a', zValidator('json', S), (c) => { const b = c.req.valid('json'); sink(b.name); });
`,
    N,
  ],
  'zValidator enum destructured': [
    `import { Hono } from 'hono';
import { zValidator } from '@hono/zod-validator';
import { z } from 'zod';
const app = new Hono();
app.post('/a', zValidator('json', z.object({ name: z.enum(['a']) })), (c) => { const { name } = c.req.valid('json'); sink(name); });
`,
    N,
  ],
  'zValidator param uuid': [
    `import { Hono } from 'hono';
import { zValidator } from '@hono/zod-validator';
import { z } from 'zod';
const app = new Hono();
app.post('/a', zValidator('param', z.object({ name: z.uuid() })), (c) => { const { name } = c.req.valid('param'); sink(name); });
`,
    N,
  ],
  'zValidator string nosql': [
    `import { Hono } from 'hono';
import { zValidator } from '@hono/zod-validator';
import { z } from 'zod';
const app = new Hono();
app.post('/a', zValidator('json', z.object({ name: z.string() })), (c) => { const { name } = c.req.valid('json'); sink(name); });
`,
    N,
    'nosql',
  ],
  'fastify schema string': [
    `import fastify from 'fastify';
const app = fastify();
app.post('/a', { schema: { body: { type: 'object', properties: { name: { type: 'string' } } } } }, async (request) => { sink(request.body.name); });
`,
    R,
  ],
  'fastify schema enum': [
    `import fastify from 'fastify';
const app = fastify();
app.post('/a', { schema: { body: { type: 'object', properties: { name: { type: 'string', enum: ['a', 'b'] } } } } }, async (request) => { sink(request.body.name); });
`,
    N,
  ],
  'fastify schema pattern': [
    `import fastify from 'fastify';
const app = fastify();
app.post('/a', { schema: { body: { type: 'object', properties: { name: { type: 'string', pattern: '^[a-z]+$' } } } } }, async (request) => { const { name } = request.body; sink(name); });
`,
    N,
  ],
  'fastify schema integer param': [
    `import fastify from 'fastify';
const app = fastify();
app.get('/a/:id', { schema: { params: { type: 'object', properties: { id: { type: 'integer' } } } } }, async (request) => { sink(\`\${request.params.id}\`); });
`,
    N,
  ],
  'trpc enum': [
    `export const r = t.procedure.input(z.object({ kind: z.enum(['a']) })).query(({ input }) => { sink(input.kind); });
`,
    N,
  ],
  'trpc string': [
    `export const r = t.procedure.input(z.object({ kind: z.string() })).query(({ input }) => { sink(input.kind); });
`,
    R,
  ],
  'Nest DTO string': [
    `import { IsString, IsEnum, IsUUID, Matches, IsInt } from 'class-validator';
class Dto { @IsString() name: string; }
@Controller('a') export class C { @Post() run(@Body() dto: Dto) { sink(dto.name); } }
`,
    R,
  ],
  'Nest DTO enum': [
    `import { IsString, IsEnum, IsUUID, Matches, IsInt } from 'class-validator';
class Dto { @IsEnum(K) name: string; }
@Controller('a') export class C { @Post() run(@Body() dto: Dto) { sink(dto.name); } }
`,
    N,
  ],
  'Nest DTO Matches': [
    `import { IsString, IsEnum, IsUUID, Matches, IsInt } from 'class-validator';
class Dto { @IsString() @Matches(/^[a-z]+$/) name: string; }
@Controller('a') export class C { @Post() run(@Body() dto: Dto) { const { name } = dto; sink(name); } }
`,
    N,
  ],
  'Nest DTO IsIn': [
    `class Dto { @IsIn(['a', 'b']) name: string; }
@Controller('a') export class C { @Post() run(@Body() dto: Dto) { sink(dto.name); } }
`,
    N,
  ],
  'joi string': [
    `const S = Joi.object({ name: Joi.string().required() });
app.post('/a', (req, res) => { const { error, value } = S.validate(req.body); if (error) return res.status(400).end(); sink(value.name); });
`,
    R,
  ],
  'joi valid list': [
    `const S = Joi.object({ name: Joi.string().valid('a', 'b').required() });
app.post('/a', (req, res) => { const { error, value } = S.validate(req.body); if (error) return res.status(400).end(); sink(value.name); });
`,
    N,
  ],
  'joi then body': [
    `const S = Joi.object({ name: Joi.string().required() });
app.post('/a', (req, res) => { const { error } = S.validate(req.body); if (error) return res.status(400).end(); sink(req.body.name); });
`,
    R,
  ],
  'joi then body enum': [
    `const S = Joi.object({ name: Joi.string().valid('a').required() });
app.post('/a', (req, res) => { const { error } = S.validate(req.body); if (error) return res.status(400).end(); sink(req.body.name); });
`,
    N,
  ],
  yup: [
    `import * as yup from 'yup';
const S = yup.object({ name: yup.string().required() });
app.post('/a', async (req, res) => { const b = await S.validate(req.body); sink(b.name); });
`,
    R,
  ],
  'yup oneOf': [
    `import * as yup from 'yup';
const S = yup.object({ name: yup.string().oneOf(['a']).required() });
app.post('/a', async (req, res) => { const b = await S.validate(req.body); sink(b.name); });
`,
    N,
  ],
  valibot: [
    `import * as v from 'valibot';
const S = v.object({ name: v.pipe(v.string(), v.minLength(1)) });
app.post('/a', async (req, res) => { const b = v.parse(S, req.body); sink(b.name); });
`,
    R,
  ],
  'valibot regex': [
    `import * as v from 'valibot';
const S = v.object({ name: v.pipe(v.string(), v.regex(/^[a-z]+$/)) });
app.post('/a', async (req, res) => { const b = v.parse(S, req.body); sink(b.name); });
`,
    N,
  ],
  ajv: [
    `import Ajv from 'ajv';
const check = new Ajv().compile({ type: 'object', properties: { name: { type: 'string' } } });
app.post('/a', async (req, res) => { if (!check(req.body)) return res.status(400).end(); sink(req.body.name); });
`,
    R,
  ],
  'ajv enum': [
    `import Ajv from 'ajv';
const check = new Ajv().compile({ type: 'object', properties: { name: { enum: ['a'] } } });
app.post('/a', async (req, res) => { if (!check(req.body)) return res.status(400).end(); sink(req.body.name); });
`,
    N,
  ],
  'safeParse then body': [
    `import { z } from 'zod';
const S = z.object({ name: z.string() });
app.post('/a', (req, res) => { const r = S.safeParse(req.body); if (!r.success) return res.status(400).end(); sink(r.data.name); });
`,
    R,
  ],
  'safeParse then req.body': [
    `import { z } from 'zod';
const S = z.object({ name: z.string() });
app.post('/a', (req, res) => { const r = S.safeParse(req.body); if (!r.success) return res.status(400).end(); sink(req.body.name); });
`,
    R,
  ],
  'express-validator': [
    `import { body } from 'express-validator';
app.post('/a', body('name').isString(), (req, res) => { sink(req.body.name); });
`,
    R,
  ],
  'optional zod trim transform': [
    `import { z } from 'zod';
const S = z.object({ name: z.string().trim().optional() }).strict();
app.post('/a', (req, res) => { const { name } = S.parse(req.body); sink(name); });
`,
    R,
  ],
  'zod extend': [
    `import { z } from 'zod';
const B = z.object({ name: z.string().trim().optional() });
const S = B.extend({ other: z.number() });
app.post('/a', (req, res) => { const { name } = S.parse(req.body); sink(name); });
`,
    R,
  ],
  'zod email': [
    `import { z } from 'zod';
const S = z.object({ name: z.email() });
app.post('/a', (req, res) => { const { name } = S.parse(req.body); sink(name); });
`,
    R,
  ],
  'zod array of strings': [
    `import { z } from 'zod';
const S = z.object({ names: z.array(z.string()) });
app.post('/a', (req, res) => { const { names } = S.parse(req.body); sink(names.join(' ')); });
`,
    R,
  ],
  'joi then body 2': [
    `const S = Joi.object({ name: Joi.string().required() });
app.post('/a', (req, res) => { const { error } = S.validate(req.body); if (error) return res.status(400).end(); sink(req.body.name); });
`,
    R,
  ],
  'joi then body 3': [
    `const S = Joi.object({ name: Joi.string().required() });
app.post('/a', (req, res) => { const { error } = S.validate(req.body); sink(req.body.name); });
`,
    R,
  ],
  'joi then body 4': [
    `const S = Joi.object({ name: Joi.string().required() });
app.post('/a', (req, res) => { const r = S.validate(req.body); if (r.error) return res.status(400).end(); sink(req.body.name); });
`,
    R,
  ],
  'ajv then other field': [
    `import Ajv from 'ajv';
const check = new Ajv().compile({ type: 'object', properties: { name: { type: 'string' }, kind: { enum: ['a'] } } });
app.post('/a', async (req, res) => { if (!check(req.body)) return res.status(400).end(); sink(req.body.kind); });
`,
    N,
  ],
  'unknown schema check': [
    `import { check } from './schemas';
app.post('/a', async (req, res) => { if (!check(req.body)) return res.status(400).end(); sink(req.body.kind); });
`,
    N,
  ],
  'validate middleware enum': [
    `import { z } from 'zod';
app.post('/a', validate(z.object({ body: z.object({ name: z.enum(['a']) }) })), (req, res) => { sink(req.body.name); });
`,
    N,
  ],
  'validate middleware string': [
    `import { z } from 'zod';
app.post('/a', validate(z.object({ body: z.object({ name: z.string() }) })), (req, res) => { sink(req.body.name); });
`,
    R,
  ],
  validateBody: [
    `const S = z.object({ name: z.string().uuid() });
app.post('/a', validateBody(S), (req, res) => { const { name } = req.body; sink(name); });
`,
    N,
  ],
  'validateBody query': [
    `const S = z.object({ name: z.string().uuid() });
app.post('/a', validateBody(S), (req, res) => { sink(req.query.name); });
`,
    R,
  ],
  'validate that never objects': [
    `const S = z.object({ name: z.string().uuid() });
function validateBody(schema) { return (req, res, next) => { next(); }; }
app.post('/a', validateBody(S), (req, res) => { sink(req.body.name); });
`,
    R,
  ],
  celebrate: [
    `app.post('/a', celebrate({ [Segments.BODY]: Joi.object().keys({ name: Joi.string().valid('a', 'b') }) }), (req, res) => { sink(req.body.name); });
`,
    N,
  ],
  'celebrate string': [
    `app.post('/a', celebrate({ body: Joi.object().keys({ name: Joi.string().required() }) }), (req, res) => { sink(req.body.name); });
`,
    R,
  ],
  'union of literals': [
    `const S = z.object({ name: z.union([z.literal('a'), z.literal('b')]) });
app.post('/a', (req, res) => { const b = S.parse(req.body); sink(b.name); });
`,
    N,
  ],
  'union with text': [
    `const S = z.object({ name: z.union([z.literal('a'), z.string()]) });
app.post('/a', (req, res) => { const b = S.parse(req.body); sink(b.name); });
`,
    R,
  ],
  'refine that says yes': [
    `const S = z.object({ name: z.string().refine(() => true) });
app.post('/a', (req, res) => { const b = S.parse(req.body); sink(b.name); });
`,
    R,
  ],
  'refine with a list': [
    `const S = z.object({ name: z.string().refine((v) => ALLOWED.has(v)) });
app.post('/a', (req, res) => { const b = S.parse(req.body); sink(b.name); });
`,
    N,
  ],
  'transform that trims': [
    `const S = z.object({ name: z.string().transform((v) => v.trim()) });
app.post('/a', (req, res) => { const b = S.parse(req.body); sink(b.name); });
`,
    R,
  ],
  'array items': [
    `const S = z.object({ items: z.array(z.object({ name: z.string(), n: z.number() })) });
app.post('/a', (req, res) => { const { items } = S.parse(req.body); for (const item of items) sink(item.name); });
`,
    R,
  ],
  'array items number': [
    `const S = z.object({ items: z.array(z.object({ name: z.string(), n: z.number() })) });
app.post('/a', (req, res) => { const { items } = S.parse(req.body); for (const item of items) sink(item.n); });
`,
    N,
  ],
  typebox: [
    `const S = Type.Object({ name: Type.String() });
app.post('/a', (req, res) => { const b = Value.Parse(S, req.body); sink(b.name); });
`,
    R,
  ],
  'typebox pattern': [
    `const S = Type.Object({ name: Type.String({ pattern: '^[a-z]+$' }) });
app.post('/a', (req, res) => { const b = Value.Parse(S, req.body); sink(b.name); });
`,
    N,
  ],
  elysia: [
    `import { Elysia, t } from 'elysia';
new Elysia().post('/a', ({ body }) => sink(body.name), { body: t.Object({ name: t.String() }) });
`,
    R,
  ],
  'elysia number': [
    `import { Elysia, t } from 'elysia';
new Elysia().post('/a', ({ body }) => sink(body.name), { body: t.Object({ name: t.Number() }) });
`,
    N,
  ],
  'plainToInstance checked': [
    `import { plainToInstance } from "class-transformer";
class Dto { @IsInt() n: number; }
app.post('/a', async (req, res) => { const dto = plainToInstance(Dto, req.body); await validateOrReject(dto); sink(dto.n); });
`,
    N,
  ],
  'plainToInstance unchecked': [
    `import { plainToInstance } from "class-transformer";
class Dto { @IsInt() n: number; }
app.post('/a', async (req, res) => { const dto = plainToInstance(Dto, req.body); sink(dto.n); });
`,
    R,
  ],
  'nest nested': [
    `class B { @IsUUID() id: string; }
class Dto { @ValidateNested() @Type(() => B) b: B; }
@Controller('a') export class C { @Post() run(@Body() dto: Dto) { sink(dto.b.id); } }
`,
    N,
  ],
  'nest partial': [
    `class Create { @IsIn(['a']) kind: string; }
class Update extends PartialType(Create) {}
@Controller('a') export class C { @Post() run(@Body() dto: Update) { sink(dto.kind); } }
`,
    N,
  ],
  'zod email shell': [
    `const S = z.object({ name: z.string().uuid() });
app.post('/a', (req, res) => { const r = S.safeParse(req.body); if (r.success) sink(r.data.name); });
`,
    N,
    'sql',
  ],
  'zod email html': [
    `const S = z.object({ name: z.string().email() });
app.post('/a', (req, res) => { const r = S.parse(req.body); sink(r.name); });
`,
    N,
    'html',
  ],
  hapi: [
    `server.route({ method: 'POST', path: '/a', options: { validate: { payload: Joi.object({ name: Joi.string() }) } }, handler: (request, h) => sink(request.payload.name) });
`,
    R,
  ],
  'hapi number': [
    `server.route({ method: 'POST', path: '/a', options: { validate: { payload: Joi.object({ name: Joi.number() }) } }, handler: (request, h) => sink(request.payload.name) });
`,
    N,
  ],
  'fastify route': [
    `import Fastify from 'fastify';
const app = Fastify();
app.route({ method: 'POST', url: '/a', schema: { body: { type: 'object', properties: { name: { type: 'string', format: 'uuid' } } } }, handler: async (request) => sink(request.body.name) });
`,
    N,
  ],
  'fastify typebox': [
    `import Fastify from 'fastify';
const app = Fastify();
const Body = Type.Object({ name: Type.Union([Type.Literal('a'), Type.Literal('b')]) });
app.post('/a', { schema: { body: Body } }, async (request) => sink(request.body.name));
`,
    N,
  ],
  superstruct: [
    `import { object, string, create } from 'superstruct';
const S = object({ name: string() });
app.post('/a', (req, res) => { const b = create(req.body, S); sink(b.name); });
`,
    R,
  ],
  merged: [
    `const A = z.object({ id: z.number() });
const S = z.object({ name: z.string() }).merge(A).partial();
app.post('/a', (req, res) => { const b = S.parse(req.body); sink(b.id); });
`,
    N,
  ],
  'own validator used after': [
    `const S = z.object({ name: z.string() });
app.post('/a', (req, res) => { const b = S.parse(req.body); if (!['a', 'b'].includes(b.name)) return res.end(); sink(b.name); });
`,
    N,
  ],
  'constant input': [
    `const S = z.object({ name: z.string() });
export function load(raw) { const b = S.parse(JSON.parse(fs.readFileSync('x', 'utf8'))); sink(b.name); }
`,
    U,
  ],
});
