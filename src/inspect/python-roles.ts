import type { Binding } from './bindings.ts';
import { decoratorName, decoratorsOf } from './decorators.ts';
import type { Handler } from './facts.ts';
import { pythonMessage } from './messages-python.ts';
import { parametersOf } from './parameters.ts';
import { CLASSES } from './prototypes.ts';
import { unaliased } from './python-aliases.ts';
import type { Source } from './sources.ts';
import { ancestorOf, childOf, type Program, type Syntax } from './syntax.ts';

/** What a parameter of a Python function is by its framework; `settled` where nothing free comes in through it. */
export type PythonRole = Source | 'settled' | null;

const PATH: Source = { kind: 'input', strength: 'remote', what: "the request's path parameters" };
const QUERY: Source = { kind: 'input', strength: 'remote', what: "the request's query" };
const HEADERS: Source = { kind: 'input', strength: 'remote', what: "the request's headers" };
const BODY: Source = { kind: 'input', strength: 'remote', what: "the request's body" };
const MESSAGE: Source = { kind: 'input', strength: 'remote', what: "the client's message" };
const COMMAND_LINE: Source = { kind: 'input', strength: 'local', what: 'the command line' };
/** Given by the program, however it came to it. */
export const INJECTED: Source = { kind: 'input', strength: 'unknown', what: 'a dependency' };

/**
 * Types that FastAPI and Litestar hold a parameter to before the function runs (pydantic documentation, "Conversion
 * Table"): numbers, dates and the like, also as an option, a list or with annotations.
 */
