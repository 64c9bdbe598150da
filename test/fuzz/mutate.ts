/** A seeded source of numbers in [0, 1): mulberry32 (public domain). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What breaks parsers: markers, control characters, keys that reach a prototype, anchors, brackets, long numbers. */
const POISON = [
  '\u0000',
  '\uFEFF',
  '\r\n',
  '\r',
  '"',
  "'",
  '`',
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  ',',
  ':',
  '#',
  '\\',
  '//',
  '/*',
  '*/',
  '&a ',
  '*a',
  '<<: *a',
  '<<<<<<< ours\n',
  '=======\n',
  '>>>>>>> theirs\n',
  '__proto__',
  'constructor',
  'toString',
  '"__proto__": {"a":"1"},',
  '@',
  '@@',
  '/',
  '../',
  '%2f',
  '%',
  '$',
  '${A}',
  '-r x.txt\n',
  '-e .\n',
  '1e999',
  '-0',
  'null',
  'true',
  '~',
  '!!js/function',
  '? ',
  '| sh',
  '\t',
  ' ',
  '\n',
  '\n\n  ',
  '\u202e',
  '\ud800',
  '9'.repeat(400),
  'a'.repeat(3000),
  '['.repeat(600),
  '{"a":'.repeat(600),
  '('.repeat(600),
  '- '.repeat(300),
  '<!--',
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  '<![CDATA[',
  '&b;',
  '[[a]]\n',
  '[a.b]\n',
  '"""',
  "'''",
  'a = 1\n',
];

type Change = (text: string, random: () => number, other: string) => string;

const CHANGES: readonly Change[] = [
  (text, random) => text.slice(0, at(text, random)),
  (text, random) => text.slice(at(text, random)),
  (text, random) => inserted(text, at(text, random), pick(POISON, random)),
  (text, random) => inserted(text, at(text, random), pick(POISON, random)),
  (text, random) => {
    const from = at(text, random);
    return text.slice(0, from) + text.slice(from + 1 + Math.floor(random() * 20));
  },
  (text, random) => {
    const from = at(text, random);
    const part = text.slice(from, from + Math.floor(random() * 80));
    return inserted(text, at(text, random), part);
  },
  (text, random) => {
    const lines = text.split('\n');
    const index = Math.floor(random() * lines.length);
    lines.splice(index, random() < 0.5 ? 1 : 0, lines[Math.floor(random() * lines.length)] ?? '');
    return lines.join('\n');
  },
  (text, random) => {
    const from = at(text, random);
    return `${text.slice(0, from)}${String.fromCharCode(Math.floor(random() * 128))}${text.slice(from + 1)}`;
  },
  (text, random, other) => text.slice(0, at(text, random)) + other.slice(at(other, random)),
  (text) => text.replaceAll('\n', '\r\n'),
  (text, random) => text + text.slice(at(text, random)),
];

/** One to four changes of a text. `other` is another intact text, to cross with. */
export function mutated(text: string, other: string, random: () => number): string {
  let out = text;
  const rounds = 1 + Math.floor(random() * 4);
  for (let round = 0; round < rounds; round += 1) out = pick(CHANGES, random)(out, random, other);
  return out.slice(0, 200_000);
}

function pick<T>(list: readonly T[], random: () => number): T {
  const found = list[Math.floor(random() * list.length)];
  if (found === undefined) throw new TypeError('an empty list has nothing to pick');
  return found;
}

function at(text: string, random: () => number): number {
  return Math.floor(random() * (text.length + 1));
}

function inserted(text: string, index: number, part: string): string {
  return text.slice(0, index) + part + text.slice(index);
}
