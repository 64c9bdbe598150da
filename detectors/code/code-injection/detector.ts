import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';
import { isBuilt, isTagged, option, type Sink, taintedSinks } from '../support/tainted.ts';

const rule = codeRule({
  id: 'code-injection',
  shortDescription: 'Text that somebody else decides is run as a program',
  help: 'eval, Function, vm and string timers run their text with all the rights of the process; node:vm is no security boundary. Parse data with JSON.parse, choose functions from a table by name, and use an expression evaluator without access to the language where formulas are needed.',
  cwe: [94, 95],
  level: 'error',
  confidence: 'high',
});

const REMEDIATION = 'Do not run text as code: parse it as data, or choose the function to call from a fixed table.';

const EVAL =
  /^(?:~(?:eval|Function|AsyncFunction|GeneratorFunction|execScript)|vm\.(?:runInContext|runInNewContext|runInThisContext|Script|compileFunction|SourceTextModule)|vm2\.(?:VM|NodeVM)\(\)\.run|vm2\.VMScript|~vm\.run\w+|safe-eval|static-eval|notevil|node-eval|eval|require-from-string|module\._compile|builtins\.(?:eval|exec|compile)|~(?:exec|compile|execfile)|isolated-vm\.Isolate\(\)\.compileScript\w*|expr-eval\.\w+Unsafe|pandas\.eval|numexpr\.evaluate|sympy\.(?:sympify|parse_expr|parsing\.sympy_parser\.parse_expr)|timeit\.(?:timeit|repeat)|runpy\.run_(?:path|module)|code\.Interactive(?:Interpreter|Console)\(\)\.(?:runsource|runcode|push))$/;
const TIMERS = /^~(?:setTimeout|setInterval|setImmediate)$/;
const LOADERS = /^(?:~require|importlib\.import_module|~__import__|imp\.load_source|worker_threads\.Worker)$/;
const RUNS = oneOf(new RegExp([EVAL, TIMERS, LOADERS].map(({ source }) => source).join('|')));

/**
 * Text that another page runs as a program: Puppeteer and Playwright (`evaluate`), Electron (`executeJavaScript`), WebDriver
 * (`executeScript`), extensions (`tabs.executeScript`), React Native's WebView (`injectJavaScript`).
 */
const IN_PAGE = oneOf(
  /^(?:evaluate|evaluateHandle|evaluateOnNewDocument|addInitScript|executeJavaScript|executeJavaScriptInIsolatedWorld|executeScript|executeAsyncScript|injectJavaScript|addScriptTag)$/,
);

/** WebDriver and Playwright as Python spells them; `evaluate` is a name of others as well, and asks for a page. */
const IN_PAGE_PYTHON = oneOf(
  /^(?:execute_script|execute_async_script|add_init_script|add_script_tag|evaluate|evaluate_handle)$/,
);
const PAGES = /(?:^|[._])(?:page|frame|driver|browser|webdriver)$/i;

function isInPage(facts: FileFacts, { name, receiver }: Call, python: boolean): boolean {
  if (name === null || receiver === null) return false;
  if (!python) return IN_PAGE(name);
  return IN_PAGE_PYTHON(name) && (!name.startsWith('evaluate') || PAGES.test(facts.text(receiver)));
}

