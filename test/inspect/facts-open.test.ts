import { flowChecks, N, R } from '../support/flow-cases.ts';

const checkJavaScript = flowChecks('src/a.ts');

checkJavaScript('what stays open, and what does not, in JavaScript', {
  'field that a loose schema does not name': [
    `const S = z.object({ id: z.number() }).passthrough();
app.post('/a', (req, res) => { const b = S.parse(req.body); sink(b.name); });
`,
    R,
  ],
  'field that a strict schema does not name': [
    `const S = z.object({ id: z.number() }).strict();
app.post('/a', (req, res) => { const b = S.parse(req.body); sink(b.name); });
`,
    N,
  ],
  'named field of a loose schema': [
    `const S = z.looseObject({ id: z.number() });
app.post('/a', (req, res) => { const b = S.parse(req.body); sink(b.id); });
`,
    N,
  ],
  'other field of a loose schema': [
    `const S = z.looseObject({ id: z.number() });
app.post('/a', (req, res) => { const b = S.parse(req.body); sink(b.cmd); });
`,
    R,
  ],
  'field that yup does not name': [
    `const S = yup.object({ id: yup.number() });
app.post('/a', async (req, res) => { const b = await S.validate(req.body); sink(b.cmd); });
`,
    R,
  ],
  'field that a JSON schema does not name': [
    `const check = new Ajv().compile({ type: 'object', properties: { id: { type: 'integer' } } });
app.post('/a', async (req, res) => { if (!check(req.body)) return res.status(400).end(); sink(req.body.cmd); });
`,
    R,
  ],
  'field that a JSON schema forbids': [
    `const check = new Ajv().compile({ type: 'object', additionalProperties: false, properties: { id: { type: 'integer' } } });
app.post('/a', async (req, res) => { if (!check(req.body)) return res.status(400).end(); sink(req.body.cmd); });
`,
    N,
  ],
  'custom without a question': [
    `const S = z.object({ name: z.custom<string>() });
app.post('/a', (req, res) => { const b = S.parse(req.body); sink(b.name); });
`,
    R,
  ],
  'yielded pair': [
    `function* pairs(x) { yield ['a', x]; }
app.get('/a', (req, res) => { const [first] = pairs(req.query.x); sink(first); });
`,
    R,
  ],
  'object handed on': [
    `class Q { constructor() { this.text = ''; } add(x) { this.text += x; return this; } }
function fill(q, x) { q.add(x); }
app.get('/a', (req, res) => { const q = new Q(); q.add('ls'); fill(q, req.query.x); sink(q.text); });
`,
    R,
  ],
  'two objects of one class': [
    `class Q { constructor(name) { this.name = name; } }
app.get('/a', (req, res) => { const a = new Q(req.query.x); const b = new Q('x'); log(a.name); sink(b.name); });
`,
    N,
  ],
  subclass: [
    `class Base { constructor(name) { this.name = name; } }
class Q extends Base { line() { return 'ls ' + this.name; } }
app.get('/a', (req, res) => { sink(new Q(req.query.x).line()); });
`,
    R,
  ],
  'validator from a loop': [
    `const S = z.object({ names: z.array(z.string()) });
app.post('/a', (req, res) => { const { names } = S.parse(req.body); names.forEach((each) => sink(each)); });
`,
    R,
  ],
  'closed array through map': [
    `const S = z.object({ names: z.array(z.enum(['a'])) });
app.post('/a', (req, res) => { const { names } = S.parse(req.body); names.forEach((each) => sink(each)); });
`,
    N,
  ],
});

const checkPython = flowChecks('app/a.py');

checkPython('what stays open, and what does not, in Python', {
  'model whose config allows more': [
    `from fastapi import FastAPI
app = FastAPI()
class A(BaseModel):
    n: int
    class Config:
        extra = 'allow'
@app.post('/a')
def f(a: A):
    sink(a.other)
`,
    R,
  ],
  subclass: [
    `from flask import request
class Base:
    def __init__(self, name):
        self.name = name
class Q(Base):
    def line(self):
        return 'ls ' + self.name
def f():
    sink(Q(request.args['x']).line())
`,
    R,
  ],
  'method of a model': [
    `from fastapi import FastAPI
app = FastAPI()
class A(BaseModel):
    name: str
    def line(self):
        return f'ls {self.name}'
@app.post('/a')
def f(a: A):
    sink(a.line())
`,
    R,
  ],
  'method of a model, number': [
    `from fastapi import FastAPI
app = FastAPI()
class A(BaseModel):
    n: int
    def line(self):
        return f'ls {self.n}'
@app.post('/a')
def f(a: A):
    sink(a.line())
`,
    N,
  ],
});
