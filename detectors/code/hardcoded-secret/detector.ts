import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { once } from '../support/remember.ts';
import { authorization, authorizing, basic } from './credentials.ts';
import { isPlaceholder, knownFormat, masked, mayHaveFormat } from './formats.ts';
import { handed } from './handed.ts';
import { compared, instead, lastName, underName } from './names.ts';
import { report, rule } from './rule.ts';
import { signsSessions } from './sessions.ts';

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
    const formatted = (nodes: Iterable<Syntax>): void => {
      for (const node of nodes) {
        const detection = inFormat(facts, node);
        if (detection !== null) add(node, detection);
      }
    };
    formatted(writtenTexts(facts));
    formatted(facts.nodes('template_string'));
    formatted(joinedTexts(facts));
    const authorizations: Syntax[] = [];
    for (const { key, isTarget, value } of named(facts)) {
      if (NO_TEXTS.has(value.type)) continue;
      const name = isTarget ? lastName(facts, key) : facts.text(key).replace(/^['"]|['"]$/g, '');
      if (/^(?:proxy-)?authorization$/i.test(name)) authorizations.push(value);
      const detection = underName(facts, name, value, signsSessions(facts, key));
      if (detection !== null) add(detection.at, detection.detection);
    }
    for (const { at, detection } of handed(facts)) add(at, detection);
    for (const { at, detection } of instead(facts)) add(at, detection);
    for (const { at, detection } of compared(facts)) add(at, detection);
    for (const { at, detection } of authorization(facts, [...authorizations, ...authorizing(facts)]))
      add(at, detection);
    for (const { at, detection } of basic(facts)) add(at, detection);
    return [...found.values()];
  },
};

/** Characters of source that one joined text may have: a private key has some thousand. */
const MAX_JOINED = 10_000;

/** A format is at least as long. */
const MIN_FORMATTED = 16;

/** Texts that can be a secret of a known format: with no escape in them, the file has the mark of one in plain sight. */
function* writtenTexts(facts: FileFacts): Generator<Syntax> {
  const marked = once(() => mayHaveFormat(facts.program.text));
  for (const node of facts.nodes('string'))
    if (node.end - node.start >= MIN_FORMATTED && (marked() || facts.text(node).includes('\\'))) yield node;
}

/** `'sk_live_' + '51H8…'`: in two parts it is the same secret. */
function* joinedTexts(facts: FileFacts): Generator<Syntax> {
  for (const node of facts.nodes('binary_expression')) {
    const length = node.end - node.start;
    if (node.parent?.type !== 'binary_expression' && length >= MIN_FORMATTED && length < MAX_JOINED) yield node;
  }
}

function inFormat(facts: FileFacts, node: Syntax): Detection | null {
  if (node.end - node.start < MIN_FORMATTED) return null;
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

/** Every name with the value it is given: declarations, members, keys of objects, keyword arguments, defaults of parameters. */
function* named(facts: FileFacts): Generator<Named> {
  for (const { target, value } of facts.assignments()) yield { key: target, isTarget: true, value };
  for (const type of [
    'pair',
    'keyword_argument',
    'required_parameter',
    'assignment_pattern',
    'object_assignment_pattern',
    'enum_assignment',
  ]) {
    for (const node of facts.nodes(type)) {
      const key = node.children.find(
        (child) =>
          child.field === 'key' || child.field === 'name' || child.field === 'left' || child.field === 'pattern',
      );
      const value = fieldOf(node, 'value') ?? fieldOf(node, 'right');
      if (key !== undefined && value !== undefined) yield { key, isTarget: false, value };
    }
  }
}

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
