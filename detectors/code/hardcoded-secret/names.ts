import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { spaced } from '../support/names.ts';
import { fallbackOf, otherwise } from './fallbacks.ts';
import { isPlaceholder, masked, randomLooking } from './formats.ts';
import { type Found, report } from './rule.ts';
import { signsSessions } from './sessions.ts';

const NAME =
  /(?:^|[_.\-\s'"])(?:passw(?:or)?d|passwd|pwd|passphrase|secret|secret_?key|api_?key|apikey|access_?key(?:_?id)?|private_?key|auth_?token|access_?token|refresh_?token|bearer|token|jwt_?secret|session_?secret|cookie_?secret|signing_?key|encryption_?key|client_?secret|master_?key|db_?pass(?:word)?|credentials?|secret_?or_?key|webhook_?secret|aes_?key|hmac_?key|salt)['"]?$/i;

/** What stands in every name that is one of a secret, however its words are joined; most names have nothing of it. */
export const HINT = /pass|pwd|secret|key|token|bearer|credential|salt/i;

/** The last part of what an assignment writes to: `db.password`, `config["password"]`. */
export function lastName(facts: FileFacts, target: Syntax): string {
  if (target.type === 'subscript_expression') {
    const index = fieldOf(target, 'index');
    return index === undefined ? '' : String(facts.constant(index) ?? '');
  }
  const written = facts.text(target);
  return written.slice(written.lastIndexOf('.') + 1);
}

/** A literal, or a fall-back of the environment, under the name of a secret; `key`: where the name stands. */
export function underName(facts: FileFacts, name: string, value: Syntax, key: Syntax | null): Found | null {
  if (!HINT.test(name)) return null;
  const fallback = fallbackOf(facts, value);
  const literal =
    fallback ?? otherwise(facts, value) ?? (value.type === 'string' || value.type === 'template_string' ? value : null);
  if (literal === null) return null;
  const words = spaced(name);
  // Next to the environment a name says more: `SENDGRID_KEY`.
  const named =
    NAME.test(`_${words}`) || (fallback !== null && /_(?:KEY|TOKEN|SECRET)$/.test(name) && !/PUBLIC/.test(name));
  // `AWS::Route53::KeySigningKey` is the name of a type.
  if (!named || name.includes('::')) return null;
  const text = facts.constant(literal);
  if (typeof text !== 'string') return null;
  const known = fallback !== null || (key !== null && signsSessions(facts, key));
  if (!couldBeSecret(text, name, known)) return null;
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
    const callee = fieldOf(up, 'function');
    const from = callee === undefined ? null : facts.origin(callee);
    if (/^(?:vitest|@jest\/globals|mocha|bun:test|test|~)\.?(?:it|test|specify)(?:\.\w+)?$/.test(from ?? ''))
      return true;
  }
  return false;
}

function couldBeSecret(text: string, name: string, isFallback: boolean): boolean {
  if (text.length < (isFallback ? 3 : SHORTEST) || text.length > 4_000) return false;
  if (isPlaceholder(text) && !isFallback) return false;
  if (/^<|>$|^\$\{|^%|\{\{|^#[0-9a-f]{3,8}\b/i.test(text)) return false;
  if (!/^-----BEGIN/.test(text) && text.split(/\s+/).length > 2) return false;
  if (/^(?:https?:|\/|\.\/|[a-z]+\.[a-z.]+$)/i.test(text)) return false;
  if (
    /^(?:string|passw(?:or)?d|pwd|text|hidden|required|optional|bearer|basic|none|null|undefined|true|false|token|secret|key|apikey|api[-_]key|authorization|x-[\w-]+|utf-?8|hex|base64|include|same-origin|omit|email|username)$/i.test(
      text,
    ) &&
    !isFallback
  )
    return false;
  // Selectors and kinds of words in a grammar, patterns, and files.
  if (/^[.#@][a-z][\w-]*$|^[a-z][\w-]*(?:\.[a-z][\w-]*)+$/.test(text) && !/passw|pwd|secret/i.test(name)) return false;
  if (/\\[wdsWDS]|\[\^/.test(text) || /^[\w.-]+(?:\/[\w.-]+)+\.[a-z]{2,5}$/.test(text)) return false;
  // `SECRET_DO_NOT_SHOW_THIS`, `NOT_LOGGING_PASSWORD`: a sentence in the words of a constant.
  if (/^(?:[A-Z]+_){3,}[A-Z]+$|^NOT?_[A-Z_]+$/.test(text) && !isFallback) return false;
  // Versions and object identifiers.
  if (/^v?\d+(?:\.\d+)+$/.test(text)) return false;
  const plainWord = /^_?[a-z]+(?:[-_ ][a-z]+)*$/i.test(text);
  if (text.toLowerCase().replace(/[-_ ]/g, '') === name.toLowerCase().replace(/[-_ ]/g, '')) return isFallback;
  if (plainWord && /token|key|credential/i.test(name) && !/secret|passw|pwd/i.test(name))
    return isFallback || text.length > 24;
  return true;
}

/** `createClient(url, process.env.SERVICE_KEY ?? 'sbs_9dK2…')`: under no name but the environment's own. */
export function instead(facts: FileFacts): readonly Found[] {
  const found: Found[] = [];
  const operations = facts.nodes('binary_expression');
  // By index, here and below: before code is optimised, each step of an iterator makes an object.
  for (let at = 0; at < operations.length; at += 1) {
    const node = operations[at];
    if (node?.parent?.type !== 'arguments') continue;
    const left = fieldOf(node, 'left');
    const right = fieldOf(node, 'right');
    if (left === undefined || right?.type !== 'string') continue;
    const name = /^(?:process|Bun|import\.meta)\.env\.(\w+)$/.exec(facts.text(left))?.[1];
    if (name === undefined || /PUBLIC|ANON/.test(name)) continue;
    const one = underName(facts, name, node, null);
    if (one !== null) found.push(one);
  }
  return found;
}

/** What stands in the name of everything that opens a door. */
const OPENS = /pass|pwd|secret|key|code|token/i;

/** Texts of some length, and what may stand for one. */
function mayOpen({ type, start, end }: Syntax): boolean {
  return type === 'string' ? end - start >= SHORTEST + 2 : !NO_TEXTS.has(type);
}

const NO_TEXTS: ReadonlySet<string> = new Set(['number', 'true', 'false', 'null', 'undefined', 'this', 'regex']);

/** Characters that a secret has at least where nothing else says that it is one. */
const SHORTEST = 5;

/** Names that begin with what is done. */
const DOES =
  /^(?:\w+\.)*(?:update|set|reset|change|require|show|hide|use|has|is|no|ask|store|save|remember|generate|validate|check|allow|enable|disable|with|on)_/i;

/** `password === 'admin123'`: the comparison says what opens the door. */
export function compared(facts: FileFacts): readonly Found[] {
  const found: Found[] = [];
  const comparisons = facts.comparisons();
  for (let at = 0; at < comparisons.length; at += 1) {
    const comparison = comparisons[at];
    if (comparison === undefined) continue;
    const isFirst = comparison.left.type === 'string';
    const literal = isFirst ? comparison.left : comparison.right;
    const other = isFirst ? comparison.right : comparison.left;
    if (other.type === 'unary_expression' || !mayOpen(literal)) continue;
    const name = headerName(facts, other) ?? lastName(facts, other);
    if (!OPENS.test(name)) continue;
    const words = spaced(name);
    if (
      !/(?:^|_)(?:passw(?:or)?d|pwd|passphrase|secret|api_?key|pin_?code|(?:api|auth|access|admin)_?token)$/i.test(
        words,
      )
    )
      continue;
    const text = facts.constant(literal);
    if (typeof text !== 'string' || !couldBeSecret(text, name, false)) continue;
    // `update_password == 'always'`: what is to be done with it, and not the password.
    if (DOES.test(words) && /^[a-z]+(?:[-_ ][a-z]+)*$/.test(text)) continue;
    const message = `What opens the door is written in the source: "${name.slice(0, 40)}" is compared with a constant (${masked(text)}).`;
    found.push({ at: literal, detection: report(facts, literal, message, facts.isTest ? 'note' : 'error') });
  }
  return found;
}

/** `req.get('x-api-key')`, `request.headers.get('X-Api-Key')`, `req.headers['x-api-key']`: the header that carries the key. */
function headerName(facts: FileFacts, read: Syntax): string | null {
  const value = facts.definition(read) ?? read;
  const { text } = facts.program;
  // It ends with the name in parentheses or brackets.
  if (!text.startsWith(')', value.end - 1) && !text.startsWith(']', value.end - 1)) return null;
  const named = /(?:\.(?:get|header|getHeader)\(\s*|headers\[\s*)['"]([\w-]+)['"]\s*[\])]$/.exec(
    text.slice(Math.max(value.start, value.end - 120), value.end),
  )?.[1];
  return named === undefined ? null : named.replace(/^x-/i, '').replaceAll('-', '_');
}
