/** A small seeded generator (mulberry32): the same seed gives the same mutations on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const SIGNS = [
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  '"',
  "'",
  '=',
  ':',
  ',',
  '#',
  '\\',
  '\n',
  '\t',
  '<',
  '>',
  '&',
  '*',
  '$',
  '@',
  '/',
  '`',
  '|',
  '-',
  '\r',
  '\u2028',
  '\uD800',
  '😀',
  '__proto__',
  '<<',
  '${',
  '#{',
  '"""',
];

/** Changes a text in one to four places: bytes flipped, signs put in, parts cut out, doubled, moved or grown. */
export function mutate(text: string, random: () => number): string {
  let out = text;
  const pick = (below: number): number => Math.floor(random() * below);
  for (let times = 1 + pick(4); times > 0; times -= 1) {
    const at = pick(out.length + 1);
    const end = Math.min(out.length, at + pick(60));
    const part = out.slice(at, end);
    const sign = SIGNS[pick(SIGNS.length)] ?? '';
    const other = pick(out.length + 1);
    const forms = [
      () => out.slice(0, at) + sign + out.slice(at),
      () => out.slice(0, at) + sign + out.slice(at + 1),
      () => out.slice(0, at) + out.slice(end),
      () => out.slice(0, end) + part + out.slice(end),
      () => out.slice(0, other) + part + out.slice(other),
      () => out.slice(0, at),
      () => out.slice(0, at) + sign.repeat(1 + pick(3000)) + out.slice(at),
      () => out.slice(0, at) + part.repeat(1 + pick(200)) + out.slice(end),
      () => out.slice(0, at) + String.fromCharCode(pick(0x250)) + out.slice(at + 1),
    ];
    out = forms[pick(forms.length)]?.() ?? out;
  }
  return out;
}
