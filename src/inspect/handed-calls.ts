import type { Call } from './facts.ts';
import type { Origins } from './origins.ts';
import { bare, childOf, type Program, partsOf, type Syntax } from './syntax.ts';

/** What a call is besides how it is written: who is called in truth, and with what. */
export interface Directly {
  readonly target: Syntax;
  readonly given: readonly Syntax[];
}

const NAMES: ReadonlySet<string> = new Set(['identifier', 'member_expression']);
/** Called with each element of what they are called on, or with what it comes to (ECMAScript, Array and Promise). */
const EACH: ReadonlySet<string> = new Set([
  'forEach',
  'map',
  'flatMap',
  'filter',
  'find',
  'findIndex',
  'some',
  'every',
  'then',
]);
/** Functions that are handed to these hold no harm but for their own rules, and are handed to them everywhere. */
const TALK = /^~(?:console\b|print$|Boolean$|String$|Number$|parse(?:Int|Float)$)/;

/**
 * `exec.call(null, command)` and `exec.apply(null, [command])` are calls of `exec`; so are Python's
 * `exec.__call__(command)`, and what `bind` or `functools.partial` was given before comes first.
 * @param method the callee's last name
 */
export function directly(
  callee: Syntax,
  method: string | null,
  given: readonly Syntax[],
  program: Program,
  origins: Origins,
): Directly | null {
  if (callee.type === 'call_expression' || (callee.type === 'identifier' && origins.hasPresets)) {
    const before = presetsOf(callee, program, origins);
    return before.length === 0 ? null : { target: callee, given: [...before, ...given] };
  }
  if (callee.type !== 'member_expression') return null;
  if (method !== 'call' && method !== 'apply' && method !== '__call__') return null;
  const object = childOf(callee, 'object');
  if (object === null) return null;
  const target = bare(object);
  if (!NAMES.has(target.type)) return null;
  if (given.length > 1 && REDIRECTED.has(origins.origin(target) ?? ''))
    return redirected(target, method, given, origins);
  // In Python `call` is a name like any other: `subprocess.call`.
  if (program.dialect === 'python') return method === '__call__' ? { target, given } : null;
  if (method === 'call' && given.length > 1) return { target, given: given.slice(1) };
  const list = method === 'apply' ? given[1] : undefined;
  if (list === undefined) return null;
  if (list.type === 'array' && given.length === 2) return { target, given: partsOf(list) };
  const from = origins.origin(target);
  return from === null || from === '~Reflect' || TALK.test(from) ? null : { target, given: listed(list, origins) };
}

const REDIRECTED: ReadonlySet<string> = new Set(['~Function.prototype.call', '~Function.prototype.apply']);

/** `Function.prototype.call.call(exec, null, command)` */
function redirected(through: Syntax, method: string, given: readonly Syntax[], origins: Origins): Directly | null {
  const [target, , list] = given;
  if (target === undefined || list === undefined || method !== 'call') return null;
  const applied = origins.origin(through) === '~Function.prototype.apply';
  return { target: bare(target), given: applied ? listed(list, origins) : given.slice(2) };
}

/** What `f.bind(object, a)` and `partial(f, a, key=b)` hand on to the function whenever what they give is called. */
function presetsOf(callee: Syntax, program: Program, origins: Origins): readonly Syntax[] {
  const made = origins.resolved(callee);
  const maker = made.type === 'call_expression' ? childOf(made, 'function') : null;
  const list = made.type === 'call_expression' ? childOf(made, 'arguments') : null;
  if (maker === null || list === null || list.type !== 'arguments') return [];
  if (program.dialect === 'python')
    return /^functools\.partial$/.test(origins.origin(maker) ?? '') ? partsOf(list).slice(1) : [];
  const property = maker.type === 'member_expression' ? childOf(maker, 'property') : null;
  return property !== null && program.text.slice(property.start, property.end) === 'bind' ? partsOf(list).slice(1) : [];
}

/**
 * Calls that are written by handing the function over: `commands.forEach(exec)`, `Reflect.apply(exec, null, [command])`,
 * `Thread(target=os.system, args=(command,))`. The call is the whole of what is written.
 */
