/**
 * Letters of other alphabets that look like a Latin one in common fonts (a part of Unicode Technical Standard 39,
 * "confusables": Cyrillic, Greek and Armenian letters with a Latin twin).
 */
const PAIRS: readonly (readonly [string, string])[] = [
  [
    '\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0458\u04bb\u0501\u051b\u051d\u04cf\u0475\u0461',
    'aeopcyxisjhdqwlvw',
  ],
  [
    '\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0405\u0406\u0408\u04ae\u050c\u051a\u051c\u04c0\u0417',
    'ABEKMHOPCTYXSIJYGQWI3',
  ],
  ['\u03bf\u03b1\u03b9\u03bd\u03c1\u03c5\u03c7\u03ba\u03b7\u03c9\u03b3', 'oaivpuxknwy'],
  ['\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7', 'ABEZHIKMNOPTYX'],
  ['\u0585\u0578\u057d\u0570\u0566\u0563\u0581', 'onuhqqg'],
];

const TWINS: ReadonlyMap<string, string> = new Map(
  PAIRS.flatMap(([foreign, latin]) =>
    [...foreign].map((character, index) => [character, [...latin][index] ?? ''] as const),
  ),
);

const TWIN = new RegExp(`[${PAIRS.map(([foreign]) => foreign).join('')}]`);

/** Whether a text has a letter by which one of its words may pose as another; asked of a whole file, without splitting it. */
export function mayPose(text: string): boolean {
  return TWIN.test(text) || STYLED.test(text);
}

/** Greek letters that mathematics uses alone or before a Latin name. */
const MATHEMATICAL = /[\u03b1\u03b9\u03bd\u03c1\u03c5\u03c7\u03ba\u03b7\u03c9\u03b3]/;

/** Styled Latin letters (full width, mathematical): readers fold them to plain ones, compilers may as well. */
const STYLED = /[\uff21-\uff3a\uff41-\uff5a\u{1d400}-\u{1d7ff}\u2100-\u214f]/u;

/**
 * The Latin word that a mixed word poses as, or null. Every foreign letter must have a Latin twin: a word with one that
 * has none (a stem with a suffix of another language) poses as nothing.
 */
export function mixedWord(word: string): string | null {
  const letters = [...word];
  if (!/[A-Za-z]/.test(word)) return null;
  if (STYLED.test(word)) return word.normalize('NFKC');
  let foreign = 0;
  let mathematical = 0;
  let latin = '';
  for (const letter of letters) {
    if (/[\u0000-\u007f]/.test(letter)) {
      latin += letter;
      continue;
    }
    const twin = TWINS.get(letter);
    if (twin === undefined) return null;
    if (MATHEMATICAL.test(letter)) mathematical += 1;
    foreign += 1;
    latin += twin;
  }
  return foreign === 0 || mathematical === foreign ? null : latin;
}

/** The Latin word that a wholly foreign word poses as, where that word stands in the same file; else null. */
export function looksAlike(word: string, file: string): string | null {
  const letters = [...word];
  if (letters.length < 3) return null;
  let latin = '';
  for (const letter of letters) {
    const twin = /[\d_$]/.test(letter) ? letter : TWINS.get(letter);
    if (twin === undefined) return null;
    latin += twin;
  }
  return new RegExp(`(?<![\\w$])${latin.replace(/\$/g, '\\$')}(?![\\w$])`).test(file) ? latin : null;
}
