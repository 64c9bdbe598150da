import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { functionAround, within } from '../support/around.ts';
import { once, oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';
import { withoutComments } from '../support/security.ts';
import { option } from '../support/tainted.ts';

const rule = codeRule({
  id: 'jwt-not-verified',
  shortDescription: 'A token is read without checking its signature, or the check accepts unsigned ones',
  help: 'Decoding a JSON Web Token only reads it: anybody can write any user id into one. Verify it with the key and a fixed list of algorithms, and never accept the algorithm `none`.',
  cwe: [347],
  level: 'error',
  confidence: 'high',
});

const REMEDIATION = "Verify the token: jwt.verify(token, key, { algorithms: ['HS256'] }).";
const DECODE =
  /^(?:jsonwebtoken\.decode|jwt-decode(?:\.jwtDecode|\.default|\.jwt_decode)?|jose\.(?:decodeJwt|UnsecuredJWT\.decode)|~jwt\.decode|~jwtDecode|~jwt_decode|jws\.decode|fast-jwt\.createDecoder)$/;
const VERIFY =
  /^(?:jsonwebtoken\.verify|~jwt\.verify|jose\.jwtVerify|express-jwt(?:\.expressjwt)?|koa-jwt|@fastify\/jwt|jws\.verify|njwt\.verify|fast-jwt\.createVerifier|passport-jwt\.Strategy|jwt\.decode|jose\.jwt\.decode)$/;
const TOKENS = oneOf(
  new RegExp(
    `${[DECODE, VERIFY].map(({ source }) => source).join('|')}|^jwt-simple\\.decode$|^jsonwebtoken\\.sign$|^(?:jose\\.)?jwt\\.encode$|^jwt\\.decode_complete$|^jose\\.UnsecuredJWT$|get_unverified_claims$`,
  ),
);
const DECODES = oneOf(/^decode$/);
const PARSES = oneOf(/^(?:~JSON\.parse|json\.loads)$/);

const NAMES: ReadonlySet<string> = new Set(['identifier']);

/** Tokens that are decoded only, and verifications that check nothing. */
export const jwtNotVerified: CodeDetector = {
  rule,
  triggers: /jwt|jsonwebtoken|jose|jws|token|authorization|bearer|atob|base64/i,
  detect: (facts) => [
    ...facts.callsLike({ from: TOKENS, named: DECODES }).flatMap((call) => inCall(facts, call)),
    ...handmade(facts),
  ],
};

function inCall(facts: FileFacts, call: Call): readonly Detection[] {
  const from = call.origin ?? '';
  if (facts.program.dialect === 'python') return python(facts, call, from);
  if (from === 'jwt-simple.decode') {
    const skip = call.arguments[2];
    return skip !== undefined && facts.constant(skip) === true
      ? [report(facts, call.node, 'The token is read without checking its signature.', 'error')]
      : [];
  }
  if (DECODE.test(from)) {
    if (verifiesToo(facts)) return [];
    const browser =
      /jwt-decode|jwtDecode|jwt_decode/.test(from) &&
      facts.handlers().length === 0 &&
      !/\breq\b|\brequest\b|\bheaders\b|\bhandshake\b/.test(facts.program.text);
    return [
      report(
        facts,
        call.node,
        'The token is only decoded: nothing checks who made it.',
        browser ? 'note' : /~/.test(from) ? 'warning' : 'error',
      ),
    ];
  }
  if (VERIFY.test(from)) return verification(facts, call);
  if (from === 'jsonwebtoken.sign' || from === 'jose.UnsecuredJWT') {
    const algorithm = option(facts, call, 'algorithm');
    const none = algorithm !== null && /^none$/i.test(String(facts.constant(algorithm) ?? ''));
    return none || from === 'jose.UnsecuredJWT'
      ? [report(facts, call.node, 'The token is made without a signature (algorithm none).', 'error')]
      : [];
  }
  // NestJS: `this.jwtService.decode(token)`.
  if (call.name === 'decode' && call.receiver !== null && /jwt/i.test(facts.text(call.receiver)) && !verifiesToo(facts))
    return [report(facts, call.node, 'The token is only decoded: nothing checks who made it.', 'warning')];
  return [];
}

/** A file that verifies as well decodes for another reason: to pick the key, or to show the claims. */
function verifiesToo(facts: FileFacts): boolean {
  return facts
    .calls()
    .some(
      (call) => /\.(?:verify|jwtVerify)$/.test(call.origin ?? '') || /^(?:verify\w*|jwtVerify)$/i.test(call.name ?? ''),
    );
}

/** `algorithms=[jwt.get_unverified_header(token)["alg"]]`, `algorithms: [decoded.header.alg]` */
const FROM_HEADER = /(?:header\w*(?:\([^()]*\))?)\s*(?:\.alg\b|\[\s*["']alg["']\s*\]|\.get\(\s*["']alg["'])/i;

function verification(facts: FileFacts, call: Call): readonly Detection[] {
  const algorithms = option(facts, call, 'algorithms') ?? option(facts, call, 'algorithm');
  if (algorithms !== null && /['"]none['"]/i.test(facts.text(facts.definition(algorithms) ?? algorithms))) {
    return [report(facts, call.node, 'The verification accepts unsigned tokens (algorithm none).', 'error')];
  }
  // RFC 8725, section 3.1: whoever made the token also wrote its header.
  if (algorithms !== null && FROM_HEADER.test(written(facts, algorithms))) {
    return [report(facts, call.node, 'The token itself says how it is to be verified.', 'error')];
  }
  const ignored = option(facts, call, 'ignoreExpiration');
  if (ignored !== null && facts.constant(ignored) === true) {
    return [report(facts, call.node, 'The verification accepts expired tokens.', 'warning')];
  }
  const key = call.arguments[1];
  if (/verify$/.test(call.origin ?? '') && key !== undefined) {
    const value = facts.constant(key);
    if (value === '' || value === null || facts.text(key) === 'undefined')
      return [report(facts, call.node, 'The token is verified without a key.', 'error')];
  }
  return [];
}

/** python-jose: the claims say which key verifies the same token. */
function verifiedBeside(facts: FileFacts, { node, arguments: [token] }: Call): boolean {
  const home = functionAround(node);
  return (
    token !== undefined &&
    facts
      .calls()
      .some(
        (each) =>
          /^(?:jwt|jose\.jwt)\.decode$/.test(each.origin ?? '') &&
          functionAround(each.node) === home &&
          each.arguments[0] !== undefined &&
          facts.text(each.arguments[0]) === facts.text(token) &&
          python(facts, each, each.origin ?? '').length === 0,
      )
  );
}

function python(facts: FileFacts, call: Call, from: string): readonly Detection[] {
  if (/get_unverified_claims$/.test(from) && verifiedBeside(facts, call)) return [];
  if (/get_unverified_claims$/.test(from))
    return [report(facts, call.node, 'The token is only decoded: nothing checks who made it.', 'error')];
  if (/^(?:jose\.)?jwt\.encode$/.test(from)) {
    const algorithm = call.keywords.get('algorithm') ?? call.arguments[2];
    return algorithm !== undefined && /^none$/i.test(String(facts.constant(algorithm) ?? ''))
      ? [report(facts, call.node, 'The token is made without a signature (algorithm none).', 'error')]
      : [];
  }
  if (!/^(?:jwt|jose\.jwt)\.decode(?:_complete)?$/.test(from)) return [];
  const options = call.keywords.get('options');
  const verify = call.keywords.get('verify');
  const off =
    (options !== undefined &&
      /verify_signature['"]?\s*[:=]\s*False/.test(facts.text(facts.definition(options) ?? options))) ||
    (verify !== undefined && facts.constant(verify) === false);
  if (off) return [report(facts, call.node, 'The signature of the token is not checked.', 'error')];
  if (options !== undefined && /verify_exp['"]?\s*[:=]\s*False/.test(facts.text(facts.definition(options) ?? options)))
    return [report(facts, call.node, 'The verification accepts expired tokens.', 'warning')];
  return verification(facts, call);
}

/** A token is taken apart. */
const PARTS = /split\(\s*['"]\.['"]\s*(?:,\s*\d+\s*)?\)/;

/** `JSON.parse(atob(token.split('.')[1]))` */
function handmade(facts: FileFacts): readonly Detection[] {
  const parts = once(() => PARTS.test(facts.program.text));
  return facts.callsLike({ from: PARSES }).flatMap((call) => {
    if (call.arguments[0] === undefined || !parts()) return [];
    const text = written(facts, call.arguments[0]);
    const around = facts.program.dialect === 'python' ? functionAround(call.node) : null;
    const reads =
      /atob|Buffer\.from|base64url?|decodeBase64|b64decode/.test(text) &&
      PARTS.test(text) &&
      /token|jwt|bearer|auth|session|cookie/i.test(
        around === null ? text : withoutComments(facts.text(around).slice(0, 2_000)),
      );
    if (!reads || verifiesToo(facts)) return [];
    const server = facts.handlers().length > 0 || /\breq\b|\bheaders\b|authorization/i.test(facts.program.text);
    return [
      report(
        facts,
        call.node,
        'The claims of a token are read by hand: nothing checks who made it.',
        server ? 'error' : 'note',
      ),
    ];
  });
}

/** Characters of one step that are looked at. */
const MAX_STEP = 400;

function written(facts: FileFacts, node: Syntax): string {
  const own = facts.text(node);
  const parts = [own];
  for (const each of within(node, NAMES)) {
    const value = facts.definition(each);
    parts.push(value === null ? taken(facts, each) : facts.text(value).slice(0, MAX_STEP));
    if (value === null) continue;
    for (const inner of within(value, NAMES)) {
      const again = facts.definition(inner);
      parts.push(again === null ? taken(facts, inner) : facts.text(again).slice(0, MAX_STEP));
    }
  }
  return parts.join(' ');
}

/** `const [, payload] = token.split('.')` */
function taken(facts: FileFacts, use: Syntax): string {
  const name = facts.text(use);
  const from = facts.assignments().filter(({ node, target }) => {
    if (target.type !== 'array_pattern' || !target.children.some((child) => facts.text(child) === name)) return false;
    const fn = functionAround(node);
    return fn === null || (fn.start <= use.start && use.end <= fn.end);
  });
  return from.map(({ value }) => facts.text(value).slice(0, MAX_STEP)).join(' ');
}

function report(facts: FileFacts, at: Syntax, message: string, level: 'error' | 'warning' | 'note'): Detection {
  return facts.finding({
    rule,
    at,
    message,
    remediation: REMEDIATION,
    level,
    confidence: level === 'error' ? 'high' : level === 'warning' ? 'medium' : 'low',
  });
}
