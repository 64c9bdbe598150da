import { flowChecks, L, N, P, R, remote, U } from '../support/flow-cases.ts';

const check = flowChecks('app/a.py');

const flask = (e: string) =>
  `from flask import Flask, request\napp = Flask(__name__)\n@app.route('/x', methods=['POST'])\ndef f():\n    sink(${e})\n`;
const flaskBody = (b: string) =>
  `from flask import Flask, request, session, abort\napp = Flask(__name__)\n@app.route('/x', methods=['POST'])\ndef f():\n${b
    .split('\n')
    .map((l) => `    ${l}`)
    .join('\n')}\n`;
check(
  'flask',
  remote(
    [
      "request.args['a']",
      "request.args.get('a')",
      "request.args.getlist('a')[0]",
      "request.form['a']",
      "request.form.get('a', '')",
      "request.values['a']",
      "request.json['a']",
      "request.get_json()['a']",
      "request.get_json(force=True).get('a')",
      'request.data',
      'request.get_data()',
      'request.data.decode()',
      "request.headers['X-A']",
      "request.headers.get('a')",
      "request.cookies.get('a')",
      "request.files['f'].filename",
      'request.path',
      'request.full_path',
      'request.url',
      'request.host',
      'request.referrer',
      'request.user_agent.string',
      'request.query_string',
      'request.stream.read()',
      "request.view_args['a']",
      "request.environ['HTTP_X']",
      'request.remote_user',
      'request.authorization.username',
      "request.form.to_dict()['a']",
      "dict(request.form)['a']",
      "request.args.to_dict().get('a')",
    ],
    flask,
  ),
);
const dj = (e: string, sig = 'request') => `from django.http import HttpResponse\ndef view(${sig}):\n    sink(${e})\n`;
check(
  'django',
  remote(
    [
      "request.GET['a']",
      "request.GET.get('a')",
      "request.POST.get('a')",
      "request.POST.getlist('a')[0]",
      'request.body',
      "request.body.decode('utf-8')",
      "request.META['HTTP_X']",
      "request.META.get('HTTP_X')",
      "request.headers['X']",
      "request.headers.get('x')",
      "request.COOKIES['a']",
      "request.FILES['a'].name",
      'request.path',
      'request.get_full_path()',
      'request.build_absolute_uri()',
      'request.path_info',
      "request.data['a']",
      "request.query_params.get('a')",
      'request.get_host()',
      "request.content_params['a']",
    ],
    dj,
  ),
);
check('django', {
  'path argument': [dj('slug', 'request, slug'), R],
  kwargs: [
    "from django.views import View\nclass V(View):\n    def get(self, request, *args, **kwargs):\n        sink(self.kwargs['a'])\n",
    R,
  ],
  kwargs2: [
    "from django.views import View\nclass V(View):\n    def get(self, request, *args, **kwargs):\n        sink(kwargs['a'])\n",
    R,
  ],
  'self.request': [
    "from django.views import View\nclass V(ListView):\n    def get_queryset(self):\n        sink(self.request.GET['q'])\n",
    R,
  ],
  'drf api_view': [
    "from rest_framework.decorators import api_view\n@api_view(['POST'])\ndef f(request):\n    sink(request.data.get('a'))\n",
    R,
  ],
});
const fa = (sig: string, e: string, head = '') =>
  `from fastapi import FastAPI, Query, Body, Header, Path, Form, File, UploadFile, Request, Depends, Cookie, WebSocket\n${head}app = FastAPI()\n@app.post('/x/{id}')\nasync def f(${sig}):\n    sink(${e})\n`;