const SCALAR =
  /^(?:(?:typing\.)?(?:Optional|Annotated|List|list|Set|set)\[\s*)*(?:(?:typing\.)?Literal\[|con(?:int|float)\(|(?:int|float|bool|(?:uuid\.)?UUID\d?|(?:decimal\.)?Decimal|(?:datetime\.)?(?:date|time|datetime|timedelta)|(?:Positive|Negative|NonNegative)(?:Int|Float)|IPv[46]\w+)(?:\s*\]|\s*\|\s*None)*\s*(?:,|$))/;

export function pythonRole(binding: Binding, handler: Handler | null, program: Program): PythonRole {
  const { parameter } = binding;
  if (parameter === undefined) return null;
  const own = parametersOf(parameter.of)[parameter.index];
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  const type = parameter.type === null ? '' : unaliased(name(parameter.type).trim(), program);
  const given = own === undefined ? '' : unaliased(name(own), program);
  const credential = ofScheme(given);
  if (credential !== null) return credential;
  if (handler?.framework === 'flask') {
    // Converters of Flask, and of Starlette and Litestar.
    const held = `<(?:int|float|uuid):\\s*${binding.name}>|\\{${binding.name}:(?:int|float|uuid|decimal|date|datetime)\\}`;
    if (new RegExp(held).test(handler.route ?? '')) return 'settled';
    const beyond = beyondRoute(binding, handler.route, program);
    if (beyond !== null) return beyond;
    if (isShared(type)) return INJECTED;
    if (/(?:=|,)\s*(?:fastapi\.)?(?:Depends|Security|Provide)\(/.test(given))
      return isQueryModel(given, type, program) ? QUERY : INJECTED;
    // Flask does not look at annotations.
    if (!/^\s*(?:from|import) (?:flask|quart|bottle)\b/m.test(program.text)) {
      if (SCALAR.test(type) || isEnum(type, program)) return 'settled';
      if (/\b(?:pattern|regex)\s*=\s*r?["']\^[^|]*\$["']/.test(given) && !/\.[*+]/.test(given)) return 'settled';
    }
  }
  const message = pythonMessage(binding, program);
  if (message !== null) return message;
  const asked = injected(given, program);
  if (asked !== null) return SCALAR.test(type) ? 'settled' : asked;
  if (parameter.index > 0 && isExposed(parameter.of, program)) return QUERY;
  const around = inClass(parameter.of, program);
  if (around !== null) return ofMethod(parameter.of, parameter.index, around, program);
  if (isCommand(parameter.of, program)) return SCALAR.test(type) ? 'settled' : COMMAND_LINE;
  return null;
}

/** A name that a package of one's own gives to a dependency: who is asking, or a session (FastAPI, "Share Annotated dependencies"). */
function isShared(type: string): boolean {
  return /^(?:Current[A-Z]\w*|\w+Dep|\w*Session)$/.test(type);
}

/**
 * Flask: a parameter that no route of the file names is given by a decorator of the view; one that the address of the
 * blueprint names is held to what its converter says (its documentation, "Variable Rules", `url_prefix`).
 */
function beyondRoute({ name: called, parameter }: Binding, route: string | null, program: Program): PythonRole {
  if (parameter === undefined || !/^\s*(?:from|import) flask\b/m.test(program.text)) return null;
  const named = new RegExp(`<(?:(\\w+)(?:\\([^)<>]*\\))?:\\s*)?${called}>`, 'g');
  const converters = [program.text, route ?? '']
    .flatMap((text) => [...text.matchAll(named)])
    .map(([, converter]) => converter ?? 'string');
  if (converters.length > 0) return converters.every((each) => /^(?:int|float|uuid)$/.test(each)) ? 'settled' : null;
  const others = decoratorsOf(parameter.of).filter(
    (each) => !/\b(?:route|get|post|put|patch|delete)$/.test(decoratorName(each, program)),
  );
  return others.length > 0 ? INJECTED : null;
}

/** Methods of class-based handlers: what stands behind `self` and, in Django, the request, is taken from the path. */
function ofMethod(fn: Syntax, index: number, bases: string, program: Program): PythonRole {
  const at = childOf(fn, 'name');
  const method = at === null ? '' : program.text.slice(at.start, at.end);
  if (/WebSocketHandler|WebsocketConsumer/.test(bases))
    return index > 0 && /^(?:on_message|receive|receive_json)$/.test(method) ? MESSAGE : null;
  // gRPC: `def Method(self, request, context)` (its documentation, "Basics tutorial").
  if (/Servicer\b/.test(bases)) return index === 1 ? MESSAGE : null;
  if (!/^(?:get|post|put|patch|delete|head|dispatch)$/.test(method)) return null;
  // Flask's class-based views and Flask-RESTful's resources take the parts of the path as arguments.
  if (/\b(?:MethodView|Resource)\b/.test(bases)) return index > 0 ? PATH : null;
  if (/RequestHandler\b/.test(bases)) return index > 0 ? PATH : null;
  return /View(?:Set)?\b/.test(bases) && index > 1 && /\bdjango|rest_framework/.test(program.text) ? PATH : null;
}

/** What the class of a method is derived from, as written; null where it is none, or of nothing. */
export function inClass(fn: Syntax, program: Program): string | null {
  const around = ancestorOf(fn, CLASSES);
  const bases = around === null ? null : childOf(around, 'superclasses');
  return bases === null ? null : program.text.slice(bases.start, bases.end);
}

/** Whether a type is an enumeration of this file: it holds one of its own values. */
export function isEnum(type: string, program: Program): boolean {
  if (!/^\w+$/.test(type)) return false;
  return (program.byType.get('class_declaration') ?? []).some((each) => {
    const at = childOf(each, 'name');
    const bases = childOf(each, 'superclasses');
    if (at === null || bases === null || program.text.slice(at.start, at.end) !== type) return false;
    return /\b(?:Int|Str)?Enum\b/.test(program.text.slice(bases.start, bases.end));
  });
}

/** FastAPI makes a class that a handler depends on from the request's query (its documentation, "Classes as Dependencies"). */
function isQueryModel(given: string, type: string, program: Program): boolean {
  const named = /\bDepends\(\s*(\w*)\s*[,)]/.exec(given)?.[1];
  const wanted = named === '' ? /^(?:Annotated\[\s*)?(\w+)/.exec(type)?.[1] : named;
  return (program.byType.get('class_declaration') ?? []).some((each) => {
    const at = childOf(each, 'name');
    if (at === null || program.text.slice(at.start, at.end) !== wanted) return false;
    const above = decoratorsOf(each).some((part) => /\bdataclass\b/.test(program.text.slice(part.start, part.end)));
    const bases = childOf(each, 'superclasses');
    return above || (bases !== null && /\bBaseModel\b/.test(program.text.slice(bases.start, bases.end)));
  });
}

/** FastAPI: a dependency's parameters are taken from the request like a route's ("Dependencies"). */
function injected(written: string, program: Program): Source | null {
  const how = /(?:=|,)\s*(?:fastapi\.)?(Header|Cookie|Query|Body|Form|File)\(/.exec(written)?.[1];
  if (how === undefined || !/\bfastapi\b|\bHTTPException\b|\bDepends\(|\bAPIRouter\b/.test(program.text)) return null;
  return how === 'Header' || how === 'Cookie' ? HEADERS : how === 'Query' ? QUERY : BODY;
}

/** FastAPI: what a security scheme reads from the request, `token: str = Depends(oauth2_scheme)` ("Security"). */
function ofScheme(written: string): Source | null {
  return /(?:Depends|Security)\(\s*(?:oauth2\w*|\w*(?:_scheme|bearer|api_key_(?:header|query|cookie)))\s*\)/i.test(
    written,
  )
    ? HEADERS
    : null;
}

/** CherryPy hands query and form to the parameters of what is exposed (its documentation, "Tutorials"). */
function isExposed(fn: Syntax, program: Program): boolean {
  return decoratorsOf(fn).some((each) => /^(?:cherrypy\.)?expose$/.test(decoratorName(each, program)));
}

/** A command of click (its options and arguments become parameters) or Typer. */
function isCommand(fn: Syntax, program: Program): boolean {
  const siblings = fn.parent?.children ?? [];
  for (let at = siblings.indexOf(fn) - 1; at >= 0; at -= 1) {
    const part = siblings[at];
    if (part === undefined || (part.type !== 'decorator' && part.type !== 'comment')) return false;
    const text = program.text.slice(part.start, part.end);
    if (/^@click\.(?:argument|option)\(/.test(text)) return true;
    if (/^@\w+\.(?:command|callback)\(/.test(text) && /^\s*(?:from|import) typer\b/m.test(program.text)) return true;
  }
  return false;
}
