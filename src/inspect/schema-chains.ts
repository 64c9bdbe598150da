import type { Constants } from './constants.ts';
import type { Handler } from './facts.ts';
import { alternativesOf, coversAll, type Leaves } from './forms.ts';
import { bare, childOf, type Program, partsOf, type Syntax } from './syntax.ts';

/**
 * Rules of express-validator that stand before a handler (its documentation, "Validation Chain"): they note what is wrong,
 * and hold nothing back until somebody asks for the result.
 */
export interface Chains {
  /** Whether a request that breaks a rule is turned away before the handler goes on. */
  areEnforced(handler: Handler): boolean;
  has(handler: Handler): boolean;
  /**
   * What the rules leave of a field.
   * @param part `body`, `query`, `params` …; empty for what `matchedData` puts together
   */
  leaves(handler: Handler, part: string, field: readonly string[]): ChainLeaves;
}

export interface ChainLeaves {
  readonly leaves: Leaves;
  /** It is a text, a number or the like, and no object with operators. */
  readonly isPlain: boolean;
}

interface Rule {
  readonly method: string;
  readonly given: readonly Syntax[];
}

interface Chain {
  readonly maker: string;
  readonly fields: readonly string[];
  readonly rules: readonly Rule[];
}

const MAKERS: ReadonlyMap<string, RegExp> = new Map([
  ['body', /^body$/],
  ['query', /^query$/],
  ['param', /^params$/],
  ['header', /^headers$/],
  ['cookie', /^cookies$/],
  ['check', /^(?:body|query|params|headers|cookies)$/],
]);
/** Validators of numbers, of one of a list, and of forms without signs that could break out of their place. */
const CLOSING =
  /^(?:isInt|isFloat|isNumeric|isDecimal|isBoolean|isUUID|isULID|isMongoId|isAlphanumeric|isAlpha|isIn|isHexadecimal|isHexColor|isOctal|isISO8601|isISO31661Alpha[23]|isISO4217|isRFC3339|isDate|isTime|isIP|isIPRange|isMACAddress|isJWT|isPort|isMD5|isHash|isCreditCard|isLatLong|isMobilePhone|isSlug|isSemVer|isDivisibleBy|isFQDN|isLocale|isISSN|isISBN|isVAT|equals)$/;
/** These change the value whatever it was, and whoever asks. */
const CHANGING = /^(?:toInt|toFloat|toBoolean|toDate)$/;
/** A text comes out of these, or nothing else passes. */
const PLAIN = /^(?:isString|trim|ltrim|rtrim|normalizeEmail|escape|toLowerCase|toUpperCase|stripLow|blacklist)$/;
const MAX_RULES = 60;
const MAX_DEPTH = 4;

const NOT_SAID: ChainLeaves = { leaves: 'unknown', isPlain: false };

