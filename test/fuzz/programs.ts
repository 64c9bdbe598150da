import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CountersignError } from '../../src/core/errors.ts';
import { parseTolerantly } from '../../src/inspect/grammars.ts';
import { readWithOxc } from '../../src/inspect/oxc/read.ts';
import type { Program, Syntax } from '../../src/inspect/syntax.ts';
import { mutated, randomOf } from './mutate.ts';

export interface ProgramFuzz {
  readonly programs: number;
  /** Of them, those that both readers read whole, and those that the fast one left to the other. */
  readonly compared: number;
  readonly left: number;
  readonly failures: readonly { readonly path: string; readonly what: string; readonly text: string }[];
}

const FIXTURES = join(import.meta.dirname, '../../fixtures/detectors');
/** Characters of a program to begin with. */
const LONGEST = 6_000;

interface Seed {
  readonly path: string;
  readonly text: string;
  readonly dialect: 'jsx' | 'ts';
}

function seeds(): readonly Seed[] {
  return readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(?:js|cjs|ts)$/.test(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(FIXTURES, path), 'utf8') }))
    .filter(({ text }) => text.length <= LONGEST)
    .map(({ path, text }) => ({ path, text, dialect: path.endsWith('.ts') ? 'ts' : 'jsx' }));
}

/** What only the fast reader reads rightly: a comment of scripts, and `new` with the end of a line behind it. */
const ONE_SIDED = /<!--|-->|\bnew\s*[\r\n\u2028\u2029]/;

/**
 * What breaks readers of programs: signs of two units and half of them, marks, ends of lines, words that begin anew. What
 * only the fast one reads rightly is left out: type arguments in JavaScript, casts behind `return`, a carriage return
 * that ends a line.
 */
const POISON: readonly string[] = [
  ...['\u0000', '\ufeff', '\r\n', '\u2028', '\u2029', '\u00a0', '\ud83d\ude00', '\ud83d', '\udc00', 'é', '\u0129'],
  ...['/*', '*/', '//', '`', '${', '}', '"', "'", '\\', '\\u0065', '\\u{65}', '=>', '?.', '??', '...', '#!', '@'],
  ...['typeof ', 'await ', 'async ', 'else ', 'if (a) ', 'a: ', 'x => ', '</a>', ' as ', ';', ','],
];

const TOKEN = /[\w$]+|\s+|[^\w\s]/g;

/** One to three changes of tokens: some left out, two exchanged, one put in, or the rest of another program. */
function reworded(text: string, other: string, random: () => number): string {
  const tokens = text.match(TOKEN) ?? [];
  const at = (): number => Math.floor(random() * tokens.length);
  for (let round = 0; round < 1 + random() * 3; round += 1) {
    const kind = random();
    const [one, two] = [at(), at()];
    if (kind < 0.3) tokens.splice(one, 1 + Math.floor(random() * 3));
    else if (kind < 0.5) [tokens[one], tokens[two]] = [tokens[two] ?? '', tokens[one] ?? ''];
    else if (kind < 0.9) tokens.splice(one, 0, POISON[Math.floor(random() * POISON.length)] ?? '');
    else tokens.splice(one, tokens.length, ...(other.match(TOKEN) ?? []).slice(Math.floor(random() * 200)));
  }
  return tokens.join('');
}

const BETWEEN: readonly string[] = [
  ...[
    '\u2028',
    '\u2029',
    '\u00a0',
    '\ufeff',
    '\r\n',
    '\t',
    '\u3000',
    '\n\n',
    ' /* ) ; \ud83d\ude00 */ ',
    ' // { "\n',
    ' /* é */ ',
  ],
];
const WITHIN: readonly string[] = [
  '\ud83d\ude00',
  'é',
  '\u0129',
  '\ud83d',
  '\u2028',
  '\\u{1f600}',
  '\\x41',
  ')',
  '{',
  '//',
  '/*',
];

/** Changes that leave most programs whole: other white space and comments, signs in texts, names with escapes, lines put elsewhere. */
function respaced(text: string, other: string, random: () => number): string {
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '';
  const kind = random();
  if (kind < 0.4) return text.replace(/(?<=[;{}(),]) /g, (white) => (random() < 0.2 ? pick(BETWEEN) : white));
  if (kind < 0.6) return text.replace(/(?<=\w)(?=['`])/g, () => (random() < 0.3 ? pick(WITHIN) : ''));
  if (kind < 0.7) return text.replace(/\b[a-z](?=\w+\()/g, (sign) => (random() < 0.2 ? escaped(sign) : sign));
  const lines = (kind < 0.85 ? text : `${text}\n{\n${other}\n}`).split('\n');
  const [from, to] = [random(), random()].map((part) => Math.floor(part * lines.length));
  lines.splice(to ?? 0, 0, ...lines.splice(from ?? 0, 1));
  return lines.join('\n');
}

function escaped(sign: string): string {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const NODES = [
  'call_expression',
  'new_expression',
  'string',
  'template_string',
  'member_expression',
  'comment',
] as const;

/** The nodes that rules ask for, with their places, in the order of the text. */
function told({ byType }: Program): string {
  return NODES.map((type) => `${type} ${(byType.get(type) ?? []).map(placed).sort().join(' ')}`).join('\n');
}

function placed({ start, end }: Syntax): string {
  return `${String(start).padStart(7, '0')}-${end}`;
}

/**
 * Has both readers read programs that were changed at random. Where each reads the whole, they must have found the same
 * calls, texts and members at the same places; nothing but a refusal with its reason may be thrown.
 */
export function fuzzPrograms(count: number, seed: number): ProgramFuzz {
  const random = randomOf(seed);
  const all = seeds();
  const failures: { path: string; what: string; text: string }[] = [];
  let compared = 0;
  let left = 0;
  for (let done = 0; done < count; done += 1) {
    const one = all[done % all.length];
    const other = all[Math.floor(random() * all.length)];
    if (one === undefined || other === undefined) throw new TypeError('no program to begin with');
    const kind = random();
    const change = kind < 0.6 ? respaced : kind < 0.9 ? reworded : mutated;
    const text = change(one.text, other.text, random);
    if (ONE_SIDED.test(text)) continue;
    try {
      const fast = readWithOxc(one.path, text, one.dialect);
      if (fast === null) {
        left += 1;
        continue;
      }
      const slow = parseTolerantly(one.path, text, one.dialect === 'ts' ? 'typescript' : 'tsx');
      if (slow.byType.has('ERROR')) continue;
      compared += 1;
      const [quick, thorough] = [told(fast), told(slow)];
      if (quick === thorough) continue;
      const line = quick.split('\n').findIndex((each, index) => each !== thorough.split('\n')[index]);
      failures.push({ path: one.path, what: `other places: ${NODES[line]}`, text });
    } catch (error) {
      if (error instanceof CountersignError && error.code === 'unreadable-file') continue;
      failures.push({ path: one.path, what: String(error instanceof Error ? error.stack : error).slice(0, 600), text });
    }
  }
  return { programs: count, compared, left, failures };
}
