import type { Binding } from './bindings.ts';
import type { Constants } from './constants.ts';
import { parametersOf } from './parameters.ts';
import type { Returns } from './returns.ts';
import type { Scopes } from './scopes.ts';
import { bare, childOf, descendantsOf, FUNCTIONS, type Program, partsOf, type Syntax } from './syntax.ts';

/** A function, and the one expression that it returns. */
export interface Verdict {
  readonly fn: Syntax;
  readonly value: Syntax;
}

/**
 * What helpers of the file do, whatever they are called: a sanitizer that gives its argument back, a validator that
 * says yes to every text, an assertion that never objects.
 */
export interface LocalChecks {
  /** Every result is the argument itself, at most trimmed or given a fall-back. */
  givesBack(fn: Syntax): boolean;
  /** No result depends on more than the argument being there, or being a text. */
  saysYes(callee: Syntax): boolean;
  /** It looks at nothing but what a file name ends with. */
  asksForEnding(callee: Syntax): boolean;
  /** Nothing in it throws, ends the process, or hands the question on. */
  neverObjects(callee: Syntax): boolean;
  /** What a function of this file gives back, where that is one expression. */
  verdict(callee: Syntax): Verdict | null;
}

const CHOICES: ReadonlySet<string> = new Set([
  'if_statement',
  'switch_statement',
  'throw_statement',
  'try_statement',
  'for_statement',
  'for_in_statement',
  'while_statement',
  'do_statement',
  'assert_statement',
]);

const MAX_CHECK = 1_000;
/** Stands where a check looked at the end of a name. */
const ENDS = '\u0001';

