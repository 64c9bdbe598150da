import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { classAround, fieldOf, functionAround, isFunction, isInside, nameOf } from '../support/around.ts';
import { oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';
import { withoutComments } from '../support/security.ts';

const rule = codeRule({
  id: 'insecure-randomness',
  shortDescription: 'A secret is made with a random generator that can be predicted',
  help: "Math.random and Python's random are made for simulations: after a few outputs the next ones can be computed, and so can tokens, passwords and ids made from them. Use crypto.randomBytes, crypto.randomUUID or crypto.getRandomValues, in Python the secrets module.",
  cwe: [338, 330],
  level: 'warning',
  confidence: 'high',
});

const REMEDIATION =
  "Use crypto.randomBytes(32).toString('hex') or crypto.randomUUID(); in Python secrets.token_hex(32).";
const WEAK = oneOf(
  /^(?:~Math\.random|random\.(?:random|randint|choice|choices|randrange|sample|getrandbits|uniform|shuffle)|~_\.random|lodash\.(?:random|sample)|numpy\.random\.\w+(?:\(\)\.\w+)?|random\.Random\(\)\.\w+|uuid\.uuid1|chance\.\w+|seedrandom)$/,
);
const SECRET =
  /token|secret|passw(?:or)?d|passphrase|\bpwd|session_?(?:id|key)|sessionid|api_?key|apikey|access_?key|private_?key|\botp\b|otp(?:code)?$|_otp|nonce|\bsalt|salt$|csrf|xsrf|verif(?:y|ication)_?code|reset_?(?:code|link|id)|invite_?code|auth_?code|recovery|credential|\biv\b|initiali[sz]ationVector|captcha|pin_?code|coupon|voucher|uuid|guid|license_?key|one_?time|security_?code|backup_?code|challenge|\bkey$|encryption/i;
const HARMLESS =
  /color|colour|jitter|delay|backoff|retry|animation|position|shuffle|sample|mock|fake|dice|particle|seed_?data|token_?count|mask|max_?tokens|tokenize|placeholder|keyframe|react_?key/i;

/** Predictable generators where what is made, or the function that makes it, is named as a secret. */
export const insecureRandomness: CodeDetector = {
  rule,
  triggers: /random|chance|sample|uuid1/i,
  detect: (facts) => {
    const seen = new Set<Syntax>();
    return facts.callsLike({ from: WEAK }).flatMap((call): readonly Detection[] => {
      const purpose = purposeOf(facts, call.node);
      if (purpose === null) return [];
      const at = purpose.owner;
      if (seen.has(at)) return [];
      seen.add(at);
      return [
        facts.finding({
          rule,
          at: call.node,
          message: `"${purpose.name.slice(0, 60)}" is made with a generator that can be predicted.`,
          remediation: REMEDIATION,
          level: facts.isTest ? 'note' : 'warning',
        }),
      ];
    });
  },
};

/** The names on the way up from the call: what it is assigned to, the key it stands under, the function around. */
function purposeOf(facts: FileFacts, node: Syntax): { readonly name: string; readonly owner: Syntax } | null {
  let child = node;
  let open: string | null = null;
  for (let up = node.parent; up !== null; up = up.parent) {
    const name = holderName(up, child);
    if (name !== null) {
      const text = facts.text(name);
      if (HARMLESS.test(text)) return null;
      // `session = { id: … }` is a session's id.
      const whole: string = open === null ? text : `${text}_${open}`;
      if (isSecretName(whole) && !DRAWS.test(facts.text(child)) && !isPlainKey(facts, whole, node))
        return { name: whole, owner: up };
      // What is kept elsewhere is no part of what the function around makes.
      const isKept = /[.\]]/.test(text) && up.type === 'assignment_expression' && !isFunction(child);
      if (isKept && !OPEN_NAME.test(text.split('.').at(-1) ?? '')) return null;
      if (up.type === 'pair' && PART_NAME.test(text)) open = text;
    }
    if (up.type === 'arguments' && up.parent !== null) {
      const callee = up.parent.children.find((each) => each.field === 'function' || each.field === 'constructor');
      if (
        callee !== undefined &&
        /(?:set|create|generate|save|store|update|sign|encrypt|hash)\w*(?:Token|Secret|Password|Session|Otp|Key)|cookie$/i.test(
          facts.text(callee),
        )
      )
        return { name: facts.text(callee), owner: up };
    }
    child = up;
  }
  return innermostFunction(facts, node, open) ?? byUse(facts, node) ?? byRoute(facts, node);
}

/** `Math.floor(Math.random() * items.length)` is a place in a list, whatever it is called. */
const DRAWS = /^Math\.(?:floor|trunc|round)\(\s*Math\.random\(\)\s*\*\s*[\w.$]+\.length\s*\)$/;

/** Names of members that mean nothing without the name of what they are part of. */
const PART_NAME = /^_?(?:id|key|code|link)$/i;

/** What a name such as `code` is for is told by what stands around it. */
const OPEN_NAME = /^(?:code|pin|id|key|link|state|value|result|random\w*|str|hash|digits|number)$/i;
const SECURITY_WORDS =
  /reset_?(?:code|link|pass|token|url)|verif|one_?time|(?:\b|_)(?:otp|sms)(?:\b|_)|2fa|mfa|two_?factor|confirmation_?code|invit|password|login_?code|access_?code|oauth|authori[sz]e\?/i;

