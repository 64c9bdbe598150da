import type { Binding } from './bindings.ts';
import type { Constants } from './constants.ts';
import { createCallDecisions } from './decision-calls.ts';
import type { LocalChecks } from './local-checks.ts';
import type { Origins } from './origins.ts';
import { parametersOf } from './parameters.ts';
import type { Schemas } from './schemas.ts';
import type { Scopes } from './scopes.ts';
import { createSubjects, type Subject } from './subjects.ts';
import { bare, childOf, type Program, partsOf, type Syntax } from './syntax.ts';

/** What a test decides about a value, and what it speaks of. */
export interface Decisions {
  /** Whether the subject is settled once `condition` came out as `outcome`. */
  decides(condition: Syntax, outcome: boolean, subject: Subject): boolean;
  /** Whether a call throws unless the subject is as it should be. */
  asserts(call: Syntax, subject: Subject): boolean;
  mentions(node: Syntax, subject: Subject): boolean;
}

const OWN_HOST =
  /^(?:\w+\.)?(?:req|request|ctx|c)(?:\.req(?:uest)?)?\.(?:nextUrl\.(?:origin|host|hostname)|host|hostname|headers\.host|(?:get|header|headers\.get)\(\s*['"]host['"]\s*\))$/i;
const OWN_ADDRESS = /^new URL\(\s*(?:\w+\.)?(?:req|request|ctx\.req|c\.req)(?:\.raw)?\.url\s*\)$/;

/** What may stand between the bracket of a call and the name of a folder: the start of a template. */
const BEGINS_WITH = ['', '`${', 'f"{', "f'{"];

const ANSWERED = /^(?:~fetch|node-fetch|cross-fetch|undici\.fetch|(?:requests|httpx)\.\w+)\(\)$/;

export function createDecisions(
  program: Program,
  scopes: Scopes,
  constants: Constants,
  origins: Origins,
  checks: LocalChecks,
  schemas: Schemas,
): Decisions {
  const subjects = createSubjects(program, scopes);
  const { mentions, derived } = subjects;
  const calls = createCallDecisions(program, scopes, constants, subjects, checks, schemas);
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  /** Names whose definitions are being looked at: one may be made from itself. */
  const following = new Set<Binding>();

  /** A call that throws when its argument is not as it should be. */
  function asserts(call: Syntax, subject: Subject): boolean {
    if (call.type !== 'call_expression') return false;
    const callee = childOf(call, 'function');
    const list = childOf(call, 'arguments');
    if (callee === null || list === null) return false;
    const words = name(callee);
    // pathlib: it throws where the path does not stand below the other.
    const object = childOf(callee, 'object');
    if (subject.kind === 'path' && object !== null && words.endsWith('.relative_to')) return mentions(object, subject);
    if (
      !/(?:valid|assert|ensure|verify|check|sanit|guard|authori|allow|must|refuse|reject|deny|forbid|schema\.parse)/i.test(
        words,
      )
    )
      return false;
    if (/^(?:console|log)/.test(words) || checks.neverObjects(callee) || schemas.leavesOpen(call, subject))
      return false;
    return partsOf(list).some((part) => {
      const inner = bare(part);
      return mentions(inner, subject) || decides(inner, true, subject);
    });
  }

  /** Whether the subject is settled once `condition` came out as `outcome`. */
  function decides(condition: Syntax, outcome: boolean, subject: Subject): boolean {
    const test = bare(condition);
    if (test.type === 'unary_expression' || test.type === 'not_operator') {
      const argument = childOf(test, 'argument') ?? test.children.at(-1) ?? null;
      return /^(?:!|not\b)/.test(name(test)) && argument !== null && decides(argument, !outcome, subject);
    }
    if (test.type === 'binary_expression')
      return leftOver(test, !outcome, subject) || comparisonDecides(test, outcome, subject);
    if (test.type === 'call_expression')
      return calls.decides(test, outcome, subject) || ownTestDecides(test, outcome, subject);
    if (test.type === 'subscript_expression') {
      const object = childOf(test, 'object');
      const index = childOf(test, 'index');
      return (
        outcome && object !== null && index !== null && constants.isConstantTable(object) && mentions(index, subject)
      );
    }
    if (test.type === 'identifier') return variableDecides(test, outcome, subject);
    if (test.type === 'member_expression' && /\.(?:success|valid|isValid|ok)$/.test(name(test)))
      return (
        outcome && !isAnswers(test) && !subject.accepted && derived(test, subject) && !schemas.leavesOpen(test, subject)
      );
    if (test.type === 'member_expression' && /\.error$/.test(name(test)))
      return !outcome && !subject.accepted && derived(test, subject) && !schemas.leavesOpen(test, subject);
    return !outcome && namesHost(test, subject);
  }

  /** `const local = (to) => to.startsWith('/') && !to.startsWith('//')`: what a function of this file asks of its argument. */
  function ownTestDecides(call: Syntax, outcome: boolean, subject: Subject): boolean {
    const callee = childOf(call, 'function');
    const list = childOf(call, 'arguments');
    const own = callee === null || list === null ? null : checks.verdict(callee);
    if (own === null || list === null) return false;
    const given = partsOf(list);
    return parametersOf(own.fn).some((parameter, index) => {
      const at = childOf(parameter, 'pattern') ?? parameter;
      const argument = given[index];
      const binding = at.type === 'identifier' ? scopes.lookup(at) : null;
      if (binding === null || following.has(binding) || argument === undefined || !isSubject(argument, subject))
        return false;
      following.add(binding);
      const found = decides(own.value, outcome, { ...subject, text: name(at), binding, key: null });
      following.delete(binding);
      return found;
    });
  }

  /** The subject itself is handed over, and not something that is made of it. */
  function isSubject(argument: Syntax, subject: Subject): boolean {
    return (
      name(bare(argument)) === subject.text || (bare(argument).type === 'identifier' && mentions(argument, subject))
    );
  }

  /** `response.ok`: that a server answered with a success says nothing of what it answered (Fetch Standard; Requests). */
  function isAnswers(test: Syntax): boolean {
    const object = childOf(test, 'object');
    return object !== null && ANSWERED.test(origins.origin(object) ?? '');
  }

  /** `urlsplit(target).netloc` is empty for an address on this site (Python documentation, urllib.parse). */
  function namesHost(test: Syntax, subject: Subject): boolean {
    return (
      subject.kind === 'redirect' &&
      program.dialect === 'python' &&
      test.type === 'member_expression' &&
      /\.(?:netloc|hostname)$/.test(name(test)) &&
      mentions(test, subject)
    );
  }

  /** `const ok = ALLOWED.has(x); if (ok) …` */
  function variableDecides(test: Syntax, outcome: boolean, subject: Subject): boolean {
    const binding = scopes.lookup(test);
    if (binding === null || following.has(binding)) return false;
    following.add(binding);
    const found = definitionDecides(binding, outcome, subject);
    following.delete(binding);
    return found;
  }

  function definitionDecides(binding: Binding, outcome: boolean, subject: Subject): boolean {
    const [only, ...others] = binding.definitions;
    if (only === undefined || others.length > 0 || only.value === null) return false;
    if (only.value.type === 'identifier') return false;
    if (only.path.length > 0)
      return /^errors?$/.test(String(only.path.at(-1)))
        ? !outcome && mentions(only.value, subject) && !schemas.leavesOpen(only.value, subject)
        : /^success$/.test(String(only.path.at(-1))) &&
            outcome &&
            !subject.accepted &&
            mentions(only.value, subject) &&
            !schemas.leavesOpen(only.value, subject);
    const value = bare(only.value);
    // A row found in a constant table: `const row = TABLE[x]; if (!row) return;`
    if (value.type === 'subscript_expression' || value.type === 'call_expression') {
      const list = childOf(value, 'arguments');
      if (
        value.type === 'call_expression' &&
        list !== null &&
        /\.(?:match|exec)$/.test(name(childOf(value, 'function') ?? value))
      )
        return calls.decides(value, outcome, subject);
    }
    return decides(value, outcome, subject);
  }

  function comparisonDecides(test: Syntax, outcome: boolean, subject: Subject): boolean {
    const left = childOf(test, 'left');
    const right = childOf(test, 'right');
    const operator = childOf(test, 'operator');
    if (left === null || right === null || operator === null) return false;
    const word = name(operator);
    if (word === '&&' || word === 'and') {
      return outcome
        ? decides(left, true, subject) || decides(right, true, subject)
        : decides(left, false, subject) && decides(right, false, subject);
    }
    if (word === '||' || word === 'or') {
      return outcome
        ? decides(left, true, subject) && decides(right, true, subject)
        : decides(left, false, subject) || decides(right, false, subject);
    }
    if (word === 'in') return calls.membership(left, right, outcome, subject);
    if (word === 'not in') return calls.membership(left, right, !outcome, subject);
    // Python: `set(names) <= COLUMNS`, every one of them is among these.
    if (word === '<=' && program.dialect === 'python' && outcome && isFixedList(right)) return mentions(left, subject);
    const equal = word === '===' || word === '==';
    if (!equal && word !== '!==' && word !== '!=') return ordered(left, right, word, outcome, subject);
    return (
      equalityDecides(left, right, equal === outcome, subject) ||
      equalityDecides(right, left, equal === outcome, subject)
    );
  }

  /** Python: nothing is left of `set(names) - COLUMNS` where every name is among them (documentation, "Set Types"). */
  function leftOver(test: Syntax, isEmpty: boolean, subject: Subject): boolean {
    if (program.dialect !== 'python' || !isEmpty) return false;
    const left = childOf(test, 'left');
    const right = childOf(test, 'right');
    const operator = childOf(test, 'operator');
    return (
      left !== null &&
      right !== null &&
      operator !== null &&
      name(operator) === '-' &&
      isFixedList(right) &&
      mentions(left, subject)
    );
  }

  /** A list that stands in the program, or one whose name says that it does not change (PEP 8, "Constants"). */
  function isFixedList(node: Syntax): boolean {
    return constants.isConstantTable(node) || /^(?:\w+\.)?[A-Z][A-Z0-9_]+$/.test(name(bare(node)));
  }

  /** `LIST.indexOf(x) >= 0`, `relative.indexOf(base) === 0`. */
  function ordered(left: Syntax, right: Syntax, word: string, outcome: boolean, subject: Subject): boolean {
    const call = bare(left);
    const bound = constants.constant(right);
    if (call.type !== 'call_expression' || !/\.(?:indexOf|search)\(/.test(name(call))) return false;
    const found = (word === '>=' && bound === 0) || (word === '>' && bound === -1);
    const missing = word === '<' && bound === 0;
    return (found || missing) && calls.decides(call, found === outcome, subject);
  }

  function equalityDecides(side: Syntax, other: Syntax, same: boolean, subject: Subject): boolean {
    const inner = bare(side);
    const value = constants.constant(other);
    if (inner.type === 'call_expression' && (value === -1 || value === 0)) {
      const callee = childOf(inner, 'function');
      if (callee !== null && /\.indexOf$/.test(name(callee)))
        return (
          calls.decides(inner, value === -1 ? !same : same, subject) || (value === 0 && begins(inner, same, subject))
        );
    }
    if (inner.type === 'unary_expression' && name(inner).startsWith('typeof')) {
      if (!same || !mentions(inner, subject)) return false;
      if (value === 'number' || value === 'boolean') return true;
      return value === 'string' && (subject.kind === 'nosql' || subject.kind === 'key' || subject.kind === 'data');
    }
    if (
      !same &&
      subject.kind === 'redirect' &&
      value === '//' &&
      /\.\s*(?:slice|substr(?:ing)?)\s*\(\s*0\s*,\s*2\s*\)$/.test(name(inner))
    )
      return mentions(inner, subject) && calls.isOwnPath(subject);
    if (same && subject.kind === 'path' && isPrefixOf(inner, other)) {
      const whole = childOf(childOf(inner, 'function') ?? inner, 'object');
      return whole !== null && mentions(whole, subject) && calls.prefixDecides(other, subject);
    }
    if (!same || !mentions(inner, subject)) return false;
    if (inner.type === 'call_expression') return subject.kind === 'path' && /\bcommonpath$/.test(calleeOf(inner));
    if (typeof value === 'string') return value !== '' || namesHost(inner, subject);
    if (typeof value === 'number') return !/\.length$/.test(name(inner));
    return (
      fixedElsewhere(other) ||
      (subject.kind === 'redirect' && isOwnHost(other)) ||
      (subject.kind === 'path' && isTestedFolder(inner, other))
    );
  }

  /**
   * `full === root || full.startsWith(root + sep)`, `path != root and root not in path.parents`: the folder itself is as good
   * as what stands below it. The beginning is decided beside it, and what it is compared with counts there.
   */
  function isTestedFolder(side: Syntax, other: Syntax): boolean {
    if (calls.isSentFolder(other)) return false;
    const folder = name(bare(other));
    let up = side.parent;
    while (up !== null && /^(?:binary|unary|parenthesized)_expression$|^not_operator$/.test(up.type)) {
      const text = name(up);
      if (
        ['startsWith(', 'startswith('].some((call) =>
          BEGINS_WITH.some((open) => text.includes(call + open + folder)),
        ) ||
        [`is_relative_to(${folder})`, `${folder} in `, `${folder} not in `].some((test) => text.includes(test))
      )
        return true;
      up = up.parent;
    }
    return false;
  }

  /** `full.substr(0, root.length) === root` says what `startsWith` says. */
  function isPrefixOf(call: Syntax, prefix: Syntax): boolean {
    const length = /\.\s*(?:slice|substr(?:ing)?)\s*\(\s*0\s*,\s*([\w.$]+)\.length\s*\)$/.exec(name(call))?.[1];
    return call.type === 'call_expression' && length === name(bare(prefix));
  }

  function calleeOf(call: Syntax): string {
    const callee = childOf(call, 'function');
    return callee === null ? '' : name(callee);
  }

  /** `file.indexOf(root) === 0`, `file.lastIndexOf(root, 0) === 0` say what `startsWith` says. */
  function begins(call: Syntax, same: boolean, subject: Subject): boolean {
    return same && calls.decides(call, true, subject, 'startsWith');
  }

  /** `event.origin !== window.location.origin`, `host === config.host`: compared with something the sender does not choose. */
  function fixedElsewhere(node: Syntax): boolean {
    const from = origins.origin(bare(node));
    return from !== null && /^~process\.env\.|^~location\.|^~[A-Z_]+$/.test(from);
  }

  /** `target.origin !== request.nextUrl.origin`: whoever follows a link sends the host it names, and cannot choose another. */
  function isOwnHost(node: Syntax): boolean {
    const text = name(bare(node));
    if (OWN_HOST.test(text)) return true;
    const object = /\.(?:origin|host|hostname)$/.test(text) ? childOf(bare(node), 'object') : null;
    return object !== null && OWN_ADDRESS.test(name(constants.resolved(object)));
  }

  return { decides, asserts, mentions };
}
