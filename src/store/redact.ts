import type { JsonValue } from '../core/json.ts';

/**
 * Secrets by the shapes that their issuers publish: GitHub tokens (GitHub documentation, "GitHub's token formats"), npm
 * access tokens, AWS access key ids (IAM documentation, "Unique identifiers"), Slack tokens, JSON Web Tokens (RFC 7519),
 * PEM private keys (RFC 7468), passwords in addresses (RFC 3986, section 3.2.1). A ledger entry can never be taken back.
 */
const SECRETS =
  /gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255}|npm_[A-Za-z0-9]{30,64}|\b(?:AKIA|ASIA)[A-Z2-7]{16}\b|xox[abeoprs]-[A-Za-z0-9-]{10,250}|eyJ[A-Za-z0-9_-]{8,4096}\.eyJ[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{8,4096}|-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]{0,16384}?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)|(?<=[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@:]{0,255}:[^\s/@]{1,255}(?=@)/g;

export const REMOVED = '[removed: it looks like a secret]';

/** The text without secrets, and without lone surrogates (which RFC 8785 cannot carry). */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll(SECRETS, REMOVED);
}

export function cleanJson(value: JsonValue): JsonValue {
  if (typeof value === 'string') return cleanText(value);
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map(cleanJson);
  const entries = Object.entries(value).flatMap(([key, item]) =>
    item === undefined ? [] : [[cleanText(key), cleanJson(item)] as const],
  );
  return Object.fromEntries(entries);
}

/** `Array.isArray` does not narrow read-only arrays. */
function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
