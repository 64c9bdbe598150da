import type { Binding } from './bindings.ts';
import type { Constants } from './constants.ts';
import type { SinkKind } from './facts.ts';
import type { LocalChecks } from './local-checks.ts';
import { rootOf, type Subject, type Subjects } from './subjects.ts';
import { bare, childOf, type Program, partsOf, type Syntax } from './syntax.ts';

/** What a call in a test decides: membership, prefix, pattern, a validator by name. */
export function createCallDecisions(
  program: Program,
  constants: Constants,
  subjects: Subjects,
  checks: LocalChecks,
): (call: Syntax, outcome: boolean, subject: Subject, meaning?: string) => boolean {
  const { mentions, mentionsInside } = subjects;
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);

  /** `meaning`: the method that the call stands for, where that is not the one it names. */
  function callDecides(call: Syntax, outcome: boolean, subject: Subject, meaning?: string): boolean {
    const callee = childOf(call, 'function');
    const list = childOf(call, 'arguments');
    if (callee === null || list === null) return false;
    const given = partsOf(list);
    const first = given[0];
    if (callee.type === 'member_expression') {
      const object = childOf(callee, 'object');
      const property = childOf(callee, 'property');
      const method = meaning ?? (property === null ? '' : name(property));
      if (object !== null && first !== undefined && methodDecides(object, method, first, outcome, subject)) return true;
      if (object !== null && isInput(object)) return false;
    }
    const word = name(callee);
    if (
      !/(?:^|\.|_)(?:is|valid|check|allow|verify|match|assert|ensure|can|has|within|inside|contains|some|every|safe)/i.test(
        word,
      )
    )
      return false;
    if (/isArray|isString|isObject|isDefined|isEmpty|hasOwnProperty|existsSync|exists$/.test(word)) return false;
    return outcome && !checks.saysYes(callee) && given.some((part) => mentions(bare(part), subject));
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
        if (given && !about) return outcome && !isInput(object);
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

  /** A list that comes with the request allows whatever the sender likes. */
  function isInput(list: Syntax): boolean {
    const root = rootOf(list);
    return (
      root !== null &&
      /^(?:req|request|ctx|context|event|c)$/.test(name(root)) &&
      /\b(?:body|query|params|headers|cookies|args|form|json)\b/.test(name(list))
    );
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
          source.length > 9)
      );
    if (/^\[\^/.test(source)) return true;
    return kind === 'path' ? source.includes('\\.\\.') : kind === 'shell' && /^\[.*[;&|$`].*\]$/.test(source);
  }

  return callDecides;
}
