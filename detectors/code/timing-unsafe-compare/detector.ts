import type { Detection } from '../../../src/core/detection.ts';
import { expected, hasMatch } from '../../../src/core/prefilter.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Comparison, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { spaced } from '../support/names.ts';
import { oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';

const rule = codeRule({
  id: 'timing-unsafe-compare',
  shortDescription: 'A secret is compared in a time that depends on how much of it is right',
  help: "An ordinary comparison stops at the first difference, so the answer's time tells how many characters were guessed. Compare digests of equal length with crypto.timingSafeEqual, in Python with hmac.compare_digest.",
  cwe: [208],
  level: 'warning',
  confidence: 'medium',
});

const REMEDIATION =
  'Compare with crypto.timingSafeEqual over buffers of equal length; in Python with hmac.compare_digest.';
const SECRET =
  /(?:^|[_.])(?:signature|sig|hmac|mac|digest|hash|passw(?:or)?d(?:_hash)?|(?:api|admin|access|auth|master|service|internal|private|signing|shared|webhook|client)_?key|secret|token|csrf(?:_token)?|otp|totp|auth_?token|access_?token|password_?hash|checksum_?signature|webhook_?secret|expected_?(?:signature|hash|token|mac))$/i;
const OTHER =
  /(?:token_?type|hash_?(?:type|algorithm)|length|^sigint|signature_?type|location[._]?hash|\.hash$.*location|window|key_?code|sha|etag|content_?hash|commit|file_?hash|blob|node|lexer|parser|tokeni[sz]e)/i;

/** Equality tests with a secret on one side and a value that is no constant on the other. */
export const timingUnsafeCompare: CodeDetector = {
  rule,
  triggers:
    /signature|\bsig\b|hmac|\bmac\b|digest|hash|passw|(?:api|admin|access|auth|master|service|internal|private|signing|shared|webhook|client)[-_]?key|secret|token|otp|checksum/i,
  detect: (facts) =>
    [...facts.comparisons(), ...byCall(facts)].flatMap((each) => (isPlain(each) ? [] : compared(facts, each))),
};

const EQUALS = oneOf(/^(?:compare|equals|isEqual|localeCompare)$/);

/** `Buffer.compare(a, b)`, `a.equals(b)`, `_.isEqual(a, b)`, `a.localeCompare(b)`: they stop at the first difference as well. */
function byCall(facts: FileFacts): readonly Comparison[] {
  if (facts.program.dialect === 'python') return [];
  return facts.callsLike({ named: EQUALS }).flatMap((call): readonly Comparison[] => {
    const [first, second] = call.arguments;
    const two = /^(?:~Buffer\.compare|lodash\.isEqual|~_\.isEqual|util\.isDeepStrictEqual)$/.test(call.origin ?? '');
    const [left, right] = two
      ? [first, second]
      : /^(?:equals|localeCompare)$/.test(call.name ?? '')
        ? [call.receiver, first]
        : [];
    if (left === undefined || left === null || right === undefined) return [];
    return [{ node: call.node, left: unwrapped(facts, left), right: unwrapped(facts, right) }];
  });
}

/** `Buffer.from(value)` is compared like the value. */
function unwrapped(facts: FileFacts, side: Syntax): Syntax {
  if (!/^Buffer\.from\(/.test(facts.text(side))) return side;
  const list = fieldOf(side, 'arguments');
  return list?.children[0] ?? side;
}

/** One side is the same in every run, whatever it is called: no secret. */
function isPlain({ left, right }: Comparison): boolean {
  return PLAIN.has(left.type) || PLAIN.has(right.type);
}

const PLAIN: ReadonlySet<string> = new Set(['number', 'true', 'false', 'null', 'undefined', 'unary_expression']);

function compared(facts: FileFacts, { node, left, right }: Comparison): readonly Detection[] {
  if (node.end - node.start > 400) return [];
  // A text is soon known; of the other side more has to be asked.
  const [first, second] = right.type === 'string' ? [right, left] : [left, right];
  if (isFixed(facts, first)) return [];
  const named = [left, right].filter((side) => isSecretName(facts, side));
  const keyed = hasMatch(MAC, facts.program.text) ? [left, right].filter((side) => isMac(facts, side)) : [];
  if ((named.length === 0 && keyed.length === 0) || isFixed(facts, second)) return [];
  if (keyed.length === 0) {
    // A name alone says little: the other side must come from outside, or be a secret as well.
    const [secret] = named;
    if (secret === undefined) return [];
    // One side is named like a secret, and the other is the environment's value.
    const known = [left, right].some((side) => environment(facts, side) && named.some((each) => each !== side));
    const outside = [left, right].some((side) => facts.flow(side, 'data')?.strength === 'remote');
    const stored = named.length === 2 && named.some((side) => isStored(facts, side)) && !isChecksum(facts, node);
    const hashed = [left, right].some((side) => isPasswordHash(facts, side));
    if (!outside && !stored && !known && !hashed) return [];
    if (/passw/i.test(facts.text(secret)) && /confirm|repeat|again|second|retype|new/i.test(facts.text(node)))
      return [];
  }
  const what = facts
    .text(keyed[0] ?? named[0] ?? left)
    .replace(/\s+/g, ' ')
    .slice(0, 60);
  return [
    facts.finding({
      rule,
      at: node,
      message: `"${what}" is compared in a time that tells how much of it is right.`,
      remediation: REMEDIATION,
      level: facts.isTest ? 'note' : 'warning',
    }),
  ];
}

/** `expected_hash != actual_hash`: what a file should be and what it is; both may be known to everybody. */
function isChecksum(facts: FileFacts, comparison: Syntax): boolean {
  const words = spaced(facts.text(comparison)).toLowerCase();
  return !/pass|secret|token|sign|hmac|\bmac|otp|key|user|account|record|session|client/.test(words);
}

/** One of two secrets is the one on record: `otp !== storedOtp`, `hash === user.passwordHash`. */
function isStored(facts: FileFacts, side: Syntax): boolean {
  return /^(?:stored|expected|saved|actual|valid|correct|real)_|(?:^|\.)(?:user|account|record|row|db_?user|session|client)\./i.test(
    spaced(facts.text(side)),
  );
}

function isFixed(facts: FileFacts, side: Syntax): boolean {
  if (/^(?:undefined|null|None|true|false|NaN)$|\.length$/.test(facts.text(side))) return true;
  return facts.constant(side) !== undefined && !environment(facts, side);
}

function environment(facts: FileFacts, side: Syntax): boolean {
  return (
    /process\.env\.|environ|^(?:c\.|ctx\.|context\.|platform\.)?env\.[A-Z]|Deno\.env|Bun\.env/.test(
      facts.text(facts.definition(side) ?? side),
    ) && SECRET.test(spaced(facts.text(facts.definition(side) ?? side)).replace(/['")\]]+$/, ''))
  );
}

/** What stands in the name of each function that makes one. */
const MAC = expected(/hmac/i);

/** The result of a keyed hash, by its calls. */
function isMac(facts: FileFacts, side: Syntax): boolean {
  const own = facts.definition(side) ?? side;
  // `sha256=${digest}`: the prefix changes nothing.
  const inner = own.children.find((part) => part.type === 'template_substitution')?.children[0];
  const value = inner === undefined ? own : (facts.definition(inner) ?? inner);
  const text = madeBy(facts, value);
  return (
    text.length < 600 &&
    /createHmac\s*\(|Hmac\w*\(|hmac\.(?:new|digest)\(/i.test(text) &&
    // A plain hash over a MAC is another matter; the name of the hash function inside `hmac.new` is not.
    !/^hashlib\./.test(text)
  );
}

/** `sign(body)` is what the function of this file does. */
function madeBy(facts: FileFacts, value: Syntax): string {
  const callee = fieldOf(value, 'function');
  const fn = callee === undefined ? null : facts.functionOf(callee);
  const body = fn === null ? undefined : fieldOf(fn, 'body');
  return facts.text(body ?? value);
}

/** What a slow hash of a password gave is compared with the one on record. */
function isPasswordHash(facts: FileFacts, side: Syntax): boolean {
  const text = madeBy(facts, facts.definition(side) ?? side);
  return text.length < 600 && /\b(?:pbkdf2|scrypt)(?:Sync|_hmac)?\(/.test(text);
}

function isSecretName(facts: FileFacts, side: Syntax): boolean {
  // `req.get('x-signature')`
  const given = side.type === 'identifier' ? facts.definition(side) : null;
  if (
    given !== null &&
    /^(?:call_expression|subscript_expression)$/.test(given.type) &&
    /header/i.test(facts.text(given))
  )
    return isSecretName(facts, given) || SECRET.test(spaced(facts.text(side)));
  if (side.type === 'call_expression') {
    const header = /\.(?:get|header|getHeader)\(\s*['"]([\w-]+)['"]\s*(?:,[^()]*)?\)$/.exec(facts.text(side))?.[1];
    return header !== undefined && SECRET.test(header.replace(/^x-|-/gi, '_'));
  }
  if (!['identifier', 'member_expression', 'subscript_expression'].includes(side.type)) return false;
  const text = spaced(facts.text(side))
    .replace(/['"\]]+$/, '')
    .replace(/\[['"]/g, '.')
    .replace(/x-|-/g, '_');
  return SECRET.test(text) && !OTHER.test(text);
}
