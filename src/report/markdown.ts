/**
 * Text that others control, made fit to stand in GitHub's markdown as text: never a link, mention, image, heading,
 * HTML, formula or emoji, and never with characters that a reader cannot see.
 * GitHub turns `@name`, `#12` and addresses into links after markdown was rendered, so escapes alone do not stop it:
 * a zero-width space, written as an entity, stands between.
 */

const BREAK = '&#8203;';

/**
 * Characters that show nothing or re-order what is shown: controls, formats (bidi, zero-width, tags), separators,
 * lone surrogates, private use, variation selectors, fillers and the combining grapheme joiner (Unicode general
 * categories; UAX #9 for the bidi controls).
 */
const HIDDEN =
  /(?:[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u115F\u1160\u2800\u3164\uFFA0]|\u034F|\u17B4|\u17B5|[\u180B-\u180F]|[\uFE00-\uFE0E]|[\u{E0100}-\u{E01EF}])+/gu;

/** One line of plain text of at most `maxLength` characters: hidden characters are named, white space is folded. */
export function plainText(text: string, maxLength: number): string {
  const room = text.slice(0, maxLength * 4 + 64);
  const seen = room
    .replace(/[\t\n\v\f\r\p{Zs}]+/gu, ' ')
    .replaceAll('\uFE0F', '')
    .replace(HIDDEN, nameHidden)
    .replace(/(\p{M}{2})\p{M}+/gu, '$1')
    .trim();
  const characters = [...seen];
  if (characters.length <= maxLength && room.length === text.length) return seen;
  return `${characters.slice(0, Math.max(0, maxLength - 1)).join('')}…`;
}

function nameHidden(run: string): string {
  const characters = [...run];
  if (characters.length > 1) return `⟨${characters.length} hidden characters⟩`;
  const code = run.codePointAt(0) ?? 0;
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}

/** A hostile text as one line of markdown text. `maxLength` counts what a reader sees. */
export function inlineText(text: string, maxLength: number): string {
  const escaped = plainText(text, maxLength)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_{}[\]()~|$!^"']/g, (mark) => `&#${mark.charCodeAt(0)};`)
    .replaceAll('@', `@${BREAK}`)
    .replace(/(?<!&)#/g, `#${BREAK}`)
    .replace(/:(?=\/\/|[a-z0-9_+-]+:)/gi, `:${BREAK}`)
    .replace(/\b(www|gh|mailto|xmpp)(?=[.:-])/gi, `$1${BREAK}`)
    .replace(/\b[0-9a-f]{7,}\b/gi, (hex) => hex.replace(/(.{6})(?=.)/g, `$1${BREAK}`));
  return escaped.replace(/^([-+=])/, (mark) => `&#${mark.charCodeAt(0)};`).replace(/^(\d{1,9})([.])/, `$1${BREAK}$2`);
}

/** A hostile text as a code span: names, paths, versions. Fit for table cells too. */
export function inlineCode(text: string, maxLength: number): string {
  const seen = plainText(text, maxLength);
  if (seen === '') return '`(empty)`';
  // Backslashes and pipes split table cells even in code spans; an HTML code element takes entities.
  if (/[|\\]/.test(seen)) return `<code>${entities(seen)}</code>`;
  const longest = Math.max(0, ...[...seen.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = seen.startsWith('`') || seen.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${seen}${pad}${fence}`;
}

function entities(text: string): string {
  return text.replace(/[^\p{L}\p{N} ]/gu, (mark) => `&#${mark.codePointAt(0)};`);
}

/** The same for an HTML page: text that stands between tags or in a quoted attribute. */
export function htmlText(text: string): string {
  return text.replace(/[&<>"'`]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

/** `1 finding`, `2 findings`. */
export function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** A list for a sentence: `a, b and c`; past `max` entries, how many more there are. */
export function listed(items: readonly string[], max: number): string {
  const shown = items.slice(0, max);
  const rest = items.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`;
  const last = shown.at(-1);
  if (shown.length < 2 || last === undefined) return shown.join('');
  return `${shown.slice(0, -1).join(', ')} and ${last}`;
}

const utf8 = new TextEncoder();

/** Length in UTF-8 bytes: never less than in characters, whichever of them a limit counts. */
export function byteLength(text: string): number {
  return utf8.encode(text).length;
}

/**
 * Puts blocks under one another within a limit (UTF-8 bytes). `head` and `foot` always stay; of the blocks between, as
 * many as fit, in order, followed by a sentence that says how many are left out.
 */
export function withinLimit(
  parts: { readonly head: string; readonly blocks: readonly string[]; readonly foot: string },
  limit: number,
  leftOut: (count: number) => string,
): string {
  const fixed = byteLength(parts.head) + byteLength(parts.foot) + 4;
  const room = limit - fixed;
  let used = 0;
  const kept: string[] = [];
  for (const block of parts.blocks) {
    const size = byteLength(block) + 2;
    const note = kept.length + 1 < parts.blocks.length ? byteLength(leftOut(parts.blocks.length)) + 2 : 0;
    if (used + size + note > room) break;
    kept.push(block);
    used += size;
  }
  const missing = parts.blocks.length - kept.length;
  const middle = missing > 0 ? [...kept, leftOut(missing)] : kept;
  return [parts.head, ...middle, parts.foot].filter((part) => part !== '').join('\n\n');
}
