/** What JSON can carry (RFC 8259). */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/**
 * The value with every lone surrogate, which has no UTF-8 form (RFC 8785 refuses it), told as U+FFFD and its number:
 * `"\\ud800"` in a manifest is a text like any other to JSON, and different ones stay different.
 */
export function inUnicode(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.isWellFormed() ? value : told(value);
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map(inUnicode);
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [told(key), each === undefined ? undefined : inUnicode(each)]),
  );
}

function told(text: string): string {
  return text.isWellFormed()
    ? text
    : text.replace(/\p{Surrogate}/gu, (half) => `\ufffd${half.charCodeAt(0).toString(16)}`);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
