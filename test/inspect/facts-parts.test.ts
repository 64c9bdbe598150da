import { flowChecks, N, R } from '../support/flow-cases.ts';

const checkJavaScript = flowChecks('src/a.ts');

checkJavaScript('entries of lists and tables in JavaScript', {
  'position 0': [
    `app.get('/a', (req, res) => { const arr = [req.query.x, 'safe']; sink(arr[0]); });
`,
    R,
  ],
  'position 1': [
    `app.get('/a', (req, res) => { const arr = [req.query.x, 'safe']; sink(arr[1]); });
`,
    N,
  ],
  'position destructured': [
    `app.get('/a', (req, res) => { const [a, b] = [req.query.x, 'safe']; sink(b); });
`,
    N,
  ],
  'position destructured again': [
    `app.get('/a', (req, res) => { const [a, b] = [req.query.x, 'safe']; sink(a); });
`,
    R,
  ],
  'position unknown': [
    `app.get('/a', (req, res) => { const arr = [req.query.x, 'safe']; sink(arr[i]); });
`,
    R,
  ],
  'position pushed': [
    `app.get('/a', (req, res) => { const arr = ['safe']; arr.push(req.query.x); sink(arr[1]); });
`,
    R,
  ],
  'position assigned': [
    `app.get('/a', (req, res) => { const arr = ['a', 'safe']; arr[1] = req.query.x; sink(arr[1]); });
`,
    R,
  ],
  'position unshifted': [
    `app.get('/a', (req, res) => { const arr = ['a', 'safe']; arr.unshift(req.query.x); sink(arr[0]); });
`,
    R,
  ],
  'position after spread': [
    `app.get('/a', (req, res) => { const arr = [...req.query.x, 'safe']; sink(arr[1]); });
`,
    R,
  ],
  'Promise.all position': [
    `app.get('/a', async (req, res) => { const [a, b] = await Promise.all([req.query.x, 'y']); sink(a); });
`,
    R,
  ],
  'Promise.all other position': [
    `app.get('/a', async (req, res) => { const [a, b] = await Promise.all([req.query.x, 'y']); sink(b); });
`,
    N,
  ],
  'returned pair': [
    `function split(x) { return [x, 'b']; }
app.get('/a', async (req, res) => { const [a, b] = split(req.query.x); sink(a); });
`,
    R,
  ],
  'returned pair const': [
    `function split(x) { return [x, 'b']; }
app.get('/a', async (req, res) => { const [a, b] = split(req.query.x); sink(b); });
`,
    N,
  ],
  'returned object const': [
    `function split(x) { return { a: x, b: 'b' }; }
app.get('/a', async (req, res) => { const { a, b } = split(req.query.x); sink(b); });
`,
    N,
  ],
  'returned object member': [
    `function split(x) { return { a: x, b: 'b' }; }
app.get('/a', async (req, res) => { sink(split(req.query.x).b); });
`,
    N,
  ],
  'returned object member a': [
    `function split(x) { return { a: x, b: 'b' }; }
app.get('/a', async (req, res) => { const r = split(req.query.x); sink(r.a); });
`,
    R,
  ],
  'nested table': [
    `app.get('/a', (req, res) => { const t = { a: { b: req.query.x, c: 'y' } }; const { a: { c } } = t; sink(c); });
`,
    N,
  ],
  'table field replaced': [
    `app.get('/a', (req, res) => { const t = { a: 'x' }; t.a = req.query.x; sink(t.a); });
`,
    R,
  ],
  'table field of two added': [
    `app.get('/a', (req, res) => { const t = { a: 'x' }; t['a'] += req.query.x; sink(t.a); });
`,
    R,
  ],
  'table other field replaced': [
    `app.get('/a', (req, res) => { const t = { a: 'x', b: 'y' }; t.b = req.query.x; sink(t.a); });
`,
    N,
  ],
  'table assigned whole': [
    `app.get('/a', (req, res) => { const t = { a: 'x', b: 'y' }; Object.assign(t, req.query); sink(t.a); });
`,
    R,
  ],
  'computed key': [
    `app.get('/a', (req, res) => { const t = { a: 'x', b: 'y' }; t[k] = req.query.x; sink(t.a); });
`,
    R,
  ],
  'list reversed': [
    `app.get('/a', (req, res) => { const t = ['x', req.query.x]; t.reverse(); sink(t[0]); });
`,
    R,
  ],
  'destructured rest': [
    `app.get('/a', (req, res) => { const [a, ...rest] = ['x', req.query.x]; sink(rest[0]); });
`,
    R,
  ],
  'default taken': [
    `app.get('/a', (req, res) => { const [a, b = req.query.x] = ['x']; sink(b); });
`,
    R,
  ],
  swapped: [
    `app.get('/a', (req, res) => { let a = 'x'; let b = req.query.x; [a, b] = [b, a]; sink(a); });
`,
    R,
  ],
  'function may return either': [
    `function split(x) { if (x) return { a: x, b: 'b' }; return { a: 'a', b: x }; }
app.get('/a', async (req, res) => { const { b } = split(req.query.x); sink(b); });
`,
    R,
  ],
  'async pair': [
    `async function load(x) { return { a: x, b: 'b' }; }
app.get('/a', async (req, res) => { const { b } = await load(req.query.x); sink(b); });
`,
    N,
  ],
  'spread over': [
    `function split(x) { return { b: 'b', ...x }; }
app.get('/a', async (req, res) => { const { b } = split(req.query); sink(b); });
`,
    R,
  ],
  'own destructured from named literal': [
    `app.get('/a', (req, res) => { const pair = [req.query.x, 'y']; const [, b] = pair; sink(b); });
`,
    N,
  ],
  'hole destructured': [
    `app.get('/a', (req, res) => { const pair = ['y', req.query.x]; const [, b] = pair; sink(b); });
`,
    R,
  ],
});

