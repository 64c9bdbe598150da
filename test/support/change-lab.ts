import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const HOME = join(import.meta.dirname, '../../eval/lab/changes');

export interface ChangedText {
  readonly path: string;
  /** Null where the file is not there on this side. */
  readonly base: string | null;
  readonly head: string | null;
}

/** A small change: a check that went, or a refactoring after which it still stands. */
export interface ChangeCase {
  readonly name: string;
  readonly bad: boolean;
  readonly files: readonly ChangedText[];
}

/**
 * Changes of the laboratory: below a heading, fenced blocks of `diff path` with whole files, every line led by a blank,
 * `-` (base alone) or `+` (head alone).
 */
export function changeCases(round: string): readonly ChangeCase[] {
  return ['bad', 'good'].flatMap((kind) => {
    const text = readFileSync(join(HOME, `${round}-${kind}.md`), 'utf8');
    return text
      .split(/^## /m)
      .slice(1)
      .map((section) => ({
        name: section.split('\n')[0] ?? '',
        bad: kind === 'bad',
        files: [...section.matchAll(/^```diff (\S+)\n([\s\S]*?)^```$/gm)].map((match) =>
          sidesOf(match[1] ?? '', (match[2] ?? '').split('\n').slice(0, -1)),
        ),
      }));
  });
}

function sidesOf(path: string, lines: readonly string[]): ChangedText {
  const side = (other: string): string | null => {
    const own = lines.filter((line) => !line.startsWith(other));
    return own.length === 0 ? null : own.map((line) => `${line.slice(1)}\n`).join('');
  };
  return { path, base: side('+'), head: side('-') };
}
