/** Expressions that no text can match in two ways. */
export const PROVEN: readonly string[] = [
  '(?:[^"\\\\]|\\\\.)*',
  '^(?:[a-z]+-)*[a-z]+$',
  '(?:\\d+,)+',
  '^v?\\d+(?:\\.\\d+){2}$',
  '(?:a{2,3}b)*',
  '(?:(?!\\1)[^x]|x.)*',
  '(?<year>\\d{4})-(?<month>\\d\\d)',
  '(?:[\\u0041-\\x5a]|_)+',
];

/** Expressions, with their flags, for which that cannot be shown at a glance: ambiguous ones, and ones that are not read. */
export const OPEN: readonly (readonly [string, string])[] = [
  ['(a+)+', ''],
  ['(a|a)*', ''],
  ['(a|A)*', 'i'],
  ['([k]|\\u212a)*', 'iu'],
  ['(?:a?|b?)*', ''],
  ['(?:(?:a?|b?)c)*', ''],
  ['(?:(?:a?)?c)*', ''],
  ['(\\s*a\\s*)*', ''],
  ['(?:[^]|a)*', ''],
  ['(\\w|[^a])*', ''],
  ['(é|[^a])*', ''],
  ['(a|\\x61)*', ''],
  ['(?:\\p{L}|a)*', 'u'],
  ['(.)\\1*(?:a\\1)*', ''],
  ['(?=(a+)+b)c', ''],
  ['(?:x{1,30}){1,30}', ''],
  ['(?i:a|b)*', ''],
  ['a++', ''],
  ['[', ''],
  ['(', ''],
  ['a)', ''],
  ['[a&&b]', 'v'],
];