const checkPython = flowChecks('app/a.py');

checkPython('entries of lists and tables in Python', {
  position: [
    `from flask import request
def f():
    arr = [request.args['x'], 'safe']
    sink(arr[1])
`,
    N,
  ],
  'position 0': [
    `from flask import request
def f():
    arr = [request.args['x'], 'safe']
    sink(arr[0])
`,
    R,
  ],
  'position negative': [
    `from flask import request
def f():
    arr = ['safe', request.args['x']]
    sink(arr[-1])
`,
    R,
  ],
  'tuple unpack': [
    `from flask import request
def f():
    a, b = request.args['x'], 'safe'
    sink(b)
`,
    N,
  ],
  'tuple unpack again': [
    `from flask import request
def f():
    a, b = request.args['x'], 'safe'
    sink(a)
`,
    R,
  ],
  appended: [
    `from flask import request
def f():
    arr = ['safe']
    arr.append(request.args['x'])
    sink(arr[1])
`,
    R,
  ],
  'dict literal': [
    `from flask import request
def f():
    t = {'a': request.args['x'], 'b': 'y'}
    sink(t['b'])
`,
    N,
  ],
  'dict assigned': [
    `from flask import request
def f():
    t = {'a': 'x', 'b': 'y'}
    t['b'] = request.args['x']
    sink(t['b'])
`,
    R,
  ],
  'dict updated': [
    `from flask import request
def f():
    t = {'a': 'x', 'b': 'y'}
    t.update(request.args)
    sink(t['b'])
`,
    R,
  ],
  'returned tuple': [
    `from flask import request
def split(x):
    return x, 'b'
def f():
    a, b = split(request.args['x'])
    sink(b)
`,
    N,
  ],
  'returned tuple first': [
    `from flask import request
def split(x):
    return x, 'b'
def f():
    a, b = split(request.args['x'])
    sink(a)
`,
    R,
  ],
  star: [
    `from flask import request
def f():
    a, *rest = 'x', request.args['x']
    sink(rest[0])
`,
    R,
  ],
  slice: [
    `from flask import request
def f():
    arr = ['x', request.args['x']]
    sink(arr[1:])
`,
    R,
  ],
});
