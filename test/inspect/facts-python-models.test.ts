import { flowChecks, N, R, U } from '../support/flow-cases.ts';

const check = flowChecks('app/a.py');

check('fields of models, schemas and records', {
  'pydantic validate str': [
    `from pydantic import BaseModel
from flask import request
class A(BaseModel):
    x: str
def f():
    a = A.model_validate(request.json)
    sink(a.x)
`,
    R,
  ],
  'pydantic validate int': [
    `from pydantic import BaseModel
from flask import request
class A(BaseModel):
    x: int
def f():
    a = A.model_validate(request.json)
    sink(a.x)
`,
    N,
  ],
  'pydantic ctor str': [
    `from pydantic import BaseModel
from flask import request
class A(BaseModel):
    x: str
def f():
    a = A(**request.json)
    sink(a.x)
`,
    R,
  ],
  'fastapi body model str': [
    `from fastapi import FastAPI
from pydantic import BaseModel
app = FastAPI()
class A(BaseModel):
    x: str
@app.post('/a')
def f(a: A):
    sink(a.x)
`,
    R,
  ],
  'fastapi body model int': [
    `from fastapi import FastAPI
from pydantic import BaseModel
app = FastAPI()
class A(BaseModel):
    x: int
@app.post('/a')
def f(a: A):
    sink(a.x)
`,
    N,
  ],
  'fastapi body model Literal': [
    `from fastapi import FastAPI
from pydantic import BaseModel
app = FastAPI()
class A(BaseModel):
    x: Literal['a', 'b']
@app.post('/a')
def f(a: A):
    sink(a.x)
`,
    N,
  ],
  'fastapi body model pattern': [
    `from fastapi import FastAPI
from pydantic import BaseModel
app = FastAPI()
class A(BaseModel):
    x: str = Field(..., pattern=r'^[a-z]+$')
@app.post('/a')
def f(a: A):
    sink(a.x)
`,
    N,
  ],
  'fastapi body max_length': [
    `from fastapi import FastAPI
from pydantic import BaseModel
app = FastAPI()
class A(BaseModel):
    x: str = Field(..., max_length=30)
@app.post('/a')
def f(a: A):
    sink(a.x)
`,
    R,
  ],
  dataclass: [
    `from dataclasses import dataclass
from flask import request
@dataclass
class Job:
    name: str
    count: int
def f():
    job = Job(name=request.json['a'], count=3)
    sink(job.name)
`,
    R,
  ],
  'dataclass const': [
    `from dataclasses import dataclass
from flask import request
@dataclass
class Job:
    name: str
    kind: str
def f():
    job = Job(name=request.json['a'], kind='x')
    sink(job.kind)
`,
    N,
  ],
  'marshmallow load': [
    `from marshmallow import Schema, fields
from flask import request
class S(Schema):
    name = fields.Str(required=True)
def f():
    data = S().load(request.json)
    sink(data['name'])
`,
    R,
  ],
  'marshmallow load int': [
    `from marshmallow import Schema, fields
from flask import request
class S(Schema):
    name = fields.Int(required=True)
def f():
    data = S().load(request.json)
    sink(data['name'])
`,
    N,
  ],
  msgspec: [
    `import msgspec
from flask import request
class S(msgspec.Struct):
    name: str
def f():
    data = msgspec.json.decode(request.data, type=S)
    sink(data.name)
`,
    R,
  ],
  TypedDict: [
    `from typing import TypedDict
from flask import request
class S(TypedDict):
    name: str
def f():
    data: S = request.json
    sink(data['name'])
`,
    R,
  ],
  TypeAdapter: [
    `from pydantic import TypeAdapter
from flask import request
class S(BaseModel):
    name: str
def f():
    data = TypeAdapter(S).validate_python(request.json)
    sink(data.name)
`,
    R,
  ],
  attrs: [
    `import attr
from flask import request
@attr.s(auto_attribs=True)
class S:
    name: str
def f():
    data = S(name=request.args['x'])
    sink(data.name)
`,
    R,
  ],
  'validator allow-list': [
    `from pydantic import BaseModel, field_validator
from fastapi import FastAPI
app = FastAPI()
class A(BaseModel):
    x: str
    @field_validator('x')
    @classmethod
    def known(cls, v):
        if v not in ('a', 'b'):
            raise ValueError('no')
        return v
@app.post('/a')
def f(a: A):
    sink(a.x)
`,
    N,
  ],
  'validator that only strips': [
    `from pydantic import BaseModel, field_validator
from fastapi import FastAPI
app = FastAPI()
class A(BaseModel):
    x: str
    @field_validator('x')
    @classmethod
    def known(cls, v):
        if not v:
            raise ValueError('no')
        return v.strip()
@app.post('/a')
def f(a: A):
    sink(a.x)
`,
    R,
  ],
  'validator of another field': [
    `from pydantic import BaseModel, field_validator
from fastapi import FastAPI
app = FastAPI()
class A(BaseModel):
    x: str
    y: str
    @field_validator('y')
    @classmethod
    def known(cls, v):
        if v not in ('a', 'b'):
            raise ValueError('no')
        return v
@app.post('/a')
def f(a: A):
    sink(a.x)
`,
    R,
  ],
  'model_construct int': [
    `from pydantic import BaseModel
class A(BaseModel):
    x: int
def f(request):
    a = A.model_construct(**request.json)
    sink(a.x)
`,
    R,
  ],
  'dataclass int not held': [
    `from dataclasses import dataclass
from flask import request
@dataclass
class A:
    x: int
def f():
    a = A(x=request.args['x'])
    sink(a.x)
`,
    R,
  ],
  'nested model': [
    `from fastapi import FastAPI
app = FastAPI()
class B(BaseModel):
    name: str
    n: int
class A(BaseModel):
    b: B
@app.post('/a')
def f(a: A):
    sink(a.b.name)
`,
    R,
  ],
  'nested model int': [
    `from fastapi import FastAPI
app = FastAPI()
class B(BaseModel):
    name: str
    n: int
class A(BaseModel):
    b: B
@app.post('/a')
def f(a: A):
    sink(a.b.n)
`,
    N,
  ],
  'list of models int': [
    `from fastapi import FastAPI
app = FastAPI()
class B(BaseModel):
    name: str
    n: int
class A(BaseModel):
    b: list[B]
@app.post('/a')
def f(a: A):
    for each in a.b:
        sink(each.n)
`,
    N,
  ],
  'list of models str': [
    `from fastapi import FastAPI
app = FastAPI()
class B(BaseModel):
    name: str
    n: int
class A(BaseModel):
    b: list[B]
@app.post('/a')
def f(a: A):
    for each in a.b:
        sink(each.name)
`,
    R,
  ],
  'constr open': [
    `from fastapi import FastAPI
app = FastAPI()
class A(BaseModel):
    b: constr(pattern=r'[a-z]+')
@app.post('/a')
def f(a: A):
    sink(a.b)
`,
    R,
  ],
  constr: [
    `from fastapi import FastAPI
app = FastAPI()
class A(BaseModel):
    b: constr(pattern=r'^[a-z]+$')
@app.post('/a')
def f(a: A):
    sink(a.b)
`,
    N,
  ],
  'annotated alias': [
    `from fastapi import FastAPI
app = FastAPI()
Slug = Annotated[str, StringConstraints(pattern=r'^[a-z]+$')]
class A(BaseModel):
    b: Slug
@app.post('/a')
def f(a: A):
    sink(a.b)
`,
    N,
  ],
  'union with text': [
    `from fastapi import FastAPI
app = FastAPI()
class A(BaseModel):
    b: int | str
@app.post('/a')
def f(a: A):
    sink(a.b)
`,
    R,
  ],
  enum: [
    `from fastapi import FastAPI
app = FastAPI()
class K(str, Enum):
    a = 'a'
class A(BaseModel):
    b: K
@app.post('/a')
def f(a: A):
    sink(a.b.value)
`,
    N,
  ],
  'email html': [
    `from fastapi import FastAPI
app = FastAPI()
class A(BaseModel):
    b: EmailStr
@app.post('/a')
def f(a: A):
    sink(a.b)
`,
    N,
    'html',
  ],
  'email shell': [
    `from fastapi import FastAPI
app = FastAPI()
class A(BaseModel):
    b: EmailStr
@app.post('/a')
def f(a: A):
    sink(a.b)
`,
    R,
  ],
  'text nosql': [
    `from fastapi import FastAPI
app = FastAPI()
class A(BaseModel):
    b: str
@app.post('/a')
def f(a: A):
    sink({'name': a.b})
`,
    N,
    'nosql',
  ],
  'dict nosql': [
    `from fastapi import FastAPI
app = FastAPI()
class A(BaseModel):
    b: dict
@app.post('/a')
def f(a: A):
    sink({'name': a.b})
`,
    R,
    'nosql',
  ],
  model_dump: [
    `from fastapi import FastAPI
app = FastAPI()
class A(BaseModel):
    b: str
@app.post('/a')
def f(a: A):
    data = a.model_dump()
    sink(data['b'])
`,
    R,
  ],
  'model_dump int': [
    `from fastapi import FastAPI
app = FastAPI()
class A(BaseModel):
    b: int
@app.post('/a')
def f(a: A):
    data = a.model_dump()
    sink(data['b'])
`,
    N,
  ],
  inherited: [
    `from fastapi import FastAPI
app = FastAPI()
class B(BaseModel):
    n: int
class A(B):
    m: str
@app.post('/a')
def f(a: A):
    sink(a.n)
`,
    N,
  ],
  'Depends class': [
    `from fastapi import FastAPI, Depends
app = FastAPI()
@dataclass
class A:
    m: str
@app.get('/a')
def f(a: A = Depends()):
    sink(a.m)
`,
    R,
  ],
  'Depends class int': [
    `from fastapi import FastAPI, Depends
app = FastAPI()
@dataclass
class A:
    m: int
@app.get('/a')
def f(a: Annotated[A, Depends()]):
    sink(a.m)
`,
    N,
  ],
  'marshmallow OneOf': [
    `class S(Schema):
    name = fields.Str(required=True, validate=validate.OneOf(['a', 'b']))
schema = S()
def f():
    data = schema.load(request.get_json())
    sink(data['name'])
`,
    N,
  ],
  'marshmallow Length': [
    `from flask import request
class S(Schema):
    name = fields.Str(required=True, validate=validate.Length(max=100))
schema = S()
def f():
    data = schema.load(request.get_json())
    sink(data['name'])
`,
    R,
  ],
  'guard on field': [
    `from fastapi import FastAPI
app = FastAPI()
class A(BaseModel):
    b: str
@app.post('/a')
def f(a: A):
    if a.b not in ('x', 'y'):
        raise HTTPException(400)
    sink(a.b)
`,
    N,
  ],
  'guard on field of validated': [
    `from flask import request
class A(BaseModel):
    b: str
def f():
    a = A(**request.json)
    if a.b not in ('x', 'y'):
        raise HTTPException(400)
    sink(a.b)
`,
    N,
  ],
  NamedTuple: [
    `from flask import request
class A(NamedTuple):
    b: str
def f():
    a = A(request.json['b'])
    sink(a.b)
`,
    R,
  ],
  settings: [
    `class Settings(BaseSettings):
    b: str
settings = Settings()
def f():
    sink(settings.b)
`,
    U,
  ],
  'parse json': [
    `from flask import request
class A(BaseModel):
    b: str
def f():
    a = A.model_validate_json(request.data)
    sink(f'ls {a.b}')
`,
    R,
  ],
  'attrs define field': [
    `from flask import request
from attrs import define, field
@define
class A:
    b: str = field(validator=instance_of(str))
def f():
    a = A(b=request.args['b'])
    sink(a.b)
`,
    R,
  ],
});