/** The text of the program, where it is put together from parts, and not only from parts that are quoted as JSON. */
function programOf(facts: FileFacts, call: Call): Syntax | null {
  const [first, second] = call.arguments;
  if (first === undefined || call.receiver === null) return null;
  const given = call.name === 'executeScript' && !isBuilt(facts, first) && hasCode(facts, second) ? second : first;
  const object = facts.object(given);
  const text = object === null ? given : (facts.property(object, 'code') ?? facts.property(object, 'content'));
  if (text === null || !isBuilt(facts, text)) return null;
  const written = facts.definition(text) ?? text;
  const holes = written.children.filter((child) => child.type === 'template_substitution');
  const quoted = holes.length > 0 && holes.every((hole) => /^\$\{\s*JSON\.stringify\(/.test(facts.text(hole)));
  return quoted ? null : text;
}

/** Extensions: `tabs.executeScript(tab, { code: … })`, where the tab may be left out. */
function hasCode(facts: FileFacts, options: Syntax | undefined): options is Syntax {
  const object = options === undefined ? null : facts.object(options);
  return object !== null && facts.property(object, 'code') !== null;
}

function* sinks(facts: FileFacts): Generator<Sink> {
  const python = facts.program.dialect === 'python';
  const calls =
    facts.nodes('import').length > 0
      ? facts.calls()
      : facts.callsLike({ from: RUNS, named: python ? NAMED_PYTHON : IN_PAGE });
  for (const call of calls) {
    const from = call.callee.type === 'import' ? '~require' : call.origin;
    const [first] = call.arguments;
    const inPage = isInPage(facts, call, python) ? programOf(facts, call) : null;
    if (inPage !== null) {
      yield {
        at: call.node,
        value: inPage,
        kind: 'code',
        what: 'A page runs a program that is built from',
        remediation: 'Hand over a function, and the value as its argument.',
        atLeast: 'parameter',
      };
      continue;
    }
    if (python && first !== undefined && isFrame(facts, call)) {
      yield {
        at: call.node,
        value: first,
        kind: 'code',
        what: 'An expression is evaluated that comes from',
        remediation: REMEDIATION,
        atLeast: 'remote',
      };
      continue;
    }
    if (from === null || !RUNS(from) || first === undefined) continue;
    if (isTagged(call)) {
      yield* tagged(call, from, first);
      continue;
    }
    if (from === 'worker_threads.Worker' && isTrue(facts, option(facts, call, 'eval'))) {
      yield* evaluated(facts, call, from);
    } else if (EVAL.test(from) && (python || !/^~(?:exec|compile|execfile)$/.test(from))) {
      yield* evaluated(facts, call, from);
    } else if (TIMERS.test(from) && isBuilt(facts, first)) {
      yield {
        at: call.node,
        value: first,
        kind: 'code',
        what: 'A timer runs text built from',
        remediation: REMEDIATION,
        atLeast: 'unknown',
      };
    } else if (TIMERS.test(from) && facts.functionOf(first) === null) {
      yield {
        at: call.node,
        value: first,
        kind: 'code',
        what: 'A timer runs as code',
        remediation: REMEDIATION,
        atLeast: 'remote',
      };
    } else if (LOADERS.test(from) && !isBuiltPath(facts, first)) {
      yield {
        at: call.node,
        value: first,
        kind: 'path',
        what: 'Which module is loaded comes from',
        remediation: 'Load modules by constant names, chosen from a table.',
        atLeast: 'remote',
      };
    }
  }
}

const FRAMES = oneOf(/^(?:eval|query)$/);
const NAMED_PYTHON = (name: string): boolean => FRAMES(name) || IN_PAGE_PYTHON(name);

/** pandas: `DataFrame.eval` and `query` evaluate Python expressions, and do so unchecked (its documentation, "eval"). */
function isFrame(facts: FileFacts, call: Call): boolean {
  if (call.receiver === null || !FRAMES(call.name ?? '')) return false;
  return (
    /^pandas\./.test(call.origin ?? '') ||
    (/(?:^|_)(?:df|frame|dataframe)$/i.test(facts.text(call.receiver)) && /\bpandas\b|\bpd\./.test(facts.program.text))
  );
}

/** `new Function('a', 'b', body)`: every part becomes program text. */
function* evaluated(facts: FileFacts, call: Call, from: string): Generator<Sink> {
  const parts = /^~(?:Function|AsyncFunction|GeneratorFunction)/.test(from)
    ? call.arguments
    : call.arguments.slice(0, 1);
  for (const part of parts) {
    yield {
      at: call.node,
      value: part,
      kind: 'code',
      what: 'Code is run that comes from',
      remediation: REMEDIATION,
      atLeast: isOnlyRead(facts, from) ? 'remote' : 'unknown',
      ...(/^~(?:eval|Function)$/.test(from) && readsGivenFile(facts, part) ? { unknown: 'warning' } : {}),
    };
  }
}

/** ``Function`return ${code}` ``: the parts of the text become parameters' names, and what stands between them the program. */
function* tagged(call: Call, from: string, template: Syntax): Generator<Sink> {
  if (!/^~(?:Function|AsyncFunction|GeneratorFunction)$/.test(from)) return;
  for (const hole of template.children) {
    const value = hole.type === 'template_substitution' ? hole.children[0] : undefined;
    if (value === undefined) continue;
    yield {
      at: call.node,
      value,
      kind: 'code',
      what: 'Code is run that comes from',
      remediation: REMEDIATION,
      atLeast: 'unknown',
    };
  }
}

/** Python's `compile` runs nothing: somebody has to hand the result to `exec` or `eval` (its documentation). */
function isOnlyRead(facts: FileFacts, from: string): boolean {
  return /^(?:~|builtins\.)compile$/.test(from) && !/\b(?:exec|eval)\s*\(/.test(facts.program.text);
}

/** Settings and data that are read with `eval` run whatever somebody wrote into them; a file the program names is its own. */
function readsGivenFile(facts: FileFacts, text: Syntax): boolean {
  const flow = facts.flow(text, 'code');
  if (flow?.source !== 'a file') return false;
  const read = flow.steps[0]?.node;
  const call = facts.calls().find(({ node }) => node === read);
  const [file] = call?.arguments ?? [];
  if (call?.name === 'get') return true;
  return file === undefined
    ? !/open\(\s*['"]/.test(read === undefined ? '' : facts.text(read))
    : facts.shape(file) === null;
}

function isTrue(facts: FileFacts, value: Syntax | null): boolean {
  return value !== null && facts.constant(value) === true;
}

function isBuiltPath(facts: FileFacts, node: Parameters<FileFacts['constant']>[0]): boolean {
  return facts.constant(node) !== undefined;
}

/** Follows what is run as a program back to where it comes from. */
export const codeInjection: CodeDetector = {
  rule,
  triggers:
    /eval\b|\bpandas\b|worker_threads|\bFunction\b|\wFunction\(|\.\s*constructor\b|['"`]constructor|\bvm\b|vm2|setTimeout|setInterval|require\s*\(\s*[^'"\s]|import\s*\(\s*[^'"\s]|importlib|__import__|(?<![.\w])(?:exec|compile)\(|_compile|execScript|numexpr|sympy|timeit|runpy|evaluate|add(?:InitScript|_(?:init_script|script_tag))|execute\w*[Ss]cript|injectJavaScript|addScriptTag|Interactive(?:Interpreter|Console)/,
  detect: (facts) => taintedSinks(facts, rule, sinks(facts)),
};
