import type { Binding } from './bindings.ts';
import type { Constants } from './constants.ts';
import { createDecisions } from './decisions.ts';
import type { SinkKind } from './facts.ts';
import type { LocalChecks } from './local-checks.ts';
import { closes, guardOf } from './match-patterns.ts';
import type { Origins } from './origins.ts';
import type { Schemas } from './schemas.ts';
import type { Scopes } from './scopes.ts';
import { originSource } from './sources.ts';
import { partTaken } from './subject-parts.ts';
import { rootOf, type Subject } from './subjects.ts';
import { bare, childOf, descendantsOf, FUNCTIONS, type Program, partsOf, type Syntax } from './syntax.ts';

/** Whether a test that stands in the way decides what a value can be before it is used. */
export interface Guards {
  guarded(use: Syntax, kind: SinkKind): boolean;
  /** The same, where a schema accepted the value and leaves it any text: that it did decides nothing. */
  guardedBesides(use: Syntax, kind: SinkKind): boolean;
  /** Whether a list of what this callback keeps holds nothing open: `names.filter((name) => COLUMNS.includes(name))`. */
  keepsSettled(condition: Syntax, kept: Binding, kind: SinkKind): boolean;
}

const EXITS: ReadonlySet<string> = new Set([
  'return_statement',
  'throw_statement',
  'continue_statement',
  'break_statement',
]);
/** `ctx.throw` of Koa and oak (their documentation, "ctx.throw"). */
const THROWS = /^(?:ctx|context)\.throw$/;
/** Next.js and SvelteKit end a function by throwing for these; commander's `error` and Deno's `exit` end the program. */
const THROWS_BY_ORIGIN =
  /^next\/navigation\.(?:notFound|redirect|permanentRedirect|forbidden|unauthorized)$|^@sveltejs\/kit\.(?:error|redirect)$|^~Deno\.exit$|^commander\.(?:program|Command\(\)).*\.error$/;
const MAX_UP = 400;
const MAX_STATEMENTS = 60;

