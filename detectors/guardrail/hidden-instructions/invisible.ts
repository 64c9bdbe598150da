/** A run of characters that nobody sees. */
export interface InvisibleRun {
  readonly index: number;
  readonly length: number;
  readonly kind:
    | 'tag characters'
    | 'variation selectors'
    | 'zero-width characters'
    | 'an invisible character inside a word';
  /** What the run says, where its encoding is known. */
  readonly decoded: string;
}

/** What Unicode says to leave unshown, the bidirectional controls aside: these have a rule of their own. */
export const INVISIBLE = /(?![\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])\p{Default_Ignorable_Code_Point}/u;

const RUN = /(?:(?![\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])\p{Default_Ignorable_Code_Point})+/gu;

/** Flags of regions: a black flag, tag characters, a cancel tag (Unicode Technical Standard 51, section "ED-14a"). */
const FLAG_START = '\u{1f3f4}';
const CANCEL = 0xe007f;

function points(text: string): readonly number[] {
  return [...text].map((character) => character.codePointAt(0) ?? 0);
}

function isTag(point: number): boolean {
  return point >= 0xe0000 && point <= 0xe007f;
}

function isSelector(point: number): boolean {
  return (point >= 0xfe00 && point <= 0xfe0f) || (point >= 0xe0100 && point <= 0xe01ef);
}

/** Variation selectors as bytes: the first 16 are 0–15, the supplement 16–255. */
function selectorText(run: readonly number[]): string {
  const bytes = run.filter(isSelector).map((point) => (point <= 0xfe0f ? point - 0xfe00 : point - 0xe0100 + 16));
  return new TextDecoder().decode(new Uint8Array(bytes));
}

function tagText(run: readonly number[]): string {
  return String.fromCodePoint(
    ...run.filter((point) => point >= 0xe0020 && point < CANCEL).map((point) => point - 0xe0000),
  );
}

/** A letter or a symbol that a joiner or a selector rightly follows: emoji, and scripts that are not Latin. */
function takesJoiner(before: string, after: string): boolean {
  return (
    /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f/u.test(before) ||
    (/[^\u0000-\u024f]/u.test(before) && /^(?:$|[^\u0000-\u024f])/u.test(after))
  );
}

/** Every run of a line that hides something; joiners in emoji and in scripts that need them are left out. */
export function invisibleRuns(line: string, program: boolean): readonly InvisibleRun[] {
  if (!INVISIBLE.test(line)) return [];
  const runs = [...line.matchAll(RUN)].flatMap((found) => runAt(line, found.index, found[0], program) ?? []);
  const scattered = runs.length === 0 ? scatteredRun(line) : null;
  return scattered === null ? runs : [scattered];
}

/** Spaces of no width strewn over a line of Latin text: one may be an accident of pasting, many are a code. */
function scatteredRun(line: string): InvisibleRun | null {
  const spaces = [...line.matchAll(/(?<![@#])[\u200b\u2060\ufeff]/g)];
  const [first] = spaces;
  if (first === undefined || spaces.length < 4 || /(?![\p{Script=Latin}])\p{L}/u.test(line)) return null;
  return { index: first.index, length: spaces.length, kind: 'zero-width characters', decoded: '' };
}

function runAt(line: string, index: number, run: string, program: boolean): InvisibleRun | null {
  // A byte order mark at the very beginning is what some editors write.
  if (index === 0 && run === '\ufeff') return null;
  const codes = points(run);
  const before = [...line.slice(Math.max(0, index - 2), index)].at(-1) ?? '';
  const after = [...line.slice(index + run.length, index + run.length + 2)][0] ?? '';
  const place = { index, length: run.length };
  if (codes.some(isTag)) {
    if (before === FLAG_START && codes.every(isTag) && codes.at(-1) === CANCEL && codes.length <= 8) return null;
    return { ...place, kind: 'tag characters', decoded: tagText(codes) };
  }
  const selectors = codes.filter(isSelector).length;
  if (selectors >= 3) return { ...place, kind: 'variation selectors', decoded: selectorText(codes) };
  if (selectors === codes.length) return null;
  const zero = codes.length - selectors;
  if (zero >= 3) return { ...place, kind: 'zero-width characters', decoded: '' };
  // A soft hyphen and a word joiner are typesetting; a space of no width after a sign keeps a mention from being one.
  if (!program && /^[\u00ad\u2060\u200b]+$/.test(run) && (/[@#/<_.-]/.test(before) || run !== '\u200b')) return null;
  if (/^(?:\u200c|\u200d|\ufe0f)+$/.test(run) && takesJoiner(before, after)) return null;
  if (
    /^[\u115f\u1160\u3164\uffa0]+$/.test(run) &&
    !program &&
    /[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]/.test(before + after)
  )
    return null;
  if (/[\w$]/.test(before) && /[\w$]/.test(after))
    return { ...place, kind: 'an invisible character inside a word', decoded: '' };
  // A name may be made of fillers; a lone joiner or hyphen between signs is a table of characters, beside a word it hides there.
  if (/[\u115f\u1160\u3164\uffa0\u2061-\u2064]/.test(run))
    return { ...place, kind: 'an invisible character inside a word', decoded: '' };
  if (!program || run === '\u00ad' || !/[\w$]/.test(before + after)) return null;
  return { ...place, kind: zero > 1 ? 'zero-width characters' : 'an invisible character inside a word', decoded: '' };
}
