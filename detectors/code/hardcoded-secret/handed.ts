import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { within } from '../support/around.ts';
import { oneOf } from '../support/remember.ts';
import { fallbackOf } from './fallbacks.ts';
import { masked } from './formats.ts';
import { type Found, report } from './rule.ts';

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

/** Keys that are handed to a library as a literal, under whatever name. */
export function handed(facts: FileFacts): readonly Found[] {
  const found: Found[] = [];
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
      found.push({
        at,
        detection: report(
          facts,
          at,
          `The key for ${call.name ?? 'this call'} is written in the source (${masked(text)}).`,
          facts.isTest ? 'warning' : 'error',
        ),
      });
    }
  }
  return found;
}

const CALLS: ReadonlySet<string> = new Set(['call_expression']);

/** What `Buffer.from('…')` is made of, also under `.toString('hex')`. */
function encoded(facts: FileFacts, given: Syntax): Syntax | undefined {
  if (!/^Buffer\.from\(/.test(facts.text(given))) return undefined;
  const call = [...within(given, CALLS)].find(({ children }) =>
    children.some((child) => facts.text(child) === 'Buffer.from'),
  );
  return call?.children.find((child) => child.field === 'arguments')?.children[0];
}
