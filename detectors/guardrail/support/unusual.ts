import type { FileSide } from '../../../src/core/detector.ts';

/**
 * What nobody sees (`Default_Ignorable_Code_Point`), what changes the order of others (`Bidi_Control`), and the blocks of
 * letters that look like Latin ones: Greek, Cyrillic, Armenian, styled and full-width ones (Unicode, DerivedCoreProperties.txt
 * and PropList.txt; Technical Standard 39). Those beyond the basic plane by the surrogates that they begin with. All are
 * beyond Latin-1, so that the expression need not look at a text that V8 keeps in bytes: the soft hyphen is apart.
 */
const UNUSUAL =
  /[\u034f\u0391-\u061c\u115f-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2100-\u214f\u3164\ufdd0-\uff5a\uffa0\ufff0-\ufff8\ud82f\ud834\ud835\udb40-\udb43]/;
const SOFT_HYPHEN = '\u00ad';

export function isUnusual(text: string): boolean {
  return UNUSUAL.test(text) || text.includes(SOFT_HYPHEN);
}

const MEMO = new WeakMap<FileSide, boolean>();

/** Whether a file has a character that reads otherwise than it looks: most files have none, and are not gone through for them. */
export function hasUnusual(side: FileSide): boolean {
  const known = MEMO.get(side);
  if (known !== undefined) return known;
  const fresh = isUnusual(side.text);
  MEMO.set(side, fresh);
  return fresh;
}