export function createLocalChecks(
  program: Program,
  scopes: Scopes,
  constants: Constants,
  returnsOf: Returns,
): LocalChecks {
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);

  function givesBack(fn: Syntax): boolean {
    const returned = returnsOf(fn);
    return returned.length > 0 && !chooses(fn) && returned.every((each) => isArgument(each, fn));
  }

  function isArgument(node: Syntax, fn: Syntax): boolean {
    const inner = bare(node);
    switch (inner.type) {
      case 'identifier': {
        const binding = scopes.lookup(inner);
        if (binding === null) return false;
        if (binding.kind === 'parameter') return binding.parameter?.of === fn && onlyArguments(binding, fn);
        const [only, ...others] = binding.definitions;
        return (
          binding.kind === 'variable' &&
          others.length === 0 &&
          only?.value !== undefined &&
          only.value !== null &&
          only.path.length === 0 &&
          isArgument(only.value, fn)
        );
      }
      case 'template_string':
        return (
          inner.children.length === 1 &&
          inner.children[0]?.type === 'template_substitution' &&
          partsOf(inner.children[0]).every((part) => isArgument(part, fn))
        );
      case 'binary_expression': {
        const operator = childOf(inner, 'operator');
        const left = childOf(inner, 'left');
        const right = childOf(inner, 'right');
        if (operator === null || left === null || right === null) return false;
        if (!['||', '??', 'or', '+'].includes(name(operator))) return false;
        return isArgument(left, fn)
          ? isArgument(right, fn) || isConstant(right)
          : isConstant(left) && isArgument(right, fn);
      }
      case 'ternary_expression': {
        const values = [childOf(inner, 'consequence'), childOf(inner, 'alternative')];
        const given = values.map((value) => value !== null && isArgument(value, fn));
        const weak = childOf(inner, 'condition');
        if (weak === null || !isWeak(weak, fn)) return false;
        return (
          given.some(Boolean) &&
          values.every((value, index) => given[index] === true || (value !== null && isConstant(value)))
        );
      }
      case 'call_expression': {
        const callee = childOf(inner, 'function');
        const list = childOf(inner, 'arguments');
        if (callee === null || list === null) return false;
        const first = partsOf(list)[0];
        if (/^(?:String|str)$/.test(name(callee))) return first !== undefined && isArgument(first, fn);
        const object = callee.type === 'member_expression' ? childOf(callee, 'object') : null;
        return (
          object !== null &&
          /\.(?:trim(?:Start|End)?|toString|strip|valueOf)$/.test(name(callee)) &&
          isArgument(object, fn)
        );
      }
      default:
        return false;
    }
  }

  /** A parameter that is given something else before it is returned is no longer the argument. */
  function onlyArguments(binding: Binding, fn: Syntax): boolean {
    return binding.definitions.every(
      ({ value }) =>
        value === null || isConstant(value) || (!mentionsItself(value, binding) ? false : isArgument(value, fn)),
    );
  }

  function mentionsItself(value: Syntax, binding: Binding): boolean {
    for (const node of descendantsOf(value))
      if (node.type === 'identifier' && scopes.lookup(node) === binding) return node !== bare(value);
    return false;
  }

  function isConstant(node: Syntax): boolean {
    return constants.constant(node) !== undefined;
  }

  function saysYes(callee: Syntax): boolean {
    const fn = constants.resolved(callee);
    if (!FUNCTIONS.has(fn.type)) return false;
    const returned = returnsOf(fn);
    if (returned.length === 0) return false;
    if (returned.every((each) => constants.constant(each) === true)) return true;
    return !chooses(fn) && returned.every((each) => isWeak(each, fn));
  }

  /** True of every text, or of every text that is not empty. */
  function isWeak(node: Syntax, fn: Syntax): boolean {
    const inner = bare(node);
    if (constants.constant(inner) === true || isArgument(inner, fn)) return true;
    switch (inner.type) {
      case 'unary_expression': {
        const argument = childOf(inner, 'argument');
        return argument !== null && name(inner).startsWith('!') && isWeak(argument, fn);
      }
      case 'member_expression': {
        const object = childOf(inner, 'object');
        return object !== null && name(inner).endsWith('.length') && isArgument(object, fn);
      }
      case 'call_expression': {
        const callee = childOf(inner, 'function');
        const list = childOf(inner, 'arguments');
        const first = list === null ? undefined : partsOf(list)[0];
        return callee !== null && /^(?:Boolean|bool)$/.test(name(callee)) && first !== undefined && isWeak(first, fn);
      }
      case 'binary_expression': {
        const operator = childOf(inner, 'operator');
        const left = childOf(inner, 'left');
        const right = childOf(inner, 'right');
        if (operator === null || left === null || right === null) return false;
        if (['&&', '||', 'and', 'or'].includes(name(operator))) return isWeak(left, fn) && isWeak(right, fn);
        const compared = constants.constant(right);
        const nothing = compared === null || compared === '' || compared === 0 || name(right) === 'undefined';
        return nothing && /^(?:!==?|>|is not)$/.test(name(operator)) && isWeak(left, fn);
      }
      default:
        return false;
    }
  }

  function asksForEnding(callee: Syntax): boolean {
    const fn = constants.resolved(callee);
    const body = FUNCTIONS.has(fn.type) ? childOf(fn, 'body') : null;
    const [only, ...others] = body === null ? [] : parametersOf(fn);
    if (body === null || only === undefined || others.length > 0) return false;
    const parameter = bare(childOf(only, 'pattern') ?? childOf(only, 'name') ?? only.children[0] ?? only);
    const written = name(body);
    const called = parameter.type === 'identifier' ? name(parameter) : '';
    if (called === '' || written.length > MAX_CHECK) return false;
    const rest = written
      .replace(
        new RegExp(`["']\\.["']\\s+(?:not\\s+)?in\\s+${called}\\b|\\b${called}\\.includes\\(["']\\.["']\\)`, 'g'),
        '',
      )
      .replace(
        new RegExp(
          `(?:os\\.path\\.)?splitext\\(${called}\\)\\[-?1\\]|(?:path\\.)?extname\\(${called}\\)|Path\\(${called}\\)\\.suffix|\\b${called}\\.r?split\\(\\s*["']\\.["']\\s*(?:,\\s*1\\s*)?\\)(?:\\[-?1\\]|\\.pop\\(\\)|\\.at\\(-1\\))`,
          'g',
        ),
        ENDS,
      );
    return rest.includes(ENDS) && !new RegExp(`\\b${called}\\b`).test(rest);
  }

  function neverObjects(callee: Syntax): boolean {
    const fn = constants.resolved(callee);
    const body = FUNCTIONS.has(fn.type) ? childOf(fn, 'body') : null;
    if (body === null) return false;
    for (const node of descendantsOf(body)) {
      if (node.type === 'throw_statement' || node.type === 'assert_statement') return false;
      const called = node.type === 'call_expression' ? childOf(node, 'function') : null;
      if (
        called !== null &&
        /exit|abort|reject|fail|valid|assert|ensure|verify|check|parse|must|guard|authori/i.test(name(called))
      )
        return false;
    }
    return true;
  }

  function chooses(fn: Syntax): boolean {
    const body = childOf(fn, 'body');
    if (body === null) return false;
    for (const node of descendantsOf(body)) if (CHOICES.has(node.type)) return true;
    return false;
  }

  function verdict(callee: Syntax): Verdict | null {
    const fn = constants.resolved(callee);
    const [value, ...others] = FUNCTIONS.has(fn.type) ? returnsOf(fn) : [];
    return value === undefined || others.length > 0 ? null : { fn, value };
  }

  return { givesBack, saysYes, asksForEnding, neverObjects, verdict };
}
