import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { inUnicode, type JsonValue } from './json.ts';

/** SHA-256 of the canonical JSON (RFC 8785) of a value, as 64 lower-case hex digits. Texts that are not Unicode count as `inUnicode` tells them. */
export function digestOf(value: JsonValue): string {
  const canonical = canonicalize(inUnicode(value));
  if (canonical === undefined) throw new TypeError('a digest needs a JSON value');
  return createHash('sha256').update(canonical, 'utf8').digest('hex');
}

/** SHA-256 of a text's UTF-8 bytes, as 64 lower-case hex digits. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
