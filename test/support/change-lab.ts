import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Detection } from '../../src/core/detection.ts';
import type { FileSide } from '../../src/core/detector.ts';
import type { Inspector } from '../../src/core/inspection.ts';

const HOME = join(import.meta.dirname, '../../eval/lab/changes');
const RULE = 'security-check-removed';

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

/** The rounds in the order they were written. */
export function changeRounds(): readonly string[] {
  return ['first', 'second', 'attacks'];
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

/** What the rule says of a change that counts against it. */
export async function toldOf({ files }: ChangeCase, inspector: Inspector): Promise<readonly Detection[]> {
  const { detections, unread } = await inspector.inspect(
    {
      files: files.map(({ path, base, head }) => ({ path, before: sideOf(path, base), after: sideOf(path, head) })),
      commitFiles: [],
      pullRequest: null,
      scope: 'change',
      context: {
        changedPaths: files.map(({ path }) => path),
        removedPaths: files.filter(({ head }) => head === null).map(({ path }) => path),
        attribution: { agent: null, class: 'human', tier: 'none', requester: null, evidence: [] },
        firstCommit: false,
        fixturePaths: [],
        scope: 'change',
        organisationPolicy: false,
      },
    },
    new AbortController().signal,
  );
  if (unread.length > 0) throw new Error(`not read: ${JSON.stringify(unread)}`);
  return detections.filter(({ ruleId, preExisting }) => ruleId === RULE && preExisting !== true);
}

function sideOf(path: string, text: string | null): FileSide | null {
  return text === null ? null : { path, text, blob: String(text.length), mode: '100644' };
}
