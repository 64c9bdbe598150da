import type { Binding } from './bindings.ts';
import type { Constants } from './constants.ts';
import type { SinkKind } from './facts.ts';
import { alternativesOf, coversAll, HARMED_BY_TEXT } from './forms.ts';
import type { LocalChecks } from './local-checks.ts';
import { createOwnPaths } from './own-paths.ts';
import type { Schemas } from './schemas.ts';
import type { Scopes } from './scopes.ts';
import { rootOf, type Subject, type Subjects } from './subjects.ts';
import { bare, childOf, FUNCTIONS, type Program, partsOf, type Syntax, unitAround } from './syntax.ts';

export interface CallDecisions {
  /** @param meaning the method that the call stands for, where that is not the one it names */
  decides(call: Syntax, outcome: boolean, subject: Subject, meaning?: string): boolean;
  /** Python's `in`: what `includes` is for a list, and for a text that is forbidden. */
  membership(member: Syntax, list: Syntax, outcome: boolean, subject: Subject): boolean;
  /** Whether a text that begins with this is settled. */
  prefixDecides(prefix: Syntax, subject: Subject): boolean;
  /** The folder that a prefix or a comparison names comes with the request. */
  isSentFolder(prefix: Syntax): boolean;
  /** The subject is made from the path of the request itself, which begins with a slash. */
  isOwnPath(subject: Subject): boolean;
}

/** Questions about a value's kind, presence or length: the answer leaves what a text says as open as before. */
const OF_KIND =
  /(?:^|[._])(?:is|has|assert)[._]?(?:not_?|non_?)?(?:array|string|str|text|object|plain_?object|dict|list|bytes|buffer|defined|undefined|nil|null|none|empty|blank|present|truthy|falsy|function|callable|iterable|set|values?|keys?|own|own_?property|attr|body|content|length|byte_?length|ascii|file|dir|directory|json|given|provided|missing|nullish|abs|absolute|link|symlink)(?:_?(?:string|str|array|text|object|value|file))?$/i;
/** Types of Python that hold any text. */
const OPEN_TYPES = /\b(?:str|bytes|bytearray|object|dict|list|tuple|set|Mapping|Sequence|Iterable|basestring|AnyStr)\b/;

/** A folder of this making is the sender's: what stands below it may be anywhere. */
const FROM_REQUEST =
  /\b(?:req|request|ctx|context|event|c)\b[\w.?]*\.(?:body|query|params|headers|cookies|args|form|json)\b/;

