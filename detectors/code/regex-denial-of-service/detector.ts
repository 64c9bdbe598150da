import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Flow, Syntax } from '../../../src/inspect/facts.ts';
import { oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';
import { taintedSinks } from '../support/tainted.ts';
import { costBound } from './cost.ts';
import { type Complexity, fullCheck } from './full-check.ts';
import { isSquareOnTrial } from './trial.ts';
import { provenLinear, provenUnambiguous } from './unambiguous.ts';

const rule = codeRule({
  id: 'regex-denial-of-service',
  shortDescription: 'A regular expression can take exponential time, or is built from input',
  help: 'Where an expression can match the same text in many ways, a short input makes the engine try them all and the process stands still. Let neighbouring parts not match the same characters, take nested repetitions apart, bound the length of the input, or use an engine without backtracking; escape text that becomes part of an expression.',
  cwe: [1333, 400],
  level: 'warning',
  confidence: 'high',
});

const REWRITE =
  'Rewrite the expression so that no text can match in two ways, or bound the length of the input before matching.';
const ESCAPE = 'Escape the value before it becomes part of the expression, or search for it with includes().';
const MAX_LENGTH = 1_500;
const MAX_REMEMBERED = 5_000;
/**
 * Atoms up to which an expression is checked: the cost of the check grows fast with them, and a limit by size gives the
 * same answer on every machine, which a limit by time does not.
 */
const MAX_NESTED_SIZE = 160;
const MAX_PARAMETER_SIZE = 20;

const bounds = new Map<string, number | null>();

function boundOf({ source, flags }: Used): number | null {
  const key = `${flags}/${source}`;
  const known = bounds.get(key);
  if (known !== undefined) return known;
  const bound = costBound(source, flags);
  if (bounds.size >= MAX_REMEMBERED) bounds.clear();
  bounds.set(key, bound);
  return bound;
}

/** Every expression is checked for ambiguity; expressions built at run time are followed back to their source. */
export const regexDenialOfService: CodeDetector = {
  rule,
  triggers:
    /(?:[=(,:[!&|?;{}>]|return|^)\s*\/(?![*/])[^\n]*[*+}]|RegExp|\bre\.|re_path|Regex|\.(?:match|matchAll|search)\(\s*[^/\s)]/m,
  detect: (facts) => [...literals(facts), ...constructed(facts), ...built(facts)],
};

interface Used {
  readonly node: Syntax;
  readonly source: string;
  readonly flags: string;
  /** The text that is matched right here: Python's `re.match(expression, text)`. */
  readonly text: Syntax | undefined;
}

function literals(facts: FileFacts): readonly Detection[] {
  return facts.nodes('regex').flatMap((node) => {
    const pattern = fieldOf(node, 'pattern');
    const flags = fieldOf(node, 'flags');
    if (pattern === undefined) return [];
    return judge(facts, {
      node,
      source: facts.text(pattern),
      flags: flags === undefined ? '' : facts.text(flags),
      text: undefined,
    });
  });
}

function constructed(facts: FileFacts): readonly Detection[] {
  return facts.callsLike({ from: CONSTRUCTORS }).flatMap((call) => {
    const first = call.arguments[0] ?? call.keywords.get('regex');
    if (first === undefined) return [];
    const source = facts.constant(first);
    if (typeof source !== 'string') return [];
    const written = source.replace(/\(\?P</g, '(?<');
    return judge(facts, {
      node: call.node,
      source: anchored(facts, call, written),
      flags: '',
      text: call.arguments[TEXT_AT[call.origin ?? ''] ?? call.arguments.length],
    });
  });
}

/** Where Python's functions take the text that is matched. */
const TEXT_AT: Readonly<Record<string, number>> = {
  're.match': 1,
  're.search': 1,
  're.fullmatch': 1,
  're.findall': 1,
  're.finditer': 1,
  're.split': 1,
  're.sub': 2,
};

/**
 * `re.match` and `re.fullmatch` try the start of the text only, and so do the methods of a compiled expression;
 * `fullmatch` fails, and takes back, where the text goes on.
 */
function anchored(facts: FileFacts, call: Call, source: string): string {
  const methods =
    call.origin === 're.compile'
      ? usesOf(facts, call.node).map(({ parent }) => (parent === null ? '' : facts.text(parent)))
      : [call.origin ?? ''];
  const all = (pattern: RegExp) => methods.length > 0 && methods.every((each) => pattern.test(each));
  if (!all(/\.(?:full)?match$/)) return source;
  return methods.some((each) => /\.fullmatch$/.test(each)) ? `^(?:${source})$` : `^(?:${source})`;
}

/** Python's `re`, and what hands its first argument to it: routes and validators of Django and WTForms (their documentation). */
const CONSTRUCTORS = oneOf(
  /^~RegExp$|^re\.(?:compile|match|search|fullmatch|sub|findall|split|finditer)$|^django\.(?:urls\.re_path|conf\.urls\.url|core\.validators\.RegexValidator)$|^wtforms\.validators\.Regexp$|^marshmallow\.validate\.Regexp$/,
);

function judge(facts: FileFacts, used: Used): readonly Detection[] {
  if (!/[*+{]/.test(used.source)) return [];
  if (used.source.length > MAX_LENGTH) return tooLong(facts, used);
  const repetitions = repetitionsOf(used.source);
  if ((repetitions === 0 && !hasRepeatedGroup(used)) || provenLinear(used.source, used.flags)) return [];
  const nested = mayBeExponential(used);
  if (repetitions === 0 && !nested) return [];
  const texts = textsOf(facts, used);
  // What nobody outside reaches costs time only where the expression is exponential.
  if (!nested && texts.length === 0) return [];
  const bound = boundOf(used);
  if (bound === 1) return [];
  const flow = firstFlow(facts, texts);
  if (bound === 2 && flow?.strength !== 'remote' && flow?.strength !== 'parameter') return [];
  if (!nested && !matters(used, flow, repetitions)) return [];
  if (sizeOf(used.source) > MAX_NESTED_SIZE) return nested ? undecided(facts, used, flow) : [];
  if (bound === 2 && isSquareOnTrial(used.source, used.flags))
    return vulnerable(facts, used, { type: 'polynomial', degree: 2 }, flow);
  const flags = used.flags.replace(/[^imsuy]/g, '');
  const { status, complexity } = fullCheck(withoutUnsupported(used.source), flags, nested ? 'nested' : 'flat');
  if (status === 'unknown' && nested) return undecided(facts, used, flow);
  if (status !== 'vulnerable' || complexity === undefined) return [];
  return vulnerable(facts, used, complexity, flow);
}

/** With one repetition alone (`/+$`), an exported helper is too ordinary to be worth a finding. */
function matters({ source }: Used, flow: Flow | null, repetitions: number): boolean {
  if (flow?.strength === 'remote') return true;
  return flow?.strength === 'parameter' && repetitions > 1 && sizeOf(source) <= MAX_PARAMETER_SIZE;
}

/** Exponential time needs a repeated group; the proof takes away those that no text can match in two ways. */
function mayBeExponential(used: Used): boolean {
  return hasRepeatedGroup(used) && !provenUnambiguous(used.source, used.flags);
}

function hasRepeatedGroup({ source }: Used): boolean {
  return /\)(?:[*+]|\{\d+,)/.test(source);
}

/** An expression too long to be judged is said, where it could be one that takes long. */
function tooLong(facts: FileFacts, used: Used): readonly Detection[] {
  if (!mayBeExponential(used)) return [];
  const message = `This expression of ${used.source.length} characters is longer than the ${MAX_LENGTH} that are checked; whether it can take exponential time is not known.`;
  return [facts.finding({ rule, at: used.node, message, remediation: REWRITE, level: 'note', confidence: 'low' })];
}

/**
 * The checker reads no back-references and no look-ahead. A back-reference taken out, and a look-ahead at the very
 * start, leave the ambiguity of the rest as it is; other look-arounds can be what takes the ambiguity away.
 */
function withoutUnsupported(source: string): string {
  return source.replace(/\\[1-9](?!\d)/g, '').replace(/^(\^?)(?:\(\?[=!](?:[^()\\]|\\.)*\))+/, '$1');
}

/** Told where a request reaches the expression; elsewhere nobody could do anything with it. */
function undecided(facts: FileFacts, used: Used, flow: Flow | null): readonly Detection[] {
  if (flow?.strength !== 'remote') return [];
  const message = `Whether this expression can take exponential time could not be decided, and it matches ${flow.source}.`;
  return [
    facts.finding({ rule, at: used.node, message, remediation: REWRITE, level: 'note', confidence: 'low', flow }),
  ];
}

/** Characters and classes, those in bounded repetitions as often as they can occur. */
function sizeOf(source: string): number {
  const atoms = source.replace(/\\(?:[ux]\{?[0-9a-fA-F]+\}?|[\s\S])/g, 'x').replace(/\[[^\]]*\]/g, 'x');
  let size = atoms.length;
  for (const match of atoms.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) size += 4 * Number(match[2] || match[1]);
  return size;
}

function vulnerable(facts: FileFacts, used: Used, complexity: Complexity, flow: Flow | null): readonly Detection[] {
  const exponential = complexity.type === 'exponential';
  const degree = complexity.degree ?? 2;
  const remote = flow?.strength === 'remote';
  const cost = exponential ? 'exponential time' : `time that grows with the ${ordinal(degree)} power of the length`;
  const from = flow === null || flow.strength === 'unknown' ? '' : `, and matches ${flow.source}`;
  const message = `This expression can take ${cost} on a text made for it${from}.`;
  if (exponential)
    return [
      facts.finding({
        rule,
        at: used.node,
        message,
        remediation: REWRITE,
        level: remote ? 'error' : 'warning',
        confidence: 'high',
        flow: remote ? flow : null,
      }),
    ];
  if (remote)
    return [
      facts.finding({
        rule,
        at: used.node,
        message,
        remediation: REWRITE,
        level: 'warning',
        confidence: 'medium',
        flow,
      }),
    ];
  if (degree < 3 && flow?.strength !== 'parameter') return [];
  const level = flow?.strength === 'parameter' && !isLine(facts, flow) ? 'warning' : 'note';
  return [
    facts.finding({
      rule,
      at: used.node,
      message,
      remediation: REWRITE,
      level,
      confidence: 'medium',
      flow: level === 'warning' ? flow : null,
    }),
  ];
}

function ordinal(degree: number): string {
  return degree === 2 ? 'second' : degree === 3 ? 'third' : `${degree}th`;
}

/** Open-ended repetitions: without one, the cost is bounded by the expression itself. */
function repetitionsOf(source: string): number {
  return source.replace(/\\./g, 'x').match(/[*+]|\{\d+,\}/g)?.length ?? 0;
}

/** What is matched against the expression. */
function textsOf(facts: FileFacts, used: Used): readonly Syntax[] {
  return [used.text, ...usesOf(facts, used.node).map((use) => matchedAt(facts, use))].filter(
    (text) => text !== undefined,
  );
}

function firstFlow(facts: FileFacts, texts: readonly Syntax[]): Flow | null {
  for (const text of texts) {
    const flow = facts.flow(text, 'regex');
    if (flow !== null) return flow;
  }
  return null;
}

/** `expression.test(text)`, `expression.sub(by, text)`, `text.replace(expression, by)`. */
function matchedAt(facts: FileFacts, use: Syntax): Syntax | undefined {
  const member = use.parent;
  const call = member?.parent;
  if (member === null || call?.type !== 'call_expression') return undefined;
  if (member.type === 'member_expression')
    return fieldOf(call, 'arguments')?.children[facts.text(member).endsWith('.sub') ? 1 : 0];
  return fieldOf(fieldOf(call, 'function'), 'object');
}

function fieldOf(node: Syntax | undefined, field: string): Syntax | undefined {
  return node?.children.find((child) => child.field === field);
}

function usesOf(facts: FileFacts, node: Syntax): readonly Syntax[] {
  const holder = node.parent ?? undefined;
  const name = fieldOf(holder, 'name') ?? fieldOf(holder, 'left');
  if (name === undefined) return [node];
  return facts.uses(name).filter((each) => facts.definition(each) === node);
}

const MATCHES = oneOf(/^(?:match|matchAll|search)$/);

/** `text.match('^' + value)`: what is no expression yet is made one (ECMAScript, "String.prototype.match"). */
function becomesExpression(facts: FileFacts, call: Call, given: Syntax): boolean {
  if (facts.program.dialect === 'python' || call.receiver === null || call.arguments.length !== 1) return false;
  const shape = facts.shape(given);
  return shape?.includes('\u0000') === true && /[\\^$.*+?()[\]{}|]/.test(shape);
}

/**
 * `new RegExp('(' + words.join('|') + ')')`: what a caller hands over is a list of words, and none of them is escaped.
 * Elsewhere an exported function may as well take expressions.
 */
function joinsWords(facts: FileFacts, given: Syntax): boolean {
  const value = facts.definition(given) ?? given;
  return /\.join\(\s*["'`]\|["'`]\s*\)|["']\|["']\.join\(/.test(facts.text(value));
}

/** `new RegExp(value)`: the value decides the expression itself. */
function built(facts: FileFacts): readonly Detection[] {
  return taintedSinks(
    facts,
    rule,
    facts.callsLike({ from: CONSTRUCTORS, named: MATCHES }).flatMap((call) => {
      const [first] = call.arguments;
      if (first === undefined) return [];
      const converts = call.name !== null && MATCHES(call.name) && !CONSTRUCTORS(call.origin ?? '');
      if (converts && !becomesExpression(facts, call, first)) return [];
      return [
        {
          at: call.node,
          value: first,
          kind: 'regex' as const,
          what: 'A regular expression is built from',
          remediation: ESCAPE,
          atLeast: joinsWords(facts, first) ? ('parameter' as const) : ('remote' as const),
          level: 'warning' as const,
        },
      ];
    }),
  );
}

/** One line of a text that a caller hands in: long ones are rare where nobody from outside chose them. */
function isLine(facts: FileFacts, flow: Flow): boolean {
  return flow.steps.some(({ node }) => {
    const loop = node.parent?.type === 'for_in_statement' ? node.parent : node.parent?.parent;
    const list = loop?.type === 'for_in_statement' ? loop.children.find((child) => child.field === 'right') : undefined;
    const made = facts.definition(node) ?? list ?? null;
    return made !== null && /\.(?:split\(\s*(?:\/(?:\\r\??)?\\n\/|['"]\\n['"])|splitlines\()/.test(facts.text(made));
  });
}