export function handedOver(call: Call, program: Program, origins: Origins): Call | null {
  const method = program.dialect === 'python' ? calledMethod(call, origins) : null;
  if (method !== null) return method;
  const run = program.dialect === 'python' ? handedInPython(call, origins) : handedInJavaScript(call, origins);
  if (run === null || !NAMES.has(run.target.type) || run.given.length === 0) return null;
  const origin = origins.origin(run.target);
  if (origin === null || TALK.test(origin)) return null;
  const property = run.target.type === 'member_expression' ? childOf(run.target, 'property') : run.target;
  return {
    node: call.node,
    callee: run.target,
    origin,
    name: property === null ? null : program.text.slice(property.start, property.end),
    receiver: run.target.type === 'member_expression' ? childOf(run.target, 'object') : null,
    arguments: run.given,
    keywords: call.keywords,
    isNew: call.origin === '~Reflect.construct',
  };
}

function handedInJavaScript(call: Call, origins: Origins): Directly | null {
  const { origin, name, receiver, arguments: given } = call;
  const first = given[0];
  if (first === undefined) return null;
  const second = given[1];
  const third = given[2];
  if (origin === '~Reflect.apply') return third === undefined ? null : to(first, listed(third, origins));
  if (origin === '~Reflect.construct') return second === undefined ? null : to(first, listed(second, origins));
  if (origin === '~Array.from') return second === undefined ? null : to(second, [first]);
  if (origin === '~setTimeout' || origin === '~setInterval') return to(first, given.slice(2));
  if (origin === '~setImmediate' || origin === '~process.nextTick') return to(first, given.slice(1));
  return receiver !== null && NAMES.has(first.type) && name !== null && EACH.has(name) ? to(first, [receiver]) : null;
}

/** Functions of Python's own and of the frameworks that run what they are given first, with what follows. */
const RUNS_FIRST =
  /^(?:~map|~filter|asyncio\.to_thread|anyio\.to_thread\.run_sync|(?:starlette|fastapi)\.concurrency\.run_in_threadpool|atexit\.register)$/;
/** Methods that do (concurrent.futures, multiprocessing, asyncio's loop, Starlette's background tasks). */
const METHODS_RUN_FIRST =
  /^(?:submit|add_task|call_soon|call_soon_threadsafe|apply_async|starmap|imap|imap_unordered)$/;
const METHODS_RUN_SECOND = /^(?:run_in_executor|call_later|call_at)$/;
const STARTED = /^(?:threading\.(?:Thread|Timer)|multiprocessing\.Process)$/;

/** `operator.methodcaller('system', command)(os)` calls what it names, on what it is given (operator documentation). */
function calledMethod(call: Call, origins: Origins): Call | null {
  if (call.origin !== 'operator.methodcaller()') return null;
  const made = origins.resolved(call.callee);
  const list = childOf(made, 'arguments');
  const [key, ...given] = list === null ? [] : partsOf(list);
  const [object] = call.arguments;
  const named = key === undefined ? null : origins.keyText(key);
  if (object === undefined || named === null) return null;
  return {
    ...call,
    origin: origins.member(object, named),
    name: named,
    receiver: object,
    arguments: given.filter((part) => part.type !== 'keyword_argument'),
  };
}

function handedInPython(call: Call, origins: Origins): Directly | null {
  const [first, second, third] = call.arguments;
  if (STARTED.test(call.origin ?? '')) {
    const target = call.keywords.get('target') ?? call.keywords.get('function') ?? second;
    const list = call.keywords.get('args') ?? third;
    return target === undefined || list === undefined ? null : to(target, listed(list, origins));
  }
  if (first !== undefined && RUNS_FIRST.test(call.origin ?? '')) return to(first, call.arguments.slice(1));
  if (call.receiver === null || call.name === null) return null;
  if (first !== undefined && METHODS_RUN_FIRST.test(call.name))
    return to(
      first,
      call.name === 'apply_async' && second !== undefined ? listed(second, origins) : call.arguments.slice(1),
    );
  return second !== undefined && METHODS_RUN_SECOND.test(call.name) ? to(second, call.arguments.slice(2)) : null;
}

function to(target: Syntax, given: readonly Syntax[]): Directly {
  return { target: bare(target), given };
}

/** The arguments that a list stands for: its parts, or itself where it is put together elsewhere. */
function listed(list: Syntax, origins: Origins): readonly Syntax[] {
  const whole = origins.resolved(list);
  return whole.type === 'array' ? partsOf(whole) : [list];
}