/** What a call in a test decides: membership, prefix, pattern, a validator by name. */
export function createCallDecisions(
  program: Program,
  scopes: Scopes,
  constants: Constants,
  subjects: Subjects,
  checks: LocalChecks,
  schemas: Schemas,
): CallDecisions {
  const ownPath = createOwnPaths(program, scopes);
  const { mentions, mentionsInside } = subjects;
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);

  function membership(member: Syntax, list: Syntax, outcome: boolean, subject: Subject): boolean {
    // pathlib: a folder is among the parents of a resolved path where the path stands below it.
    const above = subject.kind === 'path' && list.type === 'member_expression' ? childOf(list, 'property') : null;
    const path = above !== null && name(above) === 'parents' ? childOf(list, 'object') : null;
    if (path !== null) {
      const isOwn = name(path) === subject.text || name(path).startsWith(`${subject.text}.`);
      return outcome && isOwn && (subject.binding === null || resolvedPath(subject.binding));
    }
    return methodDecides(list, 'includes', member, outcome, subject);
  }

  function callDecides(call: Syntax, outcome: boolean, subject: Subject, meaning?: string): boolean {
    const callee = childOf(call, 'function');
    const list = childOf(call, 'arguments');
    if (callee === null || list === null) return false;
    const given = partsOf(list);
    const first = given[0];
    const matched = program.dialect === 'python' ? matching(call, outcome, subject) : null;
    if (matched !== null) return matched;
    if (callee.type === 'member_expression') {
      const object = childOf(callee, 'object');
      const property = childOf(callee, 'property');
      const method = meaning ?? (property === null ? '' : name(property));
      if (object !== null && first !== undefined && methodDecides(object, method, first, outcome, subject)) return true;
      if (object !== null && program.dialect === 'python' && ofPlainKind(method))
        return outcome && mentions(object, subject);
      if (object !== null && isInput(object)) return false;
      if (/^(?:some|find)$/.test(method) && first !== undefined && asksForPart(first, subject)) return false;
    }
    const word = name(callee);
    if (
      !/(?:^|\.|_)(?:is|valid|check|allow|verify|match|assert|ensure|can|has|within|inside|contains|some|every|safe)/i.test(
        word,
      )
    )
      return false;
    if (HARMED_BY_TEXT.has(subject.kind) && isSignatureCheck(word, given)) return false;
    // An operator of a query is an object, and a field to be stored was looked at: that a value is a text decides these.
    const isOperator = subject.kind === 'nosql' || subject.kind === 'data';
    if (isOperator && /is_?str(?:ing)?$/i.test(word))
      return outcome && given.some((part) => mentions(bare(part), subject));
    if (/isArray|isString|isObject|isDefined|isEmpty|hasOwnProperty|existsSync|exists$/.test(word)) return false;
    if (!isOperator && OF_KIND.test(word) && !FUNCTIONS.has(constants.resolved(callee).type)) return false;
    if (
      !isOperator &&
      /^is(?:instance|subclass)$/.test(word) &&
      given[1] !== undefined &&
      OPEN_TYPES.test(name(given[1]))
    )
      return false;
    return (
      outcome &&
      !checks.saysYes(callee) &&
      !checks.asksForEnding(callee) &&
      given.some((part) => mentions(bare(part), subject)) &&
      !schemas.leavesOpen(call, subject)
    );
  }

  /** `verify(secret, body, signature)`: who sent a text says nothing about what stands in it. */
  function isSignatureCheck(word: string, given: readonly Syntax[]): boolean {
    return /verif|sign|hmac/i.test(word) && given.some((part) => /secret|signature|hmac|\bsig\b/i.test(name(part)));
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
        return outcome && !about && mentionsInside(first, subject) && !asksForPart(first, subject);
      case 'startsWith':
      case 'startswith':
        if (!about) return false;
        if (!outcome) return isRefused(constants.constant(first), subject);
        return prefixDecides(first, subject);
      case 'is_relative_to':
        return (
          outcome && about && subject.kind === 'path' && (subject.binding === null || resolvedPath(subject.binding))
        );
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
        return outcome && (given || about);
      default:
        return false;
    }
  }

  /** `PREFIXES.some((each) => text.startsWith(each))`: what follows the part that is asked for is anything. */
  function asksForPart(callback: Syntax, { kind }: Subject): boolean {
    const body = childOf(callback, 'body');
    const callee = body === null || bare(body).type !== 'call_expression' ? null : childOf(bare(body), 'function');
    const property = callee === null ? null : childOf(callee, 'property');
    const object = callee === null ? null : childOf(callee, 'object');
    const method = property === null ? '' : name(property);
    if (object === null || !/^(?:startsWith|endsWith|includes|indexOf)$/.test(method)) return false;
    // `allowed.includes(text)`: the parameter holds whole values.
    const parameter = childOf(callback, 'parameter') ?? childOf(callback, 'parameters');
    if (
      parameter !== null &&
      name(parameter)
        .replace(/[()\s]/g, '')
        .split(/[:,=]/)[0] === name(object)
    )
      return false;
    return kind !== 'path' && kind !== 'url' && kind !== 'redirect';
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

  /** The folder of `root + sep` and `${root}/`, as it was worked out where it has a name. */
  function folderOf(prefix: Syntax): Syntax {
    const inner = bare(prefix);
    const part = inner.type === 'template_string' ? inner.children[0] : undefined;
    const start = inner.type === 'binary_expression' ? childOf(inner, 'left') : part && partsOf(part)[0];
    return start === null || start === undefined ? constants.resolved(inner) : folderOf(start);
  }

  function isSentFolder(prefix: Syntax): boolean {
    return FROM_REQUEST.test(name(folderOf(prefix)));
  }

  function prefixDecides(first: Syntax, subject: Subject): boolean {
    const prefix = constants.constant(first);
    switch (subject.kind) {
      case 'path':
        // Every absolute path begins at the top of the disk.
        if (typeof prefix === 'string' && /^[./\\]*$/.test(prefix)) return false;
        if (isSentFolder(first)) return false;
        return subject.binding === null || resolvedPath(subject.binding);
      case 'redirect':
        // `//host/` begins with a slash as well, and leads to another site (URL Standard, "path-relative-scheme-less-URL").
        if (prefix === '/')
          return /netloc|\.host|hostname|(['"`])\/[/\\]|charAt\(1\)|\[1\]|\^\\?\/(?:\(\?!|\[\^)/.test(
            name(unitAround(first)).slice(0, 5_000),
          );
        return typeof prefix !== 'string' || prefix.startsWith('/') || /^https?:\/\/[^/]+\//.test(prefix);
      case 'url':
        return typeof prefix !== 'string' || /^https?:\/\/[^/]+\/|^\//.test(prefix);
      default:
        return false;
    }
  }

  function isOwnPath({ binding }: Subject): boolean {
    return binding !== null && ownPath(binding);
  }

  /** A path may not begin with two dots, and one of this site not with two slashes: it leads to another then. */
  function isRefused(prefix: unknown, subject: Subject): boolean {
    if (subject.kind === 'path') return prefix === '..';
    return subject.kind === 'redirect' && prefix === '//' && isOwnPath(subject);
  }

  /** A prefix test says something about a path only once `..` is resolved. */
  function resolvedPath(binding: Binding): boolean {
    return binding.definitions.some((definition) => {
      if (definition.value === null) return false;
      return /(?:resolve(?:Path|d)?|normalize|realpath|realpathSync|relative|join|abspath)\s*\(/.test(
        name(definition.value),
      );
    });
  }

  function blacklists(first: Syntax, kind: SinkKind): boolean {
    const value = constants.constant(first);
    if (typeof value !== 'string') return false;
    // Without a slash a name stays where it is put.
    if (kind === 'path') return value.startsWith('..') || value === '/';
    if (kind === 'key') return value === '__proto__';
    return (kind === 'log' || kind === 'header') && /[\r\n]/.test(value);
  }

  /** Python's str methods that are true of letters, digits and the like alone ("Text Sequence Type"). */
  function ofPlainKind(method: string): boolean {
    return /^is(?:digit|alnum|alpha|decimal|numeric|identifier)$/.test(method);
  }

  /**
   * Python's `re.match(pattern, text)` and `pattern.match(text)`, `fullmatch` and `search` likewise; null where the call is
   * none of them. `fullmatch` covers the whole text by itself, `match` its beginning.
   */
  function matching(call: Syntax, outcome: boolean, subject: Subject): boolean | null {
    const callee = childOf(call, 'function');
    const list = childOf(call, 'arguments');
    const object = callee === null ? null : childOf(callee, 'object');
    const property = callee === null ? null : childOf(callee, 'property');
    if (list === null || object === null || property === null) return null;
    const how = name(property);
    if (!/^(?:match|fullmatch|search)$/.test(how)) return null;
    const [first, second, third] = partsOf(list);
    const made = constants.resolved(object);
    const isModule = /^(?:re|regex|re2)$/.test(name(object));
    const text = isModule ? second : first;
    if (text === undefined || !mentions(text, subject)) return false;
    const compiled = made.type === 'call_expression' ? childOf(made, 'arguments') : null;
    const [pattern, flags] = isModule ? [first, third] : compiled === null ? [] : partsOf(compiled);
    const source = pattern === undefined ? undefined : constants.constant(pattern);
    if (typeof source !== 'string')
      return outcome && /^[A-Z_]+$/.test(name(isModule && first !== undefined ? first : object));
    const covering =
      how === 'fullmatch'
        ? `^(?:${source})$`
        : alternativesOf(source)
            .map((each) => (how === 'match' ? `^${each.replace(/^\^|^\\A/, '')}` : each).replace(/\\Z$/, '$'))
            .join('|');
    const lines = flags !== undefined && /\bM(?:ULTILINE)?\b/.test(name(flags)) && how !== 'fullmatch';
    return sourceDecides(covering, lines, outcome, subject.kind);
  }

  /** A regular expression decides where it covers the whole text and leaves nothing open. */
  function patternDecides(pattern: Syntax, outcome: boolean, kind: SinkKind): boolean {
    const value = constants.resolved(pattern);
    if (value.type !== 'regex') return outcome && /^[A-Z_]+$/.test(name(pattern));
    const body = childOf(value, 'pattern');
    const flags = childOf(value, 'flags');
    if (body === null) return false;
    return sourceDecides(name(body), flags !== null && name(flags).includes('m'), outcome, kind);
  }

  /** @param lines whether `^` and `$` stand for the ends of any line */
  function sourceDecides(source: string, lines: boolean, outcome: boolean, kind: SinkKind): boolean {
    if (outcome)
      return (
        (!lines && coversAll(source) && !leavesOpen(source, kind)) ||
        ((kind === 'url' || kind === 'redirect') &&
          /^\^(?:https?:)?\\?\/\\?\/|^\^\\?\/\(\?!/.test(source) &&
          source.length > 9)
      );
    if (/^\[\^/.test(source)) return true;
    return kind === 'path' ? source.includes('\\.\\.') : kind === 'shell' && /^\[.*[;&|$`].*\]$/.test(source);
  }

  return { decides: callDecides, membership, prefixDecides, isSentFolder, isOwnPath };
}

/** What a class such as `[^,]` has to leave out for a text of it to do no harm. */
const LEFT_OUT: Readonly<Partial<Record<SinkKind, RegExp>>> = { path: /\//, shell: /[;&|$`]/, key: /_/ };

/** A class of everything but some signs lets the dangerous ones through; any word may be `__proto__`. */
export function leavesOpen(source: string, kind: SinkKind): boolean {
  const wanted = LEFT_OUT[kind];
  if (wanted === undefined) return false;
  const classes = [...source.matchAll(/\[\^((?:\\.|[^\]\\])*)\]/g)];
  if (classes.some(([, out = '']) => !wanted.test(out))) return true;
  return kind === 'key' && /\\[wS]|\[(?!\^)[^\]]*_/.test(source);
}