check('fastapi', {
  str: [fa('q: str', 'q'), R],
  int: [fa('q: int', 'q'), N],
  Query: [fa('q: str = Query(...)', 'q'), R],
  Annotated: [fa('q: Annotated[str, Query()]', 'q'), R],
  Header: [fa('x: str = Header(None)', 'x'), R],
  Form: [fa('x: str = Form(...)', 'x'), R],
  Cookie: [fa('x: str = Cookie(None)', 'x'), R],
  Body: [fa('x: dict = Body(...)', "x['a']"), R],
  UploadFile: [fa('f: UploadFile = File(...)', 'f.filename'), R],
  'request.json': [fa('request: Request', "(await request.json())['a']"), R],
  'request.query_params': [fa('request: Request', "request.query_params['a']"), R],
  'request.path_params': [fa('request: Request', "request.path_params['a']"), R],
  'request.form': [fa('request: Request', "(await request.form())['a']"), R],
  'request.body': [fa('request: Request', 'await request.body()'), R],
  model: [fa('item: Item', 'item.name'), R],
  bool: [fa('q: bool', 'q'), N],
  float: [fa('q: float', 'q'), N],
  UUID: [fa('q: UUID', 'q'), N],
  Literal: [fa("q: Literal['a', 'b']", 'q'), N],
  Enum: [fa('q: Color', 'q.value', 'from enum import Enum\nclass Color(str, Enum):\n    red = "red"\n'), N],
  'Query pattern': [fa('q: str = Query(..., pattern="^[a-z]+$")', 'q'), N],
  'Path regex': [fa('q: str = Path(regex="^[a-z]+$")', 'q'), N],
  'Depends user': [fa('user = Depends(get_user)', 'user.name'), U],
  websocket: [
    "from fastapi import FastAPI, WebSocket\napp = FastAPI()\n@app.websocket('/ws')\nasync def f(ws: WebSocket):\n    data = await ws.receive_text()\n    sink(data)\n",
    R,
  ],
  'websocket json': [
    "from fastapi import FastAPI, WebSocket\napp = FastAPI()\n@app.websocket('/ws')\nasync def f(websocket: WebSocket):\n    data = await websocket.receive_json()\n    sink(data['a'])\n",
    R,
  ],
  optional: [fa('q: str | None = None', 'q'), R],
  'Optional int': [fa('q: Optional[int] = None', 'q'), N],
});
const ah = (e: string) =>
  `from aiohttp import web\nasync def handler(request):\n    sink(${e})\napp = web.Application()\napp.router.add_get('/x', handler)\n`;