export function createGuards(
  program: Program,
  scopes: Scopes,
  constants: Constants,
  origins: Origins,
  checks: LocalChecks,
  schemas: Schemas,
): Guards {
  const { decides, asserts, mentions } = createDecisions(program, scopes, constants, origins, checks, schemas);
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);

  function guarded(use: Syntax, kind: SinkKind): boolean {
    return isGuarded(use, kind, false);
  }

  function guardedBesides(use: Syntax, kind: SinkKind): boolean {
    return isGuarded(use, kind, true);
  }

  function isGuarded(use: Syntax, kind: SinkKind, accepted: boolean): boolean {
    const root = rootOf(use);
    const binding = root === null ? null : scopes.lookup(root);
    const whole = use.field !== 'object';
    const key = root === null ? null : partTaken(root, program);
    const subject: Subject = { text: name(bare(use)), binding, kind, whole, key, accepted };
    let child: Syntax = use;
    let hops = 0;
    for (let up = use.parent; up !== null && hops < MAX_UP; up = up.parent) {
      hops += 1;
      if (guardsHere(up, child, subject)) return true;
      child = up;
    }
    return false;
  }

  function guardsHere(up: Syntax, child: Syntax, subject: Subject): boolean {
    switch (up.type) {
      case 'if_statement':
      case 'ternary_expression': {
        const condition = childOf(up, 'condition');
        if (condition === null || condition === child) return false;
        if (child.field === 'consequence') return decides(condition, true, subject);
        return child.field === 'alternative' && decides(condition, false, subject);
      }
      case 'binary_expression': {
        const operator = childOf(up, 'operator');
        const left = childOf(up, 'left');
        if (operator === null || left === null || child.field !== 'right') return false;
        const word = name(operator);
        if (word === '&&' || word === 'and') return decides(left, true, subject);
        return (word === '||' || word === 'or') && decides(left, false, subject);
      }
      case 'program':
      case 'statement_block':
      case 'switch_case':
      case 'switch_default':
        return statementsBefore(up, child, subject) || (up.type === 'switch_case' && switchedOn(up, subject));
      case 'case_clause':
        return child.field === 'consequence' && clauseGuards(up, subject);
      default:
        return false;
    }
  }

  /** Python's `match x:` with `case 'a' | 'b':`, and `case x if x in ALLOWED:` */
  function clauseGuards(clause: Syntax, subject: Subject): boolean {
    const guard = guardOf(clause);
    if (guard !== null && decides(guard, true, subject)) return true;
    const match = clause.parent?.parent ?? null;
    const value = match === null ? null : childOf(match, 'subject');
    return value !== null && closes(clause, name) && mentions(value, subject);
  }

  /** `switch (x) { case 'a': use(x) }` */
  function switchedOn(label: Syntax, subject: Subject): boolean {
    const value =
      label.parent?.parent === null || label.parent?.parent === undefined
        ? null
        : childOf(label.parent.parent, 'value');
    return value !== null && mentions(value, subject);
  }

  function statementsBefore(block: Syntax, child: Syntax, subject: Subject): boolean {
    const index = block.children.indexOf(child);
    for (let at = index - 1; at >= 0 && at > index - MAX_STATEMENTS; at -= 1) {
      const statement = block.children[at];
      if (statement !== undefined && statementGuards(statement, subject)) return true;
    }
    return false;
  }

  function statementGuards(statement: Syntax, subject: Subject): boolean {
    if (statement.type === 'if_statement') {
      const condition = childOf(statement, 'condition');
      const consequence = childOf(statement, 'consequence');
      if (condition === null || consequence === null) return false;
      if (exits(consequence)) return decides(condition, false, subject);
      return replaces(consequence, subject) && decides(condition, false, subject);
    }
    if (statement.type === 'expression_statement' || statement.type === 'assert_statement') {
      // `assert` is the first child of its statement.
      const inner = statement.children[statement.type === 'assert_statement' ? 1 : 0];
      return (
        inner !== undefined &&
        (statement.type === 'assert_statement' ? decides(inner, true, subject) : asserts(bare(inner), subject))
      );
    }
    if (statement.type === 'while_statement') return leftBy(statement, subject);
    return false;
  }

  /** `while (path.startsWith('//')) path = path.slice(1);`: behind a loop its condition does not hold. */
  function leftBy(loop: Syntax, subject: Subject): boolean {
    const condition = childOf(loop, 'condition');
    if (condition === null) return false;
    for (const node of descendantsOf(loop)) if (node.type === 'break_statement') return false;
    return decides(condition, false, subject);
  }

  function keepsSettled(condition: Syntax, kept: Binding, kind: SinkKind): boolean {
    return decides(condition, true, { text: kept.name, binding: kept, kind, whole: true, key: null, accepted: false });
  }

  /** `if (!ALLOWED.has(x)) x = 'default';` */
  function replaces(consequence: Syntax, subject: Subject): boolean {
    for (const node of descendantsOf(consequence)) {
      if (node.type !== 'assignment_expression') continue;
      const left = childOf(node, 'left');
      const right = childOf(node, 'right');
      if (left !== null && right !== null && name(left) === subject.text && isFixed(right)) return true;
    }
    return false;
  }

  /** A constant, a setting by its name, or what a plain function makes of constants alone: `url_for('index')`. */
  function isFixed(value: Syntax): boolean {
    if (constants.constant(value) !== undefined || isSetting(value)) return true;
    const call = bare(value);
    const callee = childOf(call, 'function');
    const list = childOf(call, 'arguments');
    if (callee?.type !== 'identifier' || list === null) return false;
    const from = origins.origin(callee) ?? '';
    return (
      originSource(from) === null &&
      originSource(`${from}()`) === null &&
      partsOf(list).every((part) => constants.constant(part) !== undefined)
    );
  }

  /** `settings.LOGIN_REDIRECT_URL`, `DEFAULT_PAGE`: capitals name what does not change while the program runs (PEP 8). */
  function isSetting(value: Syntax): boolean {
    const inner = bare(value);
    if (inner.type !== 'identifier' && inner.type !== 'member_expression') return false;
    const text = name(inner);
    return /(?:^|\.)[A-Z][A-Z0-9]*_[A-Z0-9_]+$/.test(text) && !/\breq(?:uest)?\b/.test(text);
  }

  function exits(node: Syntax): boolean {
    if (EXITS.has(node.type)) return true;
    if (node.type === 'expression_statement') {
      const call = node.children[0] === undefined ? null : bare(node.children[0]);
      if (call?.type !== 'call_expression') return false;
      const callee = childOf(call, 'function');
      if (callee !== null && neverReturns(callee)) return true;
      return (
        callee !== null &&
        /^(?:process\.exit|next|reject|abort|sys\.exit|res\.(?:status|sendStatus|send|end|json|redirect).*|fail)$/.test(
          name(callee).split('(')[0] ?? '',
        ) &&
        /exit|abort|reject|fail/.test(name(callee))
      );
    }
    if (node.type !== 'statement_block') return false;
    return node.children.some((part) => exits(part));
  }

  /** It throws by its documentation, or is a function of this file that ends in `throw` and returns nowhere. */
  function neverReturns(callee: Syntax): boolean {
    if (THROWS.test(name(callee)) || THROWS_BY_ORIGIN.test(origins.origin(callee) ?? '')) return true;
    const fn = callee.type === 'identifier' ? constants.resolved(callee) : callee;
    const body = FUNCTIONS.has(fn.type) ? childOf(fn, 'body') : null;
    if (body?.type !== 'statement_block') return false;
    if (partsOf(body).at(-1)?.type !== 'throw_statement') return false;
    for (const node of descendantsOf(body)) if (node.type === 'return_statement') return false;
    return true;
  }

  return { guarded, guardedBesides, keepsSettled };
}
