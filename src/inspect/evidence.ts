import type { Detection } from '../core/detection.ts';
import { sha256 } from '../core/digest.ts';
import type { Location } from '../core/location.ts';
import type { FindingSpec, FlowStep } from './facts.ts';
import type { Origins } from './origins.ts';
import { type Program, placeOf, type Syntax, statementAround, unitAround } from './syntax.ts';

/** Text of these is meaning, white space included. */
const VERBATIM: ReadonlySet<string> = new Set([
  'string',
  'template_string',
  'regex',
  'jsx_text',
  'ERROR',
  'concatenated_string',
]);
const ENDS: ReadonlySet<string> = new Set([
  'program',
  'statement_block',
  'class_body',
  'switch_case',
  'switch_default',
]);

/**
 * The exact tokens of a node, comments aside, white space aside where it means nothing. Where a line break ends a
 * statement, the end is marked: `return\nx` and `return x` are not the same.
 */
export function tokensOf(program: Program, node: Syntax): string {
  const out: string[] = [];
  addTokens(out, program, node);
  return out.join(' ');
}

function addTokens(out: string[], program: Program, node: Syntax): void {
  const { text } = program;
  const { type, children } = node;
  if (type === 'comment') return;
  const verbatim = VERBATIM.has(type);
  if (children.length === 0 || verbatim) {
    if (node.start < node.end) out.push(verbatim ? text.slice(node.start, node.end) : word(text, node.start, node.end));
    return;
  }
  const block = ENDS.has(type);
  const marked = block && program.dialect === 'python';
  if (marked) out.push('{');
  let at = node.start;
  for (let index = 0; index < children.length; index += 1) {
    const child = children[index];
    if (child === undefined) continue;
    if (at < child.start) addGap(out, text, at, child.start);
    addTokens(out, program, child);
    if (block && child.type !== 'comment') out.push(';');
    at = child.end;
  }
  if (at < node.end) addGap(out, text, at, node.end);
  if (marked) out.push('}');
}

/** A token; what separates words in one, as in `not in`, counts as one blank. */
function word(text: string, start: number, end: number): string {
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code <= BLANK || code > LAST_ASCII) return text.slice(start, end).replace(/\s+/g, ' ');
  }
  return text.slice(start, end);
}

/** Punctuation between two parts, without the white space and semicolons around and in it. */
function addGap(out: string[], text: string, from: number, to: number): void {
  let start = from;
  while (start < to && isLoose(text.charCodeAt(start))) start += 1;
  let end = to;
  while (end > start && isLoose(text.charCodeAt(end - 1))) end -= 1;
  if (start === end) return;
  const rest = text.slice(start, end);
  // Most are one sign, for which no expression need be run.
  const punctuation = rest.length === 1 && rest.charCodeAt(0) <= LAST_ASCII ? rest : rest.replace(/[\s;]+/g, '');
  if (punctuation !== '') out.push(punctuation);
}

const BLANK = 32;
const SEMICOLON = 59;
const LAST_ASCII = 126;

function isLoose(code: number): boolean {
  return code === BLANK || code === SEMICOLON || (code >= 9 && code <= 13);
}

/** Property names that belong to the mistake and are kept in its shape. */
const TELLING =
  /^(?:body|query|params|headers|cookies|url|env|argv|innerHTML|outerHTML|href|src|location|search|hash|prototype|constructor|__proto__|data|origin)$/;

/**
 * The normalised shape: local names by first use, literals by type, what a call calls by its name. Equal for the same
 * mistake under other names, in another layout, in another file.
 */
