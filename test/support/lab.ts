import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const HOME = join(import.meta.dirname, '../../eval/lab');
const EXTENSIONS: Readonly<Record<string, string>> = {
  js: 'js',
  jsx: 'jsx',
  ts: 'ts',
  tsx: 'tsx',
  python: 'py',
  html: 'html',
  vue: 'vue',
  svelte: 'svelte',
};

/** A short program of the laboratory: what an agent writes, or what a careful engineer wrote instead. */
export interface Snippet {
  readonly round: string;
  readonly ruleId: string;
  /** Where its fence stands in its file. */
  readonly line: number;
  readonly path: string;
  readonly text: string;
  readonly bad: boolean;
  /** What is wrong with a bad one. Where no line of it is marked, its rule is to be found anywhere. */
  readonly flaws: readonly Flaw[];
}

/** One flaw: the lines of the text on which it may be told, each with a mark; none: any line. */
export interface Flaw {
  readonly ruleId: string;
  readonly lines: readonly number[];
}

/** A finding covers a flaw when it is of its rule and begins or ends no more than this many lines from the mark. */
const NEAR = 2;

export function covers(
  { ruleId, locations: [at] }: { ruleId: string; locations: readonly [Lines, ...Lines[]] },
  flaw: Flaw,
): boolean {
  if (ruleId !== flaw.ruleId) return false;
  const isNear = (line: number): boolean => line >= at.startLine - NEAR && line <= at.endLine + NEAR;
  return flaw.lines.length === 0 || flaw.lines.some(isNear);
}

interface Lines {
  readonly startLine: number;
  readonly endLine: number;
}

/** The rounds of the laboratory in the order they were written. */
export function labRounds(): readonly string[] {
  return [
    'first',
    'second',
    'third',
    'fourth',
    'fifth',
    'sixth',
    'seventh',
    'eighth',
    'ninth',
    'tenth',
    'eleventh',
    'twelfth',
    'thirteenth',
    'fourteenth',
    'fifteenth',
    'sixteenth',
    'seventeenth',
    'eighteenth',
    'eighteenth-again',
  ];
}

/**
 * Fenced blocks of `eval/lab/<round>/<rule>.md`: the fence says the language, `bad` or `good`, and the file's path where
 * it matters. A whole file that has flaws of its own rules marks each flawed line (`# expect: <rule>` or `// expect:
 * <rule>`); the marks are taken off before anything reads the text. A `pair` is both in one, a whole module and its patch: lines
 * with `-` in the first column stand in the bad one alone, lines with `+` in the good one, and `// expect` ends each line
 * on which its flaw may be told, with the rules of what else is wrong there. The `edges` are no round: near-misses of single
 * conditions, many in one block, for the record of what the rules say.
 */
export function labSnippets(round: string): readonly Snippet[] {
  return readdirSync(join(HOME, round))
    .sort()
    .flatMap((file) => {
      const ruleId = file.replace(/\.md$/, '');
      const text = readFileSync(join(HOME, round, file), 'utf8');
      return [...text.matchAll(/^```(\w+) (bad|good|edge|pair)(?: (\S+))?\n([\s\S]*?)^```$/gm)].flatMap((match) => {
        const extension = EXTENSIONS[match[1] ?? ''];
        if (extension === undefined) throw new Error(`${file}: no such language here: ${match[1]}`);
        const line = text.slice(0, match.index).split('\n').length;
        const place = { round, ruleId, line, path: match[3] ?? `src/snippet.${extension}` };
        const body = match[4] ?? '';
        if (match[2] !== 'pair') return [{ ...place, bad: match[2] === 'bad', ...unmarked(body, ruleId) }];
        return [
          { ...place, bad: true, ...side(body, ruleId, '-', '+') },
          { ...place, bad: false, ...side(body, ruleId, '+', '-') },
        ];
      });
    });
}

function unmarked(text: string, ruleId: string): { readonly text: string; readonly flaws: readonly Flaw[] } {
  const flaws: Flaw[] = [];
  const lines = text.split('\n').map((line, index) => {
    const mark = / +(?:#|\/\/) expect: ([\w-]+(?:, [\w-]+)*)$/.exec(line);
    if (mark === null) return line;
    for (const each of (mark[1] ?? '').split(', ')) flaws.push({ ruleId: each, lines: [index + 1] });
    return line.slice(0, mark.index);
  });
  return { text: lines.join('\n'), flaws: flaws.length > 0 ? flaws : [{ ruleId, lines: [] }] };
}

const MARK = / \/\/ expect(?:: ([\w-]+(?:, [\w-]+)*))?$/;

/** One version of a pair: its flaw may be told on each of the marked lines; a mark may name more that is wrong there. */
function side(body: string, ruleId: string, kept: string, dropped: string): Pick<Snippet, 'text' | 'flaws'> {
  const own: number[] = [];
  const others: Flaw[] = [];
  const lines = body
    .split('\n')
    .filter((line) => !line.startsWith(dropped))
    .map((line, index) => {
      const mark = MARK.exec(line);
      if (mark !== null) own.push(index + 1);
      for (const each of mark?.[1]?.split(', ') ?? []) others.push({ ruleId: each, lines: [index + 1] });
      return line.slice(line.startsWith(kept) ? 1 : 0, mark?.index);
    });
  return { text: lines.join('\n'), flaws: [{ ruleId, lines: own }, ...others] };
}
