import { flowChecks, P, R, U } from '../support/flow-cases.ts';

const checkJavaScript = flowChecks('src/a.ts');

checkJavaScript('functions that are called later in JavaScript', {
  later: [
    `function run(x) { sink(x); }
app.get('/a', (req, res) => { setTimeout(run, 100, req.query.x); });
`,
    R,
  ],
});

const checkPython = flowChecks('app/a.py');

checkPython('functions that are called later in Python', {
  rq: [
    `from rq import Queue
def run(name):
    sink(name)
def view():
    q.enqueue(run, request.args['x'])
`,
    R,
  ],
  'celery delay': [
    `from celery import shared_task
from flask import request
@shared_task
def run(name):
    sink(name)
def view():
    run.delay(request.args['x'])
`,
    R,
  ],
  'celery bound': [
    `from celery import shared_task
from flask import request
@shared_task(bind=True)
def run(self, name):
    sink(name)
def view():
    run.delay(request.args['x'])
`,
    R,
  ],
  'celery other argument': [
    `from celery import shared_task
from flask import request
@shared_task
def run(name, kind):
    sink(kind)
def view():
    run.delay(request.args['x'], 'fast')
`,
    P,
  ],
  'celery apply_async': [
    `from celery import shared_task
from flask import request
@shared_task
def run(name, kind):
    sink(kind)
def view():
    run.apply_async(args=['a', request.args['x']])
`,
    R,
  ],
  'celery apply_async kwargs': [
    `from celery import shared_task
from flask import request
@shared_task
def run(name, kind):
    sink(kind)
def view():
    run.apply_async(kwargs={'kind': request.args['x']})
`,
    R,
  ],
  'background task': [
    `from fastapi import BackgroundTasks, FastAPI
app = FastAPI()
def run(name):
    sink(name)
@app.post('/a')
def view(name: str, tasks: BackgroundTasks):
    tasks.add_task(run, name)
`,
    R,
  ],
  thread: [
    `import threading
from flask import request
def run(name):
    sink(name)
def view():
    threading.Thread(target=run, args=(request.args['x'],)).start()
`,
    R,
  ],
  executor: [
    `from flask import request
def run(name):
    sink(name)
def view():
    pool.submit(run, request.args['x'])
`,
    R,
  ],
  to_thread: [
    `import asyncio
from flask import request
def run(name):
    sink(name)
async def view():
    await asyncio.to_thread(run, name=request.args['x'])
`,
    R,
  ],
  nullcontext: [
    `import contextlib
from flask import request
def f():
    with contextlib.nullcontext(request.args['x']) as g:
        sink(g)
`,
    R,
  ],
  'members of an archive': [
    `import tarfile
def f():
    with tarfile.open('x') as z:
        for info in z:
            sink(info.name)
`,
    R,
    'path',
  ],
  file: [
    `def f():
    with open('x') as z:
        for line in z:
            sink(line)
`,
    U,
    'path',
  ],
});
