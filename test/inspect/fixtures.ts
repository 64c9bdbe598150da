import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnalysedFile } from '../../src/inspect/analyse.ts';

export interface Label {
  /** The line the label speaks of: the one below it. */
  readonly line: number;
  readonly expected: boolean;
  readonly level: string | null;
}

export interface Fixture {
  readonly path: string;
  readonly file: AnalysedFile;
  readonly labels: readonly Label[];
}

const HOME = join(import.meta.dirname, '../../fixtures/detectors');
const LABEL = /(?:\/\/|#|<!--|\{?\/\*)\s*(expect|ok):\s*([\w-]+)(?:\s+(error|warning|note))?/;

/** The labelled files of one rule. `name.base.ext` is the merge base of `name.ext`; the two are one changed file. */
export function readFixtures(ruleId: string): readonly Fixture[] {
  const folder = join(HOME, ruleId);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => !name.includes('.base.'))
    .sort()
    .map((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      const base = join(folder, name.replace(/\.(\w+)$/, '.base.$1'));
      const path = `src/${name}`;
      const before = existsSync(base) ? { path, text: readFileSync(base, 'utf8'), blob: 'base', mode: '100644' } : null;
      return {
        path,
        file: {
          path,
          before,
          after: { path, text, blob: 'head', mode: '100644' },
          scope: before === null ? 'all' : 'change',
        },
        labels: labelsIn(text, ruleId),
      };
    });
}

function labelsIn(text: string, ruleId: string): readonly Label[] {
  return text.split('\n').flatMap((line, index) => {
    const match = LABEL.exec(line);
    if (match === null || match[2] !== ruleId) return [];
    return [{ line: index + 2, expected: match[1] === 'expect', level: match[3] ?? null }];
  });
}
