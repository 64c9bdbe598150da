import type { Binding } from './bindings.ts';
import type { Constants } from './constants.ts';
import type { SinkKind } from './facts.ts';
import { returnsOf } from './functions.ts';
import type { Origins } from './origins.ts';
import type { Scopes } from './scopes.ts';
import { bare, childOf, descendantsOf, FUNCTIONS, type Program, partsOf, type Syntax } from './syntax.ts';

/** What a test decides about a value, and what it speaks of. */
export interface Decisions {
  /** Whether the subject is settled once `condition` came out as `outcome`. */
  decides(condition: Syntax, outcome: boolean, subject: Subject): boolean;
  /** Whether a call throws unless the subject is as it should be. */
  asserts(call: Syntax, subject: Subject): boolean;
  mentions(node: Syntax, subject: Subject): boolean;
}

/** The use whose value a test may decide. */
export interface Subject {
  readonly text: string;
  readonly binding: Binding | null;
  readonly kind: SinkKind;
  /** False where only a member of the subject is used: a test of another member says nothing about it. */
  readonly whole: boolean;
}

export function createDecisions(program: Program, scopes: Scopes, constants: Constants, origins: Origins): Decisions {
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  /** Names whose definitions are being looked at: one may be made from itself. */
  const following = new Set<Binding>();
  const mentionsCache = new Map<Syntax, ReadonlySet<Binding>>();

  /** A call that throws when its argument is not as it should be. */
  function asserts(call: Syntax, subject: Subject): boolean {
    if (call.type !== 'call_expression') return false;
    const callee = childOf(call, 'function');
    const list = childOf(call, 'arguments');
    if (callee === null || list === null) return false;
    const words = name(callee);
    if (!/(?:valid|assert|ensure|verify|check|sanit|guard|authori|allow|must|schema\.parse)/i.test(words)) return false;
    if (/^(?:console|log)/.test(words)) return false;
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
    if (test.type === 'binary_expression') return comparisonDecides(test, outcome, subject);
    if (test.type === 'call_expression') return callDecides(test, outcome, subject);
    if (test.type === 'subscript_expression') {
      const object = childOf(test, 'object');
      const index = childOf(test, 'index');
      return (
        outcome && object !== null && index !== null && constants.isConstantTable(object) && mentions(index, subject)
      );
    }
    if (test.type === 'identifier') return variableDecides(test, outcome, subject);
    if (test.type === 'member_expression' && /\.(?:success|valid|isValid|ok)$/.test(name(test)))
      return outcome && derived(test, subject);
    if (test.type === 'member_expression' && /\.error$/.test(name(test))) return !outcome && derived(test, subject);
    return false;
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
      return /^errors?$/.test(String(only.path.at(-1))) && !outcome && mentions(only.value, subject);
    const value = bare(only.value);
    // A row found in a constant table: `const row = TABLE[x]; if (!row) return;`
    if (value.type === 'subscript_expression' || value.type === 'call_expression') {
      const list = childOf(value, 'arguments');
      if (
        value.type === 'call_expression' &&
        list !== null &&
        /\.(?:match|exec)$/.test(name(childOf(value, 'function') ?? value))
      )
        return callDecides(value, outcome, subject);
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
    if (word === 'in')
      return outcome && mentions(left, subject) && (constants.isConstantTable(right) || /^[A-Z_]+$/.test(name(right)));
    if (word === 'not in')
      return !outcome && mentions(left, subject) && (constants.isConstantTable(right) || /^[A-Z_]+$/.test(name(right)));
    const equal = word === '===' || word === '==';
    if (!equal && word !== '!==' && word !== '!=') return ordered(left, right, word, outcome, subject);
    return (
      equalityDecides(left, right, equal === outcome, subject) ||
      equalityDecides(right, left, equal === outcome, subject)
    );
  }

  /** `LIST.indexOf(x) >= 0`, `relative.indexOf(base) === 0`. */
  function ordered(left: Syntax, right: Syntax, word: string, outcome: boolean, subject: Subject): boolean {
    const call = bare(left);
    const bound = constants.constant(right);
    if (call.type !== 'call_expression' || !/\.(?:indexOf|search)\(/.test(name(call))) return false;
    const found = (word === '>=' && bound === 0) || (word === '>' && bound === -1);
    const missing = word === '<' && bound === 0;
    return (found || missing) && callDecides(call, found === outcome, subject);
  }

  function equalityDecides(side: Syntax, other: Syntax, same: boolean, subject: Subject): boolean {
    const inner = bare(side);
    const value = constants.constant(other);
    if (inner.type === 'call_expression' && (value === -1 || value === 0)) {
      const callee = childOf(inner, 'function');
      if (callee !== null && /\.indexOf$/.test(name(callee)))
        return callDecides(inner, value === -1 ? !same : same, subject);
    }
    if (inner.type === 'unary_expression' && name(inner).startsWith('typeof')) {
      if (!same || !mentions(inner, subject)) return false;
      if (value === 'number' || value === 'boolean') return true;
      return value === 'string' && (subject.kind === 'nosql' || subject.kind === 'key' || subject.kind === 'data');
    }
    if (!same || !mentions(inner, subject)) return false;
    if (inner.type === 'call_expression') return false;
    if (typeof value === 'string') return value !== '';
    if (typeof value === 'number') return !/\.length$/.test(name(inner));
    return fixedElsewhere(other);
  }

  /** `event.origin !== window.location.origin`, `host === config.host`: compared with something the sender does not choose. */
  function fixedElsewhere(node: Syntax): boolean {
    const from = origins.origin(bare(node));
    return from !== null && /^~process\.env\.|^~location\.|^~[A-Z_]+$/.test(from);
  }

  function callDecides(call: Syntax, outcome: boolean, subject: Subject): boolean {
    const callee = childOf(call, 'function');
    const list = childOf(call, 'arguments');
    if (callee === null || list === null) return false;
    const given = partsOf(list);
    const first = given[0];
    if (callee.type === 'member_expression') {
      const object = childOf(callee, 'object');
      const property = childOf(callee, 'property');
      const method = property === null ? '' : name(property);
      if (object !== null && first !== undefined && methodDecides(object, method, first, outcome, subject)) return true;
    }
    const word = name(callee);
    if (
      !/(?:^|\.|_)(?:is|valid|check|allow|verify|match|assert|ensure|can|has|within|inside|contains|some|every|safe)/i.test(
        word,
      )
    )
      return false;
    if (/isArray|isString|isObject|isDefined|isEmpty|hasOwnProperty|existsSync|exists$/.test(word)) return false;
    return outcome && !alwaysPasses(callee) && given.some((part) => mentions(bare(part), subject));
  }

  /** A validator of this file that says yes to everything is none. */
  function alwaysPasses(callee: Syntax): boolean {
    const value = constants.resolved(callee);
    if (!FUNCTIONS.has(value.type)) return false;
    const returned = returnsOf(value);
    return returned.length > 0 && returned.every((each) => constants.constant(each) === true);
  }

  function methodDecides(object: Syntax, method: string, first: Syntax, outcome: boolean, subject: Subject): boolean {
    const about = mentions(object, subject);
    const given = mentions(first, subject);
    switch (method) {
      case 'includes':
      case 'has':
      case 'indexOf':
      case 'hasOwnProperty':
      case 'call':
      case 'hasOwn':
      case 'get':
        if (given && !about) return outcome;
        return about && !outcome && blacklists(first, subject.kind);
      case 'some':
      case 'find':
        return outcome && !about && mentionsInside(first, subject);
      case 'startsWith':
      case 'startswith':
        if (!about) return false;
        if (!outcome) return subject.kind === 'path' && constants.constant(first) === '..';
        return prefixDecides(first, subject);
      case 'endsWith':
      case 'endswith':
        return (
          outcome &&
          about &&
          (subject.kind === 'url' || subject.kind === 'redirect') &&
          /^\.?[\w-]+\./.test(String(constants.constant(first) ?? ''))
        );
      case 'test':
        return given && patternDecides(object, outcome, subject.kind);
      case 'match':
      case 'fullmatch':
        return (about && patternDecides(first, outcome, subject.kind)) || (given && outcome);
      case 'isInteger':
      case 'isSafeInteger':
      case 'isFinite':
      case 'isdigit':
      case 'isalnum':
        return outcome && (given || about);
      default:
        return false;
    }
  }

  function prefixDecides(first: Syntax, subject: Subject): boolean {
    const prefix = constants.constant(first);
    switch (subject.kind) {
      case 'path':
        return subject.binding === null || resolvedPath(subject.binding);
      case 'redirect':
        return typeof prefix !== 'string' || prefix.startsWith('/') || /^https?:\/\/[^/]+\//.test(prefix);
      case 'url':
        return typeof prefix !== 'string' || /^https?:\/\/[^/]+\/|^\//.test(prefix);
      default:
        return false;
    }
  }

  /** A prefix test says something about a path only once `..` is resolved. */
  function resolvedPath(binding: Binding): boolean {
    return binding.definitions.some((definition) => {
      if (definition.value === null) return false;
      return /(?:resolve|normalize|realpath|realpathSync|relative|join|abspath)\s*\(/.test(name(definition.value));
    });
  }

  function blacklists(first: Syntax, kind: SinkKind): boolean {
    const value = constants.constant(first);
    if (typeof value !== 'string') return false;
    if (kind === 'path') return value.startsWith('..');
    if (kind === 'key') return value === '__proto__';
    return (kind === 'log' || kind === 'header') && /[\r\n]/.test(value);
  }

  /** A regular expression decides where it covers the whole text and leaves nothing open. */
  function patternDecides(pattern: Syntax, outcome: boolean, kind: SinkKind): boolean {
    const value = constants.resolved(pattern);
    if (value.type !== 'regex') return outcome && /^[A-Z_]+$/.test(name(pattern));
    const body = childOf(value, 'pattern');
    if (body === null) return false;
    const source = name(body);
    const covers = /^\^.*\$$/.test(source) && !/\.[*+]/.test(source);
    if (outcome)
      return (
        covers ||
        ((kind === 'url' || kind === 'redirect') &&
          /^\^(?:https?:)?\\\/\\\/|^\^\\\/\(\?!/.test(source) &&
          source.length > 14)
      );
    if (/^\[\^/.test(source)) return true;
    return kind === 'path' ? source.includes('\\.\\.') : kind === 'shell' && /^\[.*[;&|$`].*\]$/.test(source);
  }

  function mentionsInside(node: Syntax, subject: Subject): boolean {
    for (const inner of descendantsOf(node)) if (inner.type === 'identifier' && sameName(inner, subject)) return true;
    return false;
  }

  /** The expression is the subject, a part of it, or made from it. */
  function mentions(node: Syntax, subject: Subject): boolean {
    const inner = bare(node);
    if (name(inner) === subject.text) return true;
    if (subject.binding === null) return false;
    if (
      inner.type === 'call_expression' ||
      inner.type === 'unary_expression' ||
      inner.type === 'new_expression' ||
      inner.type === 'binary_expression' ||
      inner.type === 'template_string' ||
      inner.type === 'array'
    )
      return mentionsInside(inner, subject);
    const root = rootOf(inner);
    if (root === null) return mentionsInside(inner, subject);
    if (sameName(root, subject))
      return inner === root || !name(inner).includes('(') ? sameMember(inner, subject) : false;
    const binding = scopes.lookup(root);
    return binding !== null && (usedBy(binding).has(subject.binding) || usedBy(subject.binding).has(binding));
  }

  /** A test of `req.body.kind` says nothing about `req.body.command`. */
  function sameMember(inner: Syntax, subject: Subject): boolean {
    const tested = name(inner).replaceAll('?.', '.');
    const used = subject.text.replaceAll('?.', '.');
    if (tested === used || used.startsWith(`${tested}.`) || used.startsWith(`${tested}[`)) return true;
    if (subject.whole && tested.startsWith(`${used}.`)) return true;
    // The host decides where a request goes, whichever form of the address is used then.
    const host = /^(.+)\.(?:host|hostname|origin)$/.exec(tested)?.[1];
    return (subject.kind === 'url' || subject.kind === 'redirect') && host !== undefined && used.startsWith(host);
  }

  function sameName(node: Syntax, subject: Subject): boolean {
    return subject.binding !== null && scopes.lookup(node) === subject.binding;
  }

  function derived(test: Syntax, subject: Subject): boolean {
    const root = rootOf(test);
    const binding = root === null ? null : scopes.lookup(root);
    return (
      binding !== null &&
      subject.binding !== null &&
      (usedBy(binding).has(subject.binding) || binding === subject.binding)
    );
  }

  /** The names a binding's values are made from, one hop deep. */
  function usedBy(binding: Binding): ReadonlySet<Binding> {
    const cached = mentionsCache.get(binding.declaration);
    if (cached !== undefined) return cached;
    const found = new Set<Binding>();
    mentionsCache.set(binding.declaration, found);
    if (binding.kind !== 'variable') return found;
    for (const definition of binding.definitions) {
      if (definition.value === null || definition.value.end - definition.value.start > 400) continue;
      for (const node of descendantsOf(definition.value)) {
        if (node.type !== 'identifier') continue;
        const used = scopes.lookup(node);
        if (
          used !== null &&
          used.kind !== 'import' &&
          used.kind !== 'function' &&
          used !== binding &&
          !isRequestLike(used.name)
        )
          found.add(used);
      }
    }
    return found;
  }

  return { decides, asserts, mentions };
}

/** Everything in a handler is made from its request: that is no sign of one value being checked by a test of another. */
function isRequestLike(word: string): boolean {
  return /^(?:req|request|ctx|context|event|c|res|response|self|this)$/.test(word);
}

/** The name an access path starts with: `a` of `a.b[c]`. */
export function rootOf(node: Syntax): Syntax | null {
  let inner = bare(node);
  for (;;) {
    if (inner.type === 'identifier' || inner.type === 'shorthand_property_identifier') return inner;
    if (inner.type !== 'member_expression' && inner.type !== 'subscript_expression') return null;
    const object = childOf(inner, 'object');
    if (object === null) return null;
    inner = bare(object);
  }
}