export function createChains(program: Program, constants: Constants): Chains {
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);

  function has(handler: Handler): boolean {
    return chainsBefore(handler).chains.length > 0;
  }

  function areEnforced(handler: Handler): boolean {
    return turnsAway(handler.node) || chainsBefore(handler).others.some(asks);
  }

  /** A handler, or a function before it, that asks for the result and leaves where there is something in it. */
  function turnsAway(fn: Syntax): boolean {
    const asked = name(fn).split(/\bvalidationResult\s*\(|\bvalidationResult\.withDefaults/)[1];
    return (
      asked !== undefined &&
      /\.throw\(|(?:isEmpty\(\)|\.length)[\s\S]{0,300}?\b(?:return|throw|next\(\s*[^)\s])/.test(asked)
    );
  }

  /** What is imported is taken at its name. */
  function asks(middleware: Syntax): boolean {
    const value = constants.resolved(middleware);
    if (/function|method/.test(value.type)) return turnsAway(value);
    if (value.type === 'identifier' && program.text.includes(`function ${name(value)}(`))
      return turnsAway(declared(name(value)) ?? value);
    return /valid|check|error|result|reject|input/i.test(name(childOf(value, 'function') ?? value));
  }

  function declared(called: string): Syntax | null {
    return (
      (program.byType.get('function_declaration') ?? []).find((fn) => {
        const at = childOf(fn, 'name');
        return at !== null && name(at) === called;
      }) ?? null
    );
  }

  function leaves(handler: Handler, part: string, field: readonly string[]): ChainLeaves {
    const { chains, others } = chainsBefore(handler);
    const isMatched = part === '';
    const about = chains.filter(
      (chain) =>
        (isMatched || MAKERS.get(chain.maker)?.test(part) === true) && chain.fields.some((each) => names(each, field)),
    );
    // What no rule names is left out of the matched data.
    if (about.length === 0)
      return isMatched && chains.length > 0 && others.every(isKnown) ? { leaves: 'nothing', isPlain: true } : NOT_SAID;
    const enforced = isMatched || areEnforced(handler);
    const all = about.map((chain) => left(chain.rules, enforced));
    return {
      leaves: all.find((each) => each.leaves === 'nothing')?.leaves ?? all[0]?.leaves ?? 'unknown',
      isPlain: all.some((each) => each.isPlain),
    };
  }

  function isKnown(middleware: Syntax): boolean {
    return /function/.test(constants.resolved(middleware).type);
  }

  /** `items.*.id` of `req.body.items[0].id` */
  function names(written: string, field: readonly string[]): boolean {
    const parts = written.split('.');
    return (
      parts.length <= field.length &&
      parts.every((part, index) => part === field[index] || part === '*' || part === '**' || field[index] === '*')
    );
  }

  function left(rules: readonly Rule[], enforced: boolean): ChainLeaves {
    let found: Leaves = 'text';
    let isPlain = false;
    let isTurned = false;
    let mayBeSkipped = false;
    for (const { method, given } of rules) {
      const counts = enforced && !isTurned && !mayBeSkipped;
      if (method === 'if') mayBeSkipped = true;
      isTurned = method === 'not';
      const closes = CHANGING.test(method) || (counts && (CLOSING.test(method) || isForm(method, given)));
      if (closes) found = 'nothing';
      else if (found === 'text' && method === 'escape') found = 'escaped';
      else if (found === 'text' && method === 'isEmail' && counts) found = 'address';
      else if (found === 'text' && counts && /^custom(?:Sanitizer)?$/.test(method)) found = 'unknown';
      if (closes || found === 'address' || (PLAIN.test(method) && (counts || method !== 'isString'))) isPlain = true;
    }
    return { leaves: found, isPlain };
  }

  /** `matches(/^[\w-]+$/)`, `whitelist('a-z0-9')` */
  function isForm(method: string, [first]: readonly Syntax[]): boolean {
    if (first === undefined) return false;
    if (method === 'whitelist') return /^[\w\\-]+$/.test(String(constants.constant(first) ?? ' '));
    if (method !== 'matches') return false;
    const value = constants.resolved(first);
    const body = value.type === 'regex' ? childOf(value, 'pattern') : null;
    const flags = value.type === 'regex' ? childOf(value, 'flags') : null;
    const source = body === null ? constants.constant(first) : name(body);
    return (
      typeof source === 'string' &&
      coversAll(source) &&
      alternativesOf(source).length > 0 &&
      !(flags !== null && name(flags).includes('m'))
    );
  }

  /** The chains among what stands before a handler, in lists and in calls that are handed lists, and what is none. */
  function chainsBefore(handler: Handler): { readonly chains: readonly Chain[]; readonly others: readonly Syntax[] } {
    const chains: Chain[] = [];
    const others: Syntax[] = [];
    const visit = (node: Syntax, depth: number): void => {
      const value = constants.resolved(node);
      if (depth > MAX_DEPTH) return;
      if (value.type === 'array' || value.type === 'spread_element') {
        for (const part of partsOf(value)) visit(part, depth + 1);
        return;
      }
      const found = value.type === 'call_expression' ? chainsOf(value) : [];
      chains.push(...found);
      if (found.length > 0) return;
      others.push(node);
      // `validate([body('name').isString()])`
      const list = value.type === 'call_expression' ? childOf(value, 'arguments') : null;
      for (const part of list === null ? [] : partsOf(list)) {
        const given = constants.resolved(part);
        if (given.type === 'array' || given.type === 'call_expression') visit(given, depth + 1);
      }
    };
    for (const middleware of handler.middleware) visit(middleware, 0);
    return { chains, others };
  }

  function chainsOf(call: Syntax): readonly Chain[] {
    const rules: Rule[] = [];
    let at: Syntax = call;
    while (rules.length < MAX_RULES) {
      const callee = childOf(at, 'function');
      const list = childOf(at, 'arguments');
      if (callee === null || list === null) return [];
      const given = partsOf(list);
      const object = callee.type === 'member_expression' ? childOf(callee, 'object') : null;
      const method = name((callee.type === 'member_expression' ? childOf(callee, 'property') : null) ?? callee);
      const inner = object === null ? null : bare(object);
      if (inner?.type === 'call_expression') {
        rules.unshift({ method, given });
        at = inner;
        continue;
      }
      if (method === 'checkSchema') return ofSchema(given);
      return MAKERS.has(method) ? [{ maker: method, fields: fieldsOf(given[0]), rules }] : [];
    }
    return [];
  }

  function fieldsOf(first: Syntax | undefined): readonly string[] {
    if (first === undefined) return [];
    const value = constants.resolved(first);
    return (value.type === 'array' ? partsOf(value) : [value])
      .map((each) => constants.constant(each))
      .filter((each) => typeof each === 'string');
  }

  /** `checkSchema({ id: { in: ['query'], isInt: true } })` */
  function ofSchema([first, second]: readonly Syntax[]): readonly Chain[] {
    const table = first === undefined ? null : constants.object(first);
    return (table?.children ?? []).flatMap((pair) => {
      const key = childOf(pair, 'key');
      const value = childOf(pair, 'value');
      const rules = value === null ? null : constants.object(value);
      if (key === null || rules === null) return [];
      const given = constants.property(rules, 'in') ?? second;
      const places = given === undefined ? [] : fieldsOf(given);
      const makers = places.length === 0 ? ['check'] : places.map((each) => each.replace(/s$/, ''));
      return makers.map((maker) => ({
        maker,
        fields: [name(key).replace(/^['"]|['"]$/g, '')],
        rules: rulesOf(rules),
      }));
    });
  }

  /** A rule of a schema is `true`, or a table with its `options`; `false` takes it out. */
  function rulesOf(table: Syntax): readonly Rule[] {
    return table.children.flatMap((pair) => {
      const key = childOf(pair, 'key');
      const value = childOf(pair, 'value');
      if (key === null || value === null || constants.constant(value) === false) return [];
      const options = constants.object(value);
      const given = options === null ? null : constants.property(options, 'options');
      const first = given === null ? undefined : given.type === 'array' ? partsOf(given)[0] : given;
      const turned = options === null ? null : constants.property(options, 'negated');
      const rule = { method: name(key), given: first === undefined ? [] : [first] };
      return turned !== null && constants.constant(turned) === true ? [{ method: 'not', given: [] }, rule] : [rule];
    });
  }

  return { areEnforced, has, leaves };
}
