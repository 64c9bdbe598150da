/** Longest piece of suspicious text that a message may carry, in UTF-16 code units. */
export const QUOTE_LIMIT = 80;

/** Control, bidirectional, zero-width, tag and other invisible characters: never passed on as they are. */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}\ud800-\udfff]/gu;

/** One character as `<U+202E>`. */
export function codePointName(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  return `<U+${point.toString(16).toUpperCase().padStart(4, '0')}>`;
}

/**
 * The smallest piece that shows a finding, fit for a message: on one line, without any character that a reader cannot
 * see or that moves others about, between quotation marks that the piece itself cannot close, at most `limit` long.
 */
export function quote(text: string, limit: number = QUOTE_LIMIT): string {
  const head = text.slice(0, limit * 4);
  const plain = head
    .replace(/\s+/g, ' ')
    .trim()
    .replace(UNSAFE, (character) => codePointName(character))
    .replace(/[“”]/g, '"');
  // The marks and the ellipsis count, so that the whole stays within the limit.
  const room = limit - 3;
  const cut = plain.length > room || head.length < text.length;
  return cut ? `“${plain.slice(0, room).replace(/[\ud800-\udbff]$/, '')}…”` : `“${plain}”`;
}