export function shapeOf(program: Program, node: Syntax, origins: Origins): string {
  const names = new Map<string, string>();
  const out: string[] = [];
  const text = (inner: Syntax): string => program.text.slice(inner.start, inner.end);
  const numbered = (called: string): string => {
    const known = names.get(called) ?? `v${names.size + 1}`;
    names.set(called, known);
    return known;
  };
  const visit = (inner: Syntax): void => {
    switch (inner.type) {
      case 'comment':
        return;
      case 'identifier':
      case 'shorthand_property_identifier':
      case 'shorthand_property_identifier_pattern':
      case 'type_identifier': {
        const from = origins.origin(inner);
        // A global that is neither called nor looked into may just be a name that the fragment does not declare.
        const own = from?.startsWith('~') === true && !/^(?:function|object|constructor)$/.test(inner.field ?? '');
        const kept = from !== null && !own && !from.endsWith('()') && !from.startsWith('.');
        out.push(kept ? from : numbered(text(inner)));
        return;
      }
      case 'property_identifier': {
        const called = inner.parent?.type === 'member_expression' && inner.parent.field === 'function';
        out.push(
          called || TELLING.test(text(inner)) || inner.parent?.field === 'left'
            ? text(inner)
            : numbered(`.${text(inner)}`),
        );
        return;
      }
      case 'string':
      case 'concatenated_string':
        out.push('S');
        return;
      case 'string_fragment':
      case 'string_content':
      case 'escape_sequence':
        return;
      case 'number':
        out.push('N');
        return;
      case 'regex':
        out.push('R');
        return;
      case 'as_expression':
      case 'non_null_expression':
      case 'parenthesized_expression':
      case 'type_annotation':
        for (const child of inner.children)
          if (inner.type !== 'type_annotation' && !child.type.includes('type')) visit(child);
        return;
      default:
        if (inner.children.length === 0) {
          out.push(text(inner));
          return;
        }
        out.push(`${inner.type}(`);
        for (const child of inner.children) visit(child);
        out.push(')');
    }
  };
  visit(node);
  return out.join(' ');
}

export function locationOf(program: Program, node: Syntax, message: string): Location {
  const start = placeOf(program, node.start);
  const end = placeOf(program, node.end);
  return {
    path: program.path,
    startLine: start.line,
    endLine: end.line,
    startColumn: start.column,
    endColumn: end.column,
    message,
  };
}

/** A detection with its places, its shape, and exactly what a signature on it covers. */
export function detectionOf(program: Program, origins: Origins, spec: FindingSpec): Detection {
  const steps: readonly FlowStep[] = [...(spec.flow?.steps ?? []), ...(spec.related ?? [])];
  const units = new Set([spec.at, ...steps.map((step) => step.node)].map(unitAround));
  const around = [...units].map((unit) => ({ tokens: sha256(tokensOf(program, unit)) }));
  const statement = statementAround(spec.at);
  const shaped =
    statement.end - statement.start > 2_000 || statement.start === unitAround(spec.at).start ? spec.at : statement;
  return {
    ruleId: spec.rule.id,
    message: clipped(spec.message, 300),
    ...(spec.remediation === undefined ? {} : { remediation: spec.remediation }),
    locations: [
      locationOf(program, spec.at, clipped(spec.message, 200)),
      ...(spec.flow?.before ?? []),
      ...steps.map((step) => locationOf(program, step.node, clipped(step.message, 200))),
    ],
    ...(spec.level === undefined ? {} : { level: spec.level }),
    ...(spec.confidence === undefined ? {} : { confidence: spec.confidence }),
    fingerprint: sha256(`${spec.rule.id}\n${shapeOf(program, shaped, origins)}`),
    evidence: {
      path: program.path,
      finding: digestIfLong(tokensOf(program, spec.at)),
      steps: steps.map((step) => digestIfLong(tokensOf(program, step.node))),
      around,
      ...(spec.flow?.through === undefined ? {} : { through: [...new Set(spec.flow.through)].sort() }),
    },
  };
}

/** Long tokens travel as their digest: it covers them just as well. */
function digestIfLong(tokens: string): string {
  return tokens.length > 500 ? `sha256:${sha256(tokens)}` : tokens;
}

function clipped(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
