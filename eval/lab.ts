import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CODE_DETECTORS } from '../detectors/code/index.ts';
import type { Detection } from '../src/core/detection.ts';
import { analyse } from '../src/inspect/analyse.ts';
import { interval, share } from './names/wilson.ts';

/**
 * Short programs of the kind agents write, each bad one with what a careful engineer would have written instead.
 * `first` was used to tune the rules; `second` was written before that and scored once, untouched.
 */
const HOME = join(import.meta.dirname, 'lab');
const EXTENSIONS: Readonly<Record<string, string>> = {
  js: 'js',
  jsx: 'jsx',
  ts: 'ts',
  tsx: 'tsx',
  python: 'py',
  html: 'html',
};

interface Snippet {
  readonly ruleId: string;
  readonly line: number;
  readonly path: string;
  readonly text: string;
  readonly bad: boolean;
}

interface Score {
  found: number;
  bad: number;
  wrong: number;
  safe: number;
}

/** Recall and false alarms over the laboratory, by rule and round: a finding at warning or above counts. */
export async function run(print: (line: string) => void): Promise<void> {
  for (const round of readdirSync(HOME).sort()) {
    const all: Score = { found: 0, bad: 0, wrong: 0, safe: 0 };
    const misses: string[] = [];
    print(`laboratory, ${round} round: found/bad, false alarms (of any rule)/safe`);
    for (const file of readdirSync(join(HOME, round)).sort()) {
      const ruleId = file.replace(/\.md$/, '');
      const score: Score = { found: 0, bad: 0, wrong: 0, safe: 0 };
      for (const snippet of snippets(ruleId, readFileSync(join(HOME, round, file), 'utf8')))
        judge(snippet, score, misses, round);
      print(`  ${ruleId.padEnd(28)} ${score.found}/${score.bad}  ${score.wrong}/${score.safe}`);
      all.found += score.found;
      all.bad += score.bad;
      all.wrong += score.wrong;
      all.safe += score.safe;
    }
    print(
      `  recall ${share(all.found, all.bad)} (${interval(all.found, all.bad)}, n = ${all.bad}); safe flagged ${share(all.wrong, all.safe)} (${interval(all.wrong, all.safe)}, n = ${all.safe})`,
    );
    if (process.env['COUNTERSIGN_EVAL_EXAMPLES'] === '1') for (const miss of misses) print(`    ${miss}`);
  }
}

function judge(snippet: Snippet, score: Score, misses: string[], round: string): void {
  const loud = alarms(snippet);
  const place = `${round}/${snippet.ruleId}.md:${snippet.line}`;
  if (snippet.bad) {
    score.bad += 1;
    const hit = loud.some((each) => each.ruleId === snippet.ruleId);
    if (hit) score.found += 1;
    else misses.push(`missed ${place}${loud.length === 0 ? '' : ` (${loud.map((each) => each.ruleId).join(', ')})`}`);
    return;
  }
  score.safe += 1;
  if (loud.length === 0) return;
  score.wrong += 1;
  for (const each of loud)
    misses.push(`false  ${place}+${each.locations[0].startLine} ${each.ruleId}: ${each.message}`);
}

function alarms({ path, text }: Snippet): readonly Detection[] {
  const { detections } = analyse(
    { path, before: null, after: { path, text, blob: '', mode: '100644' }, scope: 'all' },
    CODE_DETECTORS,
  );
  return detections.filter((each) => {
    const rule = CODE_DETECTORS.find((detector) => detector.rule.id === each.ruleId)?.rule;
    return (each.level ?? rule?.level) !== 'note';
  });
}

/** Fenced blocks: the fence says the language, and `bad` or `good`. */
function snippets(ruleId: string, text: string): readonly Snippet[] {
  return [...text.matchAll(/^```(\w+) (bad|good)\n([\s\S]*?)^```$/gm)].map((match) => {
    const language = match[1] ?? '';
    const extension = EXTENSIONS[language];
    if (extension === undefined) throw new Error(`${ruleId}: no such language here: ${language}`);
    return {
      ruleId,
      line: text.slice(0, match.index).split('\n').length,
      path: `src/snippet.${extension}`,
      text: match[3] ?? '',
      bad: match[2] === 'bad',
    };
  });
}
