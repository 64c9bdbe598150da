import { flowChecks, N, R } from '../support/flow-cases.ts';

const checkJavaScript = flowChecks('src/a.ts');

checkJavaScript('objects of classes that stand in the file in JavaScript', {
  'own class field': [
    `class Q { constructor(public name: string) {} }
app.get('/a', (req, res) => { const q = new Q(req.query.x); sink(q.name); });
`,
    R,
  ],
  'own class assigned field': [
    `class Q { constructor(name) { this.name = name; } }
app.get('/a', (req, res) => { const q = new Q(req.query.x); sink(q.name); });
`,
    R,
  ],
  'own class of constants': [
    `class Q { constructor(name) { this.name = name; } }
app.get('/a', (req, res) => { const q = new Q('x'); sink(q.name); });
`,
    N,
  ],
  'own class method': [
    `class Q { constructor(name) { this.name = name; } command() { return \`ls \${this.name}\`; } }
app.get('/a', (req, res) => { const q = new Q(req.query.x); sink(q.command()); });
`,
    R,
  ],
  'own builder': [
    `class Q { parts = []; where(x) { this.parts.push(x); return this; } build() { return this.parts.join(' '); } }
app.get('/a', (req, res) => { sink(new Q().where(req.query.x).build()); });
`,
    R,
  ],
  'own builder of two': [
    `class Q { parts = []; where(x) { this.parts.push(x); return this; } limit(n) { this.n = n; return this; } build() { return this.parts.join(' '); } }
app.get('/a', (req, res) => { const q = new Q().where(req.query.x).limit(3); sink(q.build()); });
`,
    R,
  ],
  'own builder of constants': [
    `class Q { parts = []; where(x) { this.parts.push(x); return this; } build() { return this.parts.join(' '); } }
app.get('/a', (req, res) => { sink(new Q().where('x').build()); });
`,
    N,
  ],
  'own builder string': [
    `class Q { text = ''; add(x) { this.text += x; return this; } build() { return this.text; } }
app.get('/a', (req, res) => { const q = new Q(); q.add('ls '); q.add(req.query.x); sink(q.build()); });
`,
    R,
  ],
  'object builder function': [
    `function builder() { const parts = []; return { add(x) { parts.push(x); return this; }, build() { return parts.join(' '); } }; }
app.get('/a', (req, res) => { sink(builder().add(req.query.x).build()); });
`,
    R,
  ],
});

const checkPython = flowChecks('app/a.py');

checkPython('objects of classes that stand in the file in Python', {
  'own class': [
    `from flask import request
class S:
    def __init__(self, name):
        self.name = name
def f():
    data = S(request.args['x'])
    sink(data.name)
`,
    R,
  ],
  'own class of constants': [
    `from flask import request
class S:
    def __init__(self, name):
        self.name = name
def f():
    data = S('x')
    sink(data.name)
`,
    N,
  ],
  'own method': [
    `from flask import request
class S:
    def __init__(self, name):
        self.name = name
    def command(self):
        return 'ls ' + self.name
def f():
    data = S(request.args['x'])
    sink(data.command())
`,
    R,
  ],
  'own builder': [
    `from flask import request
class Q:
    def __init__(self):
        self.parts = []
    def where(self, x):
        self.parts.append(x)
        return self
    def build(self):
        return ' '.join(self.parts)
def f():
    sink(Q().where(request.args['x']).build())
`,
    R,
  ],
  'own builder constants': [
    `from flask import request
class Q:
    def __init__(self):
        self.parts = []
    def where(self, x):
        self.parts.append(x)
        return self
    def build(self):
        return ' '.join(self.parts)
def f():
    sink(Q().where('x').build())
`,
    N,
  ],
});
