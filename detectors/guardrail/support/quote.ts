/** Longest piece of suspicious text that a message may carry, in UTF-16 code units. */
export const QUOTE_LIMIT = 80;

/** Control, format (bidirectional, zero-width, tag), surrogate and other characters that nobody can see. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** One character as `<U+202E>`. */
export function codePointName(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  return `<U+${point.toString(16).toUpperCase().padStart(4, '0')}>`;
}

/** The text with every character that a reader cannot see written out by its code point. */
export function neutral(text: string): string {
  return text.replace(UNSAFE, (character) => codePointName(character));
}

/**
 * The smallest piece that shows a finding, fit for a message: on one line, without any character that a reader cannot
 * see or that moves others about, between marks that the piece itself cannot close, at most QUOTE_LIMIT long with them.
 */
export function quote(text: string): string {
  const head = text.slice(0, QUOTE_LIMIT * 4);
  const plain = neutral(head.replace(/\s+/g, ' ').trim()).replace(/[“”]/g, '"');
  // The two marks and the ellipsis count, so that the whole stays within the limit.
  const room = QUOTE_LIMIT - 3;
  const cut = plain.length > room || head.length < text.length;
  return cut ? `“${plain.slice(0, room).replace(/[\ud800-\udbff]$/, '')}…”` : `“${plain}”`;
}
