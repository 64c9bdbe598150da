import type { Detection } from '../../../src/core/detection.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { CIPHER, report } from './rule.ts';

const WEAK_CIPHER = /^(?:des|des-|des3|3des|rc2|rc4|bf|blowfish|cast5?|seed|idea)|-ecb\b|^rc4/i;

/** PyCryptodome: the mode's own value, which has to be new for each message, is written in the source. */
export function samePlaces(facts: FileFacts, call: Call): boolean {
  if (/ECB/.test(facts.text(call.arguments[1] ?? call.node))) return false;
  const own = call.keywords.get('iv') ?? call.keywords.get('IV') ?? call.keywords.get('nonce') ?? call.arguments[2];
  return own !== undefined && isWritten(facts, own);
}

/** `b"0000000000000000"`, `b"\0" * 16`, `bytes(16)` */
function isWritten(facts: FileFacts, value: Syntax): boolean {
  const given = facts.definition(value) ?? value;
  return (
    typeof facts.constant(given) === 'string' ||
    /^(?:b["'][^"']*["']\s*\*\s*\d+|bytes\(\d+\)|bytearray\(\d+\))$/.test(facts.text(given))
  );
}

/** `createCipheriv(algorithm, key, nonce)`: the algorithm, and a nonce that is the same for every message. */
export function cipher(facts: FileFacts, call: Call, algorithm: Syntax): readonly Detection[] {
  const name = facts.constant(algorithm);
  if (typeof name === 'string' && WEAK_CIPHER.test(name))
    return [report(facts, call.node, `The cipher ${name.slice(0, 30)} can be broken with little effort.`, CIPHER)];
  const nonce = /Decipher/.test(call.name ?? '') ? undefined : call.arguments[2];
  const value = nonce === undefined ? undefined : constantNonce(facts, nonce);
  if (value === true) return [report(facts, call.node, 'Every message is encrypted with the same nonce.', CIPHER)];
  return [];
}

function constantNonce(facts: FileFacts, nonce: Syntax): boolean {
  const known = facts.constant(nonce);
  if (typeof known === 'string') return true;
  const value = facts.definition(nonce) ?? nonce;
  const text = facts.text(value);
  if (/^Buffer\.alloc\(\s*\d+\s*(?:,\s*\d+\s*)?\)$/.test(text)) return true;
  return /^Buffer\.from\(\s*['"`][^$]*['"`]/.test(text);
}
