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
  ];
}

/**
 * Fenced blocks of `eval/lab/<round>/<rule>.md`: the fence says the language, and `bad` or `good`. The `edges` are no
 * round: near-misses of single conditions, many in one block, for the record of what the rules say.
 */
export function labSnippets(round: string): readonly Snippet[] {
  return readdirSync(join(HOME, round))
    .sort()
    .flatMap((file) => {
      const ruleId = file.replace(/\.md$/, '');
      const text = readFileSync(join(HOME, round, file), 'utf8');
      return [...text.matchAll(/^```(\w+) (bad|good|edge)\n([\s\S]*?)^```$/gm)].map((match) => {
        const extension = EXTENSIONS[match[1] ?? ''];
        if (extension === undefined) throw new Error(`${file}: no such language here: ${match[1]}`);
        return {
          round,
          ruleId,
          line: text.slice(0, match.index).split('\n').length,
          path: `src/snippet.${extension}`,
          text: match[3] ?? '',
          bad: match[2] === 'bad',
        };
      });
    });
}