function byUse(facts: FileFacts, node: Syntax): { readonly name: string; readonly owner: Syntax } | null {
  const declared = declarationAround(node);
  const name = declared?.children.find((each) => each.field === 'name' || each.field === 'left');
  if (declared !== null && name !== undefined && OPEN_NAME.test(facts.text(name))) {
    const called = facts.text(name);
    const use = new RegExp(`(?:^|[^\\w.])${called}\\b`);
    const around = functionAround(node) ?? facts.program.root;
    const text = facts.program.text.slice(declared.end, Math.min(around.end, declared.end + 600));
    const lines = text.split('\n').filter((line) => use.test(line));
    if (lines.some((line) => SECURITY_WORDS.test(line.replace(/([a-z])([A-Z])/g, '$1_$2'))))
      return { name: called, owner: declared };
  }
  return calledForSecret(facts, node);
}

/** Routes whose codes let somebody in: `/forgot-password`, `/auth/otp`, `/verify-email`. */
const LETS_IN = /forgot|reset|recover|verif|\botp\b|2fa|mfa|two-?factor|magic-?link|sign-?in|log-?in|invite/i;

function byRoute(facts: FileFacts, node: Syntax): { readonly name: string; readonly owner: Syntax } | null {
  const declared = declarationAround(node);
  const name = declared?.children.find((each) => each.field === 'name' || each.field === 'left');
  if (declared === null || name === undefined || !/^(?:code|pin|digits|otp|link|id|key)$/i.test(facts.text(name)))
    return null;
  const handler = facts
    .handlers()
    .find((each) => each.route !== null && LETS_IN.test(each.route) && isInside(node, each.node));
  return handler === undefined ? null : { name: facts.text(name), owner: declared };
}

function declarationAround(node: Syntax): Syntax | null {
  for (let up = node.parent; up !== null; up = up.parent) {
    if (up.type === 'variable_declarator' || up.type === 'assignment_expression') return up;
  }
  return null;
}

/** `function makeId() { … random … }` and `const inviteCode = makeId()`. */
function calledForSecret(facts: FileFacts, node: Syntax): { readonly name: string; readonly owner: Syntax } | null {
  let fn = functionAround(node);
  while (fn !== null && nameOf(fn) === null) fn = functionAround(fn);
  const own = fn === null ? null : nameOf(fn);
  if (fn === null || own === null) return null;
  for (const call of facts.calls()) {
    if (facts.text(call.callee) !== facts.text(own) && facts.functionOf(call.callee) !== fn) continue;
    for (let child: Syntax = call.node, up = call.node.parent; up !== null; child = up, up = up.parent) {
      const name = holderName(up, child);
      if (name === null) continue;
      const text = facts.text(name);
      if (isSecretName(text) && !HARMLESS.test(text)) return { name: text, owner: fn };
      break;
    }
  }
  return null;
}

/** What a class makes is what it is named for: `class ApiKey` and its `generate`. */
const MAKES = /^(?:generate|create|make|new|issue|build|random)$/;

function ofClass(facts: FileFacts, fn: Syntax): { readonly name: string; readonly owner: Syntax } | null {
  for (let up = fn.parent; up !== null; up = up.parent) {
    if (up.type !== 'class_declaration') continue;
    const name = fieldOf(up, 'name');
    return name !== undefined && isSecretName(facts.text(name)) ? { name: facts.text(name), owner: fn } : null;
  }
  return null;
}

function innermostFunction(
  facts: FileFacts,
  node: Syntax,
  open: string | null,
): { readonly name: string; readonly owner: Syntax } | null {
  for (let fn = functionAround(node); fn !== null; fn = functionAround(fn)) {
    const name = nameOf(fn);
    if (name === null) continue;
    const text = facts.text(name);
    if (HARMLESS.test(text)) return null;
    if (isSecretName(text) || (open !== null && isSecretName(`${text}_${open}`))) return { name: text, owner: fn };
    const [maker, inside, method = text] = text.split('.');
    // `Tokens.prototype.generate = function () { … }`
    if (inside === 'prototype' && maker !== undefined && MAKES.test(method))
      return isSecretName(maker) ? { name: maker, owner: fn } : null;
    return MAKES.test(text) ? ofClass(facts, fn) : null;
  }
  return null;
}

/** A `key` of a list's row or a table is none to a lock: something around has to speak of what it would open. */
function isPlainKey(facts: FileFacts, name: string, node: Syntax): boolean {
  return (
    /^key$/i.test(name.split('.').at(-1) ?? name) &&
    !/crypt|cipher|hmac|\bsign|licen[cs]e|api_?key|secret|secur|password|auth/i.test(
      `${className(facts, node)} ${withoutComments(facts.text(outermostFunction(node) ?? facts.program.root))}`,
    )
  );
}

/** The name of the class that a field or a method stands in: `key` of an `ApiKey`. */
function className(facts: FileFacts, node: Syntax): string {
  const around = classAround(node);
  const name = around === null ? undefined : fieldOf(around, 'name');
  return name === undefined ? '' : facts.text(name);
}

function outermostFunction(node: Syntax): Syntax | null {
  let found: Syntax | null = null;
  for (let fn = functionAround(node); fn !== null; fn = functionAround(fn)) found = fn;
  return found;
}

function isSecretName(text: string): boolean {
  const last = text.split('.').at(-1) ?? text;
  return SECRET.test(last.replace(/([a-z])([A-Z])/g, '$1_$2'));
}

function holderName(up: Syntax, child: Syntax): Syntax | null {
  switch (up.type) {
    case 'variable_declarator':
    case 'public_field_definition':
      return fieldOf(up, 'name') ?? null;
    case 'assignment_expression':
    case 'augmented_assignment_expression':
      return child.field === 'right' ? (fieldOf(up, 'left') ?? null) : null;
    case 'pair':
    case 'keyword_argument':
      return up.children.find((each) => each.field === 'key' || each.field === 'name') ?? null;
    default:
      return null;
  }
}
