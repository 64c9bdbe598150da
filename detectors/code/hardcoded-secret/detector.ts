import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { authorization, authorizing, basic } from './credentials.ts';
import { isPlaceholder, knownFormat, masked, mayHaveFormat } from './formats.ts';
import { handed } from './handed.ts';
import { listed } from './lists.ts';
import { compared, HINT, instead, lastName, underName } from './names.ts';
import { report, rule } from './rule.ts';

/** Literals in a known format of a secret, under the name of a secret, as a fall-back of one, or handed to a call that takes one. */
export const hardcodedSecret: CodeDetector = {
  rule,
  triggers:
    /(?:pass|pwd|secret|key|token|credential|bearer|jwt|salt)[\w'"\])]*\s*(?:[:=,(|?]|!:|!==?)|sign|twilio|createHmac|Serializer\(|Signer\(|Fernet\(|createCipher|createDecipher|scrypt|pbkdf2|encrypt|decrypt|hmac|cookie|AKIA|ASIA|gh[pousr]_|github_pat|glpat|sk[-_]|rk_|xox|-----BEGIN|:\/\/[^\s:@/]+:|AIza|SG\.|npm_|pypi-|dop_v1|shp|key-|eyJ|hooks\.slack|authorization|basic\s/i,
  detect(facts) {
    const found = new Map<Syntax, Detection>();
    const add = (at: Syntax, detection: Detection): void => {
      if (!found.has(at)) found.set(at, detection);
    };
    for (const node of inFormats(facts)) {
      const detection = inFormat(facts, node);
      if (detection !== null) add(node, detection);
    }
    const authorizations: Syntax[] = [];
    for (const { key, isTarget, value } of named(facts)) {
      const name = isTarget ? lastName(facts, key) : facts.text(key).replace(/^['"]|['"]$/g, '');
      if (/^(?:proxy-)?authorization$/i.test(name)) authorizations.push(value);
      const detection = underName(facts, name, value, key);
      if (detection !== null) add(detection.at, detection.detection);
    }
    for (const { at, detection } of handed(facts)) add(at, detection);
    for (const { at, detection } of [...instead(facts), ...listed(facts)]) add(at, detection);
    for (const { at, detection } of compared(facts)) add(at, detection);
    const told = [...found.keys()].map((node) => facts.constant(node));
    for (const { at, detection } of authorization(facts, [...authorizations, ...authorizing(facts)])) {
      // `Bearer ${TOKEN}`, where the token itself is told at its declaration.
      const text = String(facts.constant(at));
      if (!told.some((each) => typeof each === 'string' && each !== text && text.endsWith(each))) add(at, detection);
    }
    for (const { at, detection } of basic(facts)) add(at, detection);
    return [...found.values()];
  },
};

/** Characters of source that one joined text may have: a private key has some thousand. */
const MAX_JOINED = 10_000;

/** A format is at least as long. */
const MIN_FORMATTED = 16;

/** Texts that can be a secret of a known format. */
function inFormats(facts: FileFacts): readonly Syntax[] {
  const found: Syntax[] = [];
  // By index, here and below: before code is optimised, each step of an iterator makes an object.
  const strings = facts.nodes('string');
  for (let at = 0; at < strings.length; at += 1) {
    const node = strings[at];
    if (node === undefined || node.end - node.start < MIN_FORMATTED) continue;
    // With no escape in it, the mark of a format stands in plain sight.
    const text = facts.text(node);
    if (mayHaveFormat(text) || text.includes('\\')) found.push(node);
  }
  for (const node of facts.nodes('template_string'))
    if (node.end - node.start >= MIN_FORMATTED && isFilled(facts, node)) found.push(node);
  const operations = facts.nodes('binary_expression');
  for (let at = 0; at < operations.length; at += 1) {
    const node = operations[at];
    if (node !== undefined && joins(facts, node)) found.push(node);
  }
  return found;
}

/** Whatever stands in the holes of a template is known: mostly the first is not. */
function isFilled(facts: FileFacts, template: Syntax): boolean {
  for (const hole of template.children) {
    const value =
      hole.type === 'template_substitution' ? hole.children.find(({ type }) => type !== 'comment') : undefined;
    if (value !== undefined && facts.constant(value) === undefined) return false;
  }
  return true;
}

/** `'sk_live_' + '51H8…'`: in two parts it is the same secret. */
function joins(facts: FileFacts, node: Syntax): boolean {
  const length = node.end - node.start;
  if (length < MIN_FORMATTED || length >= MAX_JOINED || node.parent?.type === 'binary_expression') return false;
  const operator = fieldOf(node, 'operator');
  return operator !== undefined && facts.program.text.startsWith('+', operator.start);
}

function inFormat(facts: FileFacts, node: Syntax): Detection | null {
  const text = facts.constant(node);
  if (typeof text !== 'string') return null;
  const format = knownFormat(text);
  if (format === null || isPlaceholder(format.secret)) return null;
  return report(facts, node, `This looks like ${format.what} (${masked(format.secret)}).`, 'error');
}

interface Named {
  readonly key: Syntax;
  /** The key is what an assignment writes to, and its last part is the name. */
  readonly isTarget: boolean;
  readonly value: Syntax;
}

const GIVING = [
  'pair',
  'keyword_argument',
  'required_parameter',
  'assignment_pattern',
  'object_assignment_pattern',
  'enum_assignment',
] as const;

/** Every name with the text it is given: declarations, members, keys of objects, keyword arguments, defaults of parameters. */
function named(facts: FileFacts): readonly Named[] {
  const found: Named[] = [];
  const assignments = facts.assignments();
  for (let at = 0; at < assignments.length; at += 1) {
    const each = assignments[at];
    if (each !== undefined && mayBeSecret(facts, each.target, each.value))
      found.push({ key: each.target, isTarget: true, value: each.value });
  }
  for (const type of GIVING) {
    const nodes = facts.nodes(type);
    for (let at = 0; at < nodes.length; at += 1) {
      let key: Syntax | undefined;
      let value: Syntax | undefined;
      const parts = nodes[at]?.children ?? [];
      for (let index = 0; index < parts.length; index += 1) {
        const part = parts[index];
        if (part === undefined || part.field === null) continue;
        if (part.field === 'value' || part.field === 'right') value ??= part;
        else if (KEYS.has(part.field)) key ??= part;
      }
      if (key !== undefined && value !== undefined && mayBeSecret(facts, key, value))
        found.push({ key, isTarget: false, value });
    }
  }
  return found;
}

const KEYS: ReadonlySet<string> = new Set(['key', 'name', 'left', 'pattern']);

/**
 * Whether the value is a text or an expression that chooses one, under a name that may be one of a secret; under that of
 * a header for credentials it may be any that stands for one.
 */
function mayBeSecret(facts: FileFacts, key: Syntax, value: Syntax): boolean {
  if (NO_TEXTS.has(value.type)) return false;
  // A name in brackets is put together anywhere; of others it stands here.
  if (key.type === 'subscript_expression') return true;
  const isText = facts.program.dialect === 'python' || TEXTS.has(value.type);
  if (!isText && !mayEndHeader(facts.program.text.charCodeAt(key.end - 1))) return false;
  const name = facts.text(key);
  return (isText && HINT.test(name)) || HEADER.test(name);
}

const HEADER = /authorization['"]?$/i;

/** Whether a name of a header for credentials can end with this character: its last letter, or a quote. */
function mayEndHeader(code: number): boolean {
  return code === 110 || code === 78 || code === 34 || code === 39;
}

const TEXTS: ReadonlySet<string> = new Set(['string', 'template_string', 'binary_expression']);

/** What is no text, and no expression that gives one, is no secret under whatever name. */
const NO_TEXTS: ReadonlySet<string> = new Set([
  'number',
  'true',
  'false',
  'null',
  'object',
  'array',
  'regex',
  'arrow_function',
  'function_expression',
  'class',
  'new_expression',
  'this',
]);
