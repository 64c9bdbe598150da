import type { Detection } from '../../../src/core/detection.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { codeRule } from '../support/rule.ts';

/** What this detector says, in each of its parts. */
export const rule = codeRule({
  id: 'weak-cryptography',
  shortDescription: 'A cipher, hash or key derivation is used that no longer protects',
  help: 'DES, RC4, ECB mode and createCipher leak or give up what they encrypt; MD5 and SHA-1 can be forged; a fast hash of a password is guessed billions of times a second. Use AES-256-GCM with a fresh random nonce, SHA-256 or better, and scrypt, argon2 or bcrypt for passwords.',
  cwe: [327, 328, 916],
  level: 'warning',
  confidence: 'high',
});

/** What to do about ciphers, their modes and nonces. */
export const CIPHER = 'Use AES-256-GCM with a random nonce for every message.';
/** What to do about hashes. */
export const HASH = 'Use SHA-256 or better.';
/** What to do about ways to store passwords. */
export const PASSWORD = 'Store passwords with scrypt, argon2 or bcrypt, each with its own salt.';

/** A finding of this rule, a note in tests. */
export function report(facts: FileFacts, at: Syntax, message: string, remediation: string): Detection {
  return facts.finding({ rule, at, message, remediation, level: facts.isTest ? 'note' : 'warning' });
}