check(
  'aiohttp',
  remote(
    [
      "request.query['a']",
      "request.query.get('a')",
      "request.rel_url.query['a']",
      "request.match_info['a']",
      "request.match_info.get('a')",
      "(await request.json())['a']",
      "(await request.post())['a']",
      'await request.text()',
      'await request.read()',
      "request.headers['a']",
      "request.cookies['a']",
      'request.path',
      'request.path_qs',
      'request.query_string',
      'request.host',
    ],
    ah,
  ),
);
check('aiohttp', {
  'odd name': [
    "from aiohttp import web\nroutes = web.RouteTableDef()\n@routes.get('/x')\nasync def hello(r):\n    sink(r.query['a'])\n",
    R,
  ],
  typed: ["from aiohttp import web\nasync def hello(r: web.Request):\n    sink(r.query['a'])\n", R],
  'class view': [
    "from aiohttp import web\nclass V(web.View):\n    async def get(self):\n        sink(self.request.query['a'])\n",
    R,
  ],
});
check(
  'starlette',
  remote(
    [
      "request.query_params['a']",
      "request.query_params.get('a')",
      "request.path_params['a']",
      "(await request.json())['a']",
      "(await request.form())['a']",
      'await request.body()',
      "request.headers['a']",
      "request.cookies['a']",
      'request.url.path',
      'str(request.url)',
      'request.url.query',
    ],
    (e) =>
      `from starlette.applications import Starlette\nfrom starlette.requests import Request\nasync def home(request):\n    sink(${e})\n`,
  ),
);
check('starlette', {
  typed: [
    "from starlette.requests import Request\nasync def home(req_: Request):\n    sink(req_.query_params['a'])\n",
    R,
  ],
  endpoint: [
    "from starlette.endpoints import HTTPEndpoint\nclass H(HTTPEndpoint):\n    async def get(self, request):\n        sink(request.query_params['a'])\n",
    R,
  ],
  ws: [
    'from starlette.websockets import WebSocket\nasync def ws(websocket):\n    await websocket.accept()\n    m = await websocket.receive_text()\n    sink(m)\n',
    R,
  ],
});
check(
  'tornado',
  remote(
    [
      "self.get_argument('a')",
      "self.get_query_argument('a')",
      "self.get_body_argument('a')",
      "self.get_arguments('a')[0]",
      "self.get_body_arguments('a')[0]",
      'self.request.body',
      "self.request.headers['a']",
      "self.request.arguments['a'][0]",
      'self.request.uri',
      'self.request.path',
      'self.request.query',
      "self.get_cookie('a')",
      "self.request.files['f'][0]['filename']",
      "self.path_kwargs['a']",
      "json.loads(self.request.body)['a']",
      "tornado.escape.json_decode(self.request.body)['a']",
    ],
    (e) =>
      `import json\nimport tornado.escape\nimport tornado.web\nclass H(tornado.web.RequestHandler):\n    def get(self):\n        sink(${e})\n`,
  ),
);
check('tornado', {
  'path arg': [
    'import tornado.web\nclass H(tornado.web.RequestHandler):\n    def get(self, slug):\n        sink(slug)\n',
    R,
  ],
  websocket: [
    'import tornado.websocket\nclass H(tornado.websocket.WebSocketHandler):\n    def on_message(self, message):\n        sink(message)\n',
    R,
  ],
});
check(
  'lambda',
  remote(
    [
      "event['body']",
      "event['queryStringParameters']['a']",
      "event.get('queryStringParameters', {}).get('a')",
      "event['pathParameters']['a']",
      "event['headers']['a']",
      "json.loads(event['body'])['a']",
      "event['Records'][0]['s3']['object']['key']",
      "event['rawPath']",
      "event['name']",
      "event['detail']['a']",
    ],
    (e) => `import json\ndef lambda_handler(event, context):\n    sink(${e})\n`,
  ),
);
check('lambda', {
  'handler name': ["import json\ndef handler(event, context):\n    sink(event['queryStringParameters']['a'])\n", R],
  'handler name any': ["def handler(event, context):\n    sink(event['name'])\n", R],
  main: ["def main(event, context):\n    sink(event['body'])\n", R],
});
check('other sources', {
  argv: ['import sys\nsink(sys.argv[1])\n', L],
  'argv from': ['from sys import argv\nsink(argv[1])\n', L],
  argparse: [
    "import argparse\np = argparse.ArgumentParser()\np.add_argument('--x')\nargs = p.parse_args()\nsink(args.x)\n",
    L,
  ],
  parse_known: ['import argparse\np = argparse.ArgumentParser()\nargs, _ = p.parse_known_args()\nsink(args.x)\n', L],
  click: ["import click\n@click.command()\n@click.argument('name')\ndef main(name):\n    sink(name)\n", L],
  'click option': ["import click\n@click.command()\n@click.option('--name')\ndef main(name):\n    sink(name)\n", L],
  typer: ['import typer\napp = typer.Typer()\n@app.command()\ndef main(name: str):\n    sink(name)\n', L],
  input: ['sink(input())\n', L],
  stdin: ['import sys\nsink(sys.stdin.read())\n', L],
  'stdin line': ['import sys\nfor line in sys.stdin:\n    sink(line)\n', L],
  'environ[]': ["import os\nsink(os.environ['A'])\n", L],
  getenv: ["import os\nsink(os.getenv('A'))\n", L],
  'environ.get': ["from os import environ\nsink(environ.get('A'))\n", L],
  file: ["with open('x') as f:\n    sink(f.read())\n", U],
  'file path': ["from pathlib import Path\nsink(Path('x').read_text())\n", U],
  'json.load': ["import json\nwith open('x') as f:\n    data = json.load(f)\nsink(data['a'])\n", U],
  'file lines': ["for line in open('x'):\n    sink(line)\n", U],
  param: ['def run(cmd):\n    sink(cmd)\n', P],
  'method param': ['class A:\n    def run(self, cmd):\n        sink(cmd)\n', P],
  'private param': ['def _run(cmd):\n    sink(cmd)\n', P],
  celery: ['from celery import shared_task\n@shared_task\ndef job(name):\n    sink(name)\n', P],
  'kafka/sqs': [
    "import boto3\nsqs = boto3.client('sqs')\nm = sqs.receive_message(QueueUrl='x')\nsink(m['Messages'][0]['Body'])\n",
    L,
  ],
  bottle: ["from bottle import request, route\n@route('/x')\ndef f():\n    sink(request.query.a)\n", R],
  bottle2: ["from bottle import request, route\n@route('/x')\ndef f():\n    sink(request.forms.get('a'))\n", R],
  sanic: [
    "from sanic import Sanic\napp = Sanic('a')\n@app.get('/x')\nasync def f(request):\n    sink(request.args.get('a'))\n",
    R,
  ],
  quart: [
    "from quart import Quart, request\napp = Quart(__name__)\n@app.route('/x')\nasync def f():\n    sink(request.args.get('a'))\n",
    R,
  ],
  'quart json': [
    "from quart import Quart, request\napp = Quart(__name__)\n@app.route('/x')\nasync def f():\n    d = await request.get_json()\n    sink(d['a'])\n",
    R,
  ],
  falcon: ["import falcon\nclass R:\n    def on_get(self, req, resp):\n        sink(req.get_param('a'))\n", R],
  'falcon media': ["import falcon\nclass R:\n    def on_post(self, req, resp):\n        sink(req.media['a'])\n", R],
  pyramid: [
    "from pyramid.view import view_config\n@view_config(route_name='x')\ndef v(request):\n    sink(request.params['a'])\n",
    R,
  ],
  litestar: ["from litestar import get\n@get('/x')\nasync def f(q: str) -> str:\n    sink(q)\n", R],
});
check('carriers', {
  assign: [flaskBody("a = request.args['a']\nb = a\nsink(b)"), R],
  augmented: [flaskBody("a = 'x'\na += request.args['a']\nsink(a)"), R],
  tuple: [flaskBody("a, b = request.args['a'], 1\nsink(a)"), R],
  fstring: [flaskBody('sink(f\'{request.args["a"]}\')'), R],
  '%': [flaskBody("sink('a %s' % request.args['a'])"), R],
  '% tuple': [flaskBody("sink('a %s %s' % (1, request.args['a']))"), R],
  '% dict': [flaskBody("sink('a %(x)s' % {'x': request.args['a']})"), R],
  'format kw': [flaskBody("sink('a {x}'.format(x=request.args['a']))"), R],
  join: [flaskBody("sink(' '.join(['a', request.args['a']]))"), R],
  list: [flaskBody("l = [1]\nl.append(request.args['a'])\nsink(l[1])"), R],
  dict: [flaskBody("d = {}\nd['x'] = request.args['a']\nsink(d['x'])"), R],
  'dict lit': [flaskBody("d = {'x': request.args['a'], 'y': 1}\nsink(d['x'])"), R],
  'dict lit other': [flaskBody("d = {'x': request.args['a'], 'y': 'b'}\nsink(d['y'])"), N],
  listcomp: [flaskBody("l = [x.strip() for x in request.args.getlist('a')]\nsink(l[0])"), R],
  'genexp join': [flaskBody("sink(' '.join(x for x in request.args.getlist('a')))"), R],
  for: [flaskBody("for x in request.args.getlist('a'):\n    sink(x)"), R],
  items: [flaskBody('for k, v in request.args.items():\n    sink(v)'), R],
  walrus: [flaskBody("if (a := request.args.get('a')):\n    sink(a)"), R],
  ternary: [flaskBody("a = request.args['a'] if x else 'b'\nsink(a)"), R],
  or: [flaskBody("a = request.args.get('a') or 'b'\nsink(a)"), R],
  helper: ["from flask import request\ndef get():\n    return request.args['a']\ndef f():\n    sink(get())\n", R],
  'helper arg': [
    "from flask import request\ndef up(x):\n    return x.upper()\ndef f():\n    sink(up(request.args['a']))\n",
    R,
  ],
  lambda: ["from flask import request\nup = lambda x: x + 'a'\ndef f():\n    sink(up(request.args['a']))\n", R],
  'class attr': [
    "from flask import request\nclass A:\n    def __init__(self):\n        self.x = request.args['a']\n    def go(self):\n        sink(self.x)\n",
    R,
  ],
  'kwargs call': [
    "from flask import request\ndef up(x, y=None):\n    return y\ndef f():\n    sink(up('a', y=request.args['a']))\n",
    R,
  ],
  with: [flaskBody("with open(request.args['a']) as f:\n    pass\nsink(request.args['b'])"), R],
  try: [flaskBody("try:\n    a = request.args['a']\nexcept KeyError:\n    a = 'x'\nsink(a)"), R],
  slice: [flaskBody("sink(request.args['a'][1:])"), R],
  split: [flaskBody("sink(request.args['a'].split(',')[0])"), R],
  replace: [flaskBody("sink(request.args['a'].replace('a','b'))"), R],
  str: [flaskBody("sink(str(request.args['a']))"), R],
  'json.loads': [flaskBody("import json\nd = json.loads(request.data)\nsink(d['a'])"), R],
  b64: [flaskBody("import base64\nsink(base64.b64decode(request.args['a']).decode())"), R],
  'urllib unquote': [flaskBody("from urllib.parse import unquote\nsink(unquote(request.args['a']))"), R],
  map: [flaskBody("l = list(map(str.strip, request.args.getlist('a')))\nsink(l[0])"), R],
  star: [flaskBody("a, *b = request.args.getlist('a')\nsink(b[0])"), R],
  'await gather': [flaskBody("a = sorted(request.args.getlist('a'))\nsink(a[0])"), R],
  global: ["from flask import request\nX = None\ndef f():\n    global X\n    X = request.args['a']\n    sink(X)\n", R],
  'default param': ["from flask import request\ndef g(x='a'):\n    sink(x)\ndef f():\n    g(request.args['a'])\n", R],
  setattr: [flaskBody("d = dict(x=request.args['a'])\nsink(d['x'])"), R],
  update: [flaskBody("d = {}\nd.update(request.json)\nsink(d['a'])"), R],
  getattr: [flaskBody("sink(getattr(request, 'args')['a'])"), R],
  zip: [flaskBody("for a, b in zip(request.args.getlist('a'), [1]):\n    sink(a)"), R],
  enumerate: [flaskBody("for i, a in enumerate(request.args.getlist('a')):\n    sink(a)"), R],
  textwrap: [flaskBody("import shlex\nsink(shlex.split(request.args['a'])[0])"), R],
  'os.path.join': [flaskBody("import os\nsink(os.path.join('a', request.args['a']))"), R, 'path'],
  pathlib: [flaskBody("from pathlib import Path\nsink(Path('a') / request.args['a'])"), R, 'path'],
});
check('sanitizers and guards', {
  int: [flaskBody("sink(int(request.args['a']))"), N],
  'type=int': [flaskBody("sink(request.args.get('a', type=int))"), N],
  float: [flaskBody("sink(float(request.args['a']))"), N],
  quote: [flaskBody("import shlex\nsink('ls ' + shlex.quote(request.args['a']))"), N],
  pipes: [flaskBody("import pipes\nsink('ls ' + pipes.quote(request.args['a']))"), N],
  html: [flaskBody("import html\nsink(html.escape(request.args['a']))"), N, 'html'],
  markupsafe: [flaskBody("from markupsafe import escape\nsink(escape(request.args['a']))"), N, 'html'],
  bleach: [flaskBody("import bleach\nsink(bleach.clean(request.args['a']))"), N, 'html'],
  'django escape': [
    "from django.utils.html import escape\ndef v(request):\n    sink(escape(request.GET['a']))\n",
    N,
    'html',
  ],
  secure_filename: [
    flaskBody("from werkzeug.utils import secure_filename\nsink(secure_filename(request.args['a']))"),
    N,
    'path',
  ],
  basename: [flaskBody("import os\nsink(os.path.basename(request.args['a']))"), N, 'path'],
  'Path.name': [flaskBody("from pathlib import Path\nsink(Path(request.args['a']).name)"), N, 'path'],
  uuid: [flaskBody("import uuid\nsink(str(uuid.UUID(request.args['a'])))"), N],
  're.fullmatch': [
    flaskBody("import re\na = request.args['a']\nif not re.fullmatch(r'[a-z]+', a):\n    abort(400)\nsink(a)"),
    N,
  ],
  're.match end': [
    flaskBody("import re\na = request.args['a']\nif not re.match(r'^[a-z]+$', a):\n    return 'no'\nsink(a)"),
    N,
  ],
  're.match no end': [
    flaskBody("import re\na = request.args['a']\nif not re.match(r'[a-z]+', a):\n    return 'no'\nsink(a)"),
    R,
  ],
  'in list': [flaskBody("a = request.args['a']\nif a not in ('x', 'y'):\n    abort(400)\nsink(a)"), N],
  'in set const': [
    "from flask import request, abort\nALLOWED = {'a', 'b'}\ndef f():\n    a = request.args['a']\n    if a not in ALLOWED:\n        abort(400)\n    sink(a)\n",
    N,
  ],
  'dict lookup': ["from flask import request, abort\nT = {'a': 'x'}\ndef f():\n    sink(T[request.args['a']])\n", N],
  'dict get': ["from flask import request, abort\nT = {'a': 'x'}\ndef f():\n    sink(T.get(request.args['a']))\n", N],
  'dict get default': [
    "from flask import request, abort\nT = {'a': 'x'}\ndef f():\n    sink(T.get(request.args['a'], request.args['a']))\n",
    R,
  ],
  isdigit: [flaskBody("a = request.args['a']\nif not a.isdigit():\n    abort(400)\nsink(a)"), N],
  isalnum: [flaskBody("a = request.args['a']\nif a.isalnum():\n    sink(a)"), N],
  isidentifier: [flaskBody("a = request.args['a']\nif a.isidentifier():\n    sink(a)"), N],
  'pydantic validate': [
    'from pydantic import BaseModel\nfrom flask import request\nclass A(BaseModel):\n    x: int\ndef f():\n    a = A.model_validate(request.json)\n    sink(a.x)\n',
    N,
  ],
  'realpath prefix': [
    flaskBody(
      "import os\np = os.path.realpath(os.path.join('/base', request.args['a']))\nif not p.startswith('/base/'):\n    abort(400)\nsink(p)",
    ),
    N,
    'path',
  ],
  commonpath: [
    flaskBody(
      "import os\np = os.path.realpath(os.path.join('/base', request.args['a']))\nif os.path.commonpath([p, '/base']) != '/base':\n    abort(400)\nsink(p)",
    ),
    N,
    'path',
  ],
  is_relative_to: [
    flaskBody(
      "from pathlib import Path\nb = Path('/base')\np = (b / request.args['a']).resolve()\nif not p.is_relative_to(b):\n    abort(400)\nsink(p)",
    ),
    N,
    'path',
  ],
  'relative_to raise': [
    flaskBody(
      "from pathlib import Path\nb = Path('/base')\np = (b / request.args['a']).resolve()\np.relative_to(b)\nsink(p)",
    ),
    N,
    'path',
  ],
  safe_join: [
    flaskBody("from werkzeug.utils import safe_join\nsink(safe_join('/base', request.args['a']))"),
    N,
    'path',
  ],
  urlencode: [
    flaskBody("from urllib.parse import quote\nsink('https://a.example/' + quote(request.args['a']))"),
    N,
    'url',
  ],
  Enum: [
    "from enum import Enum\nfrom flask import request\nclass C(Enum):\n    A = 'a'\ndef f():\n    sink(C(request.args['a']).value)\n",
    N,
  ],
  'Enum []': [
    "from enum import Enum\nfrom flask import request\nclass C(Enum):\n    A = 'a'\ndef f():\n    sink(C[request.args['a']].value)\n",
    N,
  ],
  len: [flaskBody("sink(len(request.args['a']))"), N],
  hash: [flaskBody('import hashlib\nsink(hashlib.sha256(request.data).hexdigest())'), N],
  eq: [flaskBody("a = request.args['a']\nif a == 'x':\n    sink(a)"), N],
  'ne return': [flaskBody("a = request.args['a']\nif a != 'x':\n    return\nsink(a)"), N],
  date: [flaskBody("from datetime import datetime\nd = datetime.strptime(request.args['a'], '%Y')\nsink(d)"), N],
  decimal: [flaskBody("from decimal import Decimal\nsink(Decimal(request.args['a']))"), N],
  ip: [flaskBody("import ipaddress\nsink(str(ipaddress.ip_address(request.args['a'])))"), N],
  're.sub': [flaskBody("import re\nsink(re.sub(r'[^a-z0-9]', '', request.args['a']))"), N],
  compiled: [
    "import re\nfrom flask import request, abort\nP = re.compile(r'^[a-z]+$')\ndef f():\n    a = request.args['a']\n    if not P.match(a):\n        abort(400)\n    sink(a)\n",
    N,
  ],
  'compiled fullmatch': [
    "import re\nfrom flask import request, abort\nP = re.compile(r'[a-z]+')\ndef f():\n    a = request.args['a']\n    if not P.fullmatch(a):\n        raise ValueError()\n    sink(a)\n",
    N,
  ],
  assert: [flaskBody("a = request.args['a']\nassert a in ('x',)\nsink(a)"), N],
  slugify: [flaskBody("from slugify import slugify\nsink(slugify(request.args['a']))"), N],
  'hmac.compare': [flaskBody("a = request.args['a']\nif a in session['allowed']:\n    sink(a)"), N],
  bool: [flaskBody("sink(bool(request.args['a']))"), N],
  'sender list': [
    flaskBody("if request.json['a'] not in request.json['ok']:\n    abort(400)\nsink(request.json['a'])"),
    R,
  ],
});
check('constants', {
  'fstring const': ["A = 'x'\nsink(f'ls {A}')\n", N],
  concat: ["A = 'x' + 'y'\nsink('ls ' + A)\n", N],
  dict: ["C = {'a': 'x'}\nsink(C['a'])\n", N],
  tuple: ["C = ('a', 'b')\nfor c in C:\n    sink(c)\n", N],
  'list loop': ["for c in ['a', 'b']:\n    sink(c)\n", N],
  enum: ["from enum import Enum\nclass C(Enum):\n    A = 'a'\nsink(C.A.value)\n", N],
  strenum: ["from enum import StrEnum\nclass C(StrEnum):\n    A = 'a'\nsink(C.A)\n", N],
  'class const': ["class C:\n    A = 'a'\nsink(C.A)\n", N],
  'self const': ["class C:\n    A = 'a'\n    def f(self):\n        sink(self.A)\n", N],
  'format const': ["A = 'ls {}'.format('x')\nsink(A)\n", N],
  '%': ["A = 'ls %s' % 'x'\nsink(A)\n", N],
  join: ["A = ' '.join(['a', 'b'])\nsink(A)\n", N],
  ternary: ["A = 'a' if x else 'b'\nsink(A)\n", N],
  'implicit concat': ["A = ('a'\n     'b')\nsink(A)\n", N],
  settings: ['from django.conf import settings\nsink(settings.BASE_DIR)\n', N],
  __file__: ['import os\nsink(os.path.dirname(__file__))\n', N],
  'env default': ["import os\nsink(os.environ.get('A', 'x'))\n", L],
  range: ['for i in range(3):\n    sink(i)\n', N],
  'dict items': ["C = {'a': 'b'}\nfor k, v in C.items():\n    sink(v)\n", N],
});
