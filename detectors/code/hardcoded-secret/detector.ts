import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, within } from '../support/around.ts';
import { once, oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';
import { fallbackOf, otherwise } from './fallbacks.ts';
import { isPlaceholder, knownFormat, masked, mayHaveFormat, randomLooking } from './formats.ts';
import { signsSessions } from './sessions.ts';

const rule = codeRule({
  id: 'hardcoded-secret',
  shortDescription: 'A secret stands in the source',
  help: 'Whoever can read the repository, now or later, has the secret, and it stays in the history after it is removed here. Read it from the environment or a secret store, fail when it is missing instead of falling back to a constant, and replace what was committed.',
  cwe: [798, 259, 321],
  level: 'error',
  confidence: 'high',
});

const REMEDIATION =
  'Read it from the environment or a secret store, stop when it is missing, and replace the secret that was committed.';
const NAME =
  /(?:^|[_.\-\s'"])(?:passw(?:or)?d|passwd|pwd|passphrase|secret|secret_?key|api_?key|apikey|access_?key(?:_?id)?|private_?key|auth_?token|access_?token|refresh_?token|bearer|token|jwt_?secret|session_?secret|cookie_?secret|signing_?key|encryption_?key|client_?secret|master_?key|db_?pass(?:word)?|credentials?|secret_?or_?key|webhook_?secret|aes_?key|hmac_?key|salt)['"]?$/i;
const NOT_A_SECRET_NAME =
  /(?:name|label|field|header|prefix|suffix|regex|pattern|url|uri|path|endpoint|type|placeholder|hint|error|message|text|title|column|length|policy|input|selector|param|event|action|id_?token_?hint|kind|class|schema|description|enum|scope|grant|hash)$/i;

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

function lastName(facts: FileFacts, target: Syntax): string {
  if (target.type === 'subscript_expression') {
    const index = fieldOf(target, 'index');
    return index === undefined ? '' : String(facts.constant(index) ?? '');
  }
  const written = facts.text(target);
  return written.slice(written.lastIndexOf('.') + 1);
}

function underName(
  facts: FileFacts,
  name: string,
  value: Syntax,
  signs: boolean,
): { readonly at: Syntax; readonly detection: Detection } | null {
  const fallback = fallbackOf(facts, value);
  const literal =
    fallback ?? otherwise(facts, value) ?? (value.type === 'string' || value.type === 'template_string' ? value : null);
  if (literal === null) return null;
  const spaced = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2');
  // Next to the environment a name says more: `SENDGRID_KEY`.
  const named =
    NAME.test(`_${spaced}`) || (fallback !== null && /_(?:KEY|TOKEN|SECRET)$/.test(name) && !/PUBLIC/.test(name));
  // `AWS::Route53::KeySigningKey` is the name of a type.
  if (!named || NOT_A_SECRET_NAME.test(spaced) || name.includes('::')) return null;
  const text = facts.constant(literal);
  if (typeof text !== 'string' || !couldBeSecret(text, name, fallback !== null || signs)) return null;
  const salt = /salt/i.test(name);
  const what =
    fallback === null
      ? `"${name.slice(0, 40)}" is written in the source (${masked(text)}).`
      : `Where the environment has no "${name.slice(0, 40)}", a constant takes its place (${masked(text)}), which every reader knows.`;
  const level =
    facts.isTest || salt || (fallback === null && insideTestCase(facts, literal))
      ? 'note'
      : fallback !== null || randomLooking(text) || /passw|pwd|secret/i.test(name)
        ? 'error'
        : 'warning';
  return { at: literal, detection: report(facts, literal, what, level) };
}

/** Within the callback of `it('…', () => …)`, which only a test runner calls (vitest, jest, mocha, node:test). */
function insideTestCase(facts: FileFacts, node: Syntax): boolean {
  for (let up = node.parent; up !== null; up = up.parent) {
    if (up.type !== 'call_expression') continue;
    const callee = up.children.find((child) => child.field === 'function');
    const from = callee === undefined ? null : facts.origin(callee);
    if (/^(?:vitest|@jest\/globals|mocha|bun:test|test|~)\.?(?:it|test|specify)(?:\.\w+)?$/.test(from ?? ''))
      return true;
  }
  return false;
}

function couldBeSecret(text: string, name: string, isFallback: boolean): boolean {
  if (text.length < (isFallback ? 3 : 5) || text.length > 4_000) return false;
  if (isPlaceholder(text) && !isFallback) return false;
  if (/^<|>$|^\$\{|^%|\{\{|^#[0-9a-f]{3,8}\b/i.test(text)) return false;
  if (/\s/.test(text) && !/^-----BEGIN/.test(text) && text.split(/\s+/).length > 2) return false;
  if (/^(?:https?:|\/|\.\/|[a-z]+\.[a-z.]+$)/i.test(text) && !/:\/\/[^/\s:]+:[^@\s]+@/.test(text)) return false;
  if (
    /^(?:string|password|text|hidden|required|optional|bearer|basic|none|null|undefined|true|false|token|secret|key|apikey|api[-_]key|authorization|x-[\w-]+|utf-?8|hex|base64|include|same-origin|omit|email|username)$/i.test(
      text,
    ) &&
    !isFallback
  )
    return false;
  // Versions and object identifiers.
  if (/^v?\d+(?:\.\d+)+$/.test(text)) return false;
  const plainWord = /^[a-z]+(?:[-_ ][a-z]+)*$/i.test(text);
  if (text.toLowerCase().replace(/[-_ ]/g, '') === name.toLowerCase().replace(/[-_ ]/g, '')) return isFallback;
  if (plainWord && /token|key|credential/i.test(name) && !/secret|passw|pwd/i.test(name))
    return isFallback || text.length > 24;
  return true;
}

/** `createClient(url, process.env.SERVICE_KEY ?? 'sbs_9dK2…')`: under no name but the environment's own. */
function* instead(facts: FileFacts): Generator<{ readonly at: Syntax; readonly detection: Detection }> {
  for (const node of facts.nodes('binary_expression')) {
    const left = fieldOf(node, 'left');
    const right = fieldOf(node, 'right');
    if (left === undefined || right?.type !== 'string' || node.parent?.type !== 'arguments') continue;
    const name = /^(?:process|Bun|import\.meta)\.env\.(\w+)$/.exec(facts.text(left))?.[1];
    if (name === undefined || !/_(?:KEY|TOKEN|SECRET|PASSWORD|PASS)$/.test(name) || /PUBLIC|ANON/.test(name)) continue;
    const found = underName(facts, name, node, false);
    if (found !== null) yield found;
  }
}

/** `password === 'admin123'`: the comparison says what opens the door. */
function* compared(facts: FileFacts): Generator<{ readonly at: Syntax; readonly detection: Detection }> {
  for (const { left, right } of facts.comparisons()) {
    const [literal, other] = left.type === 'string' ? [left, right] : [right, left];
    if (other.type === 'unary_expression') continue;
    const name = headerName(facts, other) ?? lastName(facts, other);
    const spaced = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2');
    if (
      !/(?:^|_)(?:passw(?:or)?d|pwd|passphrase|secret|api_?key|pin_?code|(?:api|auth|access|admin)_?token)$/i.test(
        spaced,
      )
    )
      continue;
    const text = facts.constant(literal);
    if (typeof text !== 'string' || !couldBeSecret(text, name, false)) continue;
    const message = `What opens the door is written in the source: "${name.slice(0, 40)}" is compared with a constant (${masked(text)}).`;
    yield { at: literal, detection: report(facts, literal, message, facts.isTest ? 'note' : 'error') };
  }
}

/** `req.get('x-api-key')`, `request.headers.get('X-Api-Key')`, `req.headers['x-api-key']`: the header that carries the key. */
function headerName(facts: FileFacts, read: Syntax): string | null {
  const value = facts.definition(read) ?? read;
  const named = /(?:\.(?:get|header|getHeader)\(\s*|headers\[\s*)['"]([\w-]+)['"]\s*[\])]$/.exec(
    facts.text(value).slice(-120),
  )?.[1];
  return named === undefined ? null : named.replace(/^x-/i, '').replaceAll('-', '_');
}

const SETS_HEADER = oneOf(/^(?:set|append|setHeader|setRequestHeader|header)$/);

/** `headers.set('Authorization', 'Bearer 8c1f…')` */
function authorizing(facts: FileFacts): readonly Syntax[] {
  return facts
    .callsLike({ named: SETS_HEADER })
    .flatMap(({ arguments: [name, value] }) =>
      name !== undefined &&
      value !== undefined &&
      /^(?:proxy-)?authorization$/i.test(String(facts.constant(name) ?? ''))
        ? [value]
        : [],
    );
}

/** `Authorization: 'Bearer 8c1f…'` */
function* authorization(
  facts: FileFacts,
  values: readonly Syntax[],
): Generator<{ readonly at: Syntax; readonly detection: Detection }> {
  for (const value of values) {
    const text = facts.constant(value);
    const secret =
      typeof text === 'string' ? /^(?:Bearer|Basic|Token|ApiKey)\s+([\w.+/=~-]{16,})$/i.exec(text)?.[1] : undefined;
    if (secret === undefined || isPlaceholder(secret) || !randomLooking(secret)) continue;
    const message = `A credential is written in the source (${masked(secret)}).`;
    yield { at: value, detection: report(facts, value, message, facts.isTest ? 'note' : 'error') };
  }
}

/** `'Basic ' + Buffer.from('admin:…').toString('base64')` */
function* basic(facts: FileFacts): Generator<{ readonly at: Syntax; readonly detection: Detection }> {
  for (const call of facts.callsLike({ from: ENCODES })) {
    const [given] = call.arguments;
    if (given === undefined) continue;
    const text = facts.constant(given);
    const secret = typeof text === 'string' ? /^[\w.@-]+:([^:\s]{4,})$/.exec(text)?.[1] : undefined;
    const around = facts.program.text.slice(Math.max(0, call.node.start - 40), call.node.start);
    if (secret === undefined || isPlaceholder(secret)) continue;
    if (!/Basic\s/.test(around) && !sentAsBasic(facts, call.node)) continue;
    const message = `A user's name and password are written in the source (${masked(secret)}).`;
    yield { at: given, detection: report(facts, given, message, facts.isTest ? 'note' : 'error') };
  }
}

/** `const login = btoa('…'); … `Basic ${login}``, or `'Basic ' + login`. */
function sentAsBasic(facts: FileFacts, node: Syntax): boolean {
  let value = node;
  while (value.parent !== null && /^(?:member_expression|call_expression)$/.test(value.parent.type))
    value = value.parent;
  const name = value.parent?.type === 'variable_declarator' ? fieldOf(value.parent, 'name') : undefined;
  if (name === undefined) return false;
  return facts
    .uses(name)
    .some((use) =>
      /Basic\s(?:\$\{|['"]\s*\+\s*)$/.test(facts.program.text.slice(Math.max(0, use.start - 12), use.start)),
    );
}

const TAKES_KEY: readonly (readonly [RegExp, number])[] = [
  [/^(?:jsonwebtoken|~jwt|jwt|jose\.jwt)\.(?:sign|verify|encode|decode)$/, 1],
  [/^jwt-simple\.(?:encode|decode)$/, 1],
  [/^~?crypto\.createHmac$/, 1],
  [/^~?crypto\.(?:createCipheriv|createDecipheriv)$/, 1],
  [/^~?crypto\.(?:createCipher|createDecipher)$/, 1],
  [/^~?crypto\.(?:scrypt|scryptSync|pbkdf2|pbkdf2Sync)$/, 0],
  [/^(?:crypto-js|~CryptoJS)\.\w+\.(?:encrypt|decrypt)$/, 1],
  [/^(?:crypto-js|~CryptoJS)\.Hmac\w+$/, 1],
  [/^hmac\.new$/, 0],
  [/^cookie-parser$/, 0],
  [/^cookie-signature\.sign$/, 1],
  [/^twilio(?:\.Twilio)?$/, 1],
  [/^itsdangerous(?:\.\w+)?\.(?:URLSafe(?:Timed)?Serializer|(?:Timestamp)?Signer|Serializer|TimedSerializer)$/, 0],
  [/^cryptography\.fernet\.Fernet$/, 0],
];

const TAKES = oneOf(new RegExp(TAKES_KEY.map(([{ source }]) => source).join('|')));
const ENCODES = oneOf(/^(?:~Buffer\.from|~btoa|base64\.b64encode)$/);

/** Keys that are handed to a library as a literal, under whatever name. */
function* handed(facts: FileFacts): Generator<{ readonly at: Syntax; readonly detection: Detection }> {
  for (const call of facts.callsLike({ from: TAKES })) {
    const from = call.origin ?? '';
    for (const [pattern, index] of TAKES_KEY) {
      const key = pattern.test(from) ? call.arguments[index] : undefined;
      if (key === undefined) continue;
      const given = facts.definition(key) ?? key;
      const made = encoded(facts, given) ?? key;
      const literal = fallbackOf(facts, facts.definition(made) ?? made) ?? made;
      const text = facts.constant(literal);
      if (typeof text !== 'string' || text.length < 3 || /^-----BEGIN (?:PUBLIC|CERT)/.test(text)) continue;
      const where = facts.definition(made);
      const at = where?.type === 'string' ? where : literal;
      yield {
        at,
        detection: report(
          facts,
          at,
          `The key for ${call.name ?? 'this call'} is written in the source (${masked(text)}).`,
          facts.isTest ? 'warning' : 'error',
        ),
      };
    }
  }
}

const CALLS: ReadonlySet<string> = new Set(['call_expression']);

/** What `Buffer.from('…')` is made of, also under `.toString('hex')`. */
function encoded(facts: FileFacts, given: Syntax): Syntax | undefined {
  if (!/^Buffer\.from\(/.test(facts.text(given))) return undefined;
  const call = [...within(given, CALLS)].find(({ children }) =>
    children.some((child) => child.field === 'function' && facts.text(child) === 'Buffer.from'),
  );
  return call?.children.find((child) => child.field === 'arguments')?.children[0];
}

function report(facts: FileFacts, at: Syntax, message: string, level: 'error' | 'warning' | 'note'): Detection {
  return facts.finding({
    rule,
    at,
    message,
    remediation: REMEDIATION,
    level,
    confidence: level === 'error' ? 'high' : 'medium',
  });
}
