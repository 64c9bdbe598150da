import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../../src/core/digest.ts';
import type { Likeness } from '../../src/core/evidence.ts';
import type { NameKnowledge } from '../../src/evidence/names.ts';
import { normalizeName } from '../../src/evidence/normal.ts';

/** Package types that a list of popular names is at hand for, shipped or in the shared data. */
export type Type = 'npm' | 'pypi' | 'gem' | 'golang';

/** A look-alike with the names it may stand for. */
export interface Row {
  readonly name: string;
  readonly targets: readonly string[];
}

export type Match = (name: string) => readonly Pick<Likeness, 'name'>[];

/** Data by others that is not part of this repository; evaluations do without it where it is missing. */
export const SHARED = join(import.meta.dirname, '../../../shared/data');

/** One of two halves by the first byte of a text's SHA-256. */
export function hashHalf(text: string): 'A' | 'B' {
  return Number.parseInt(digestOf(text).slice(0, 2), 16) % 2 === 0 ? 'A' : 'B';
}

/** Whether one of the names that are said to be imitated is the right one. */
export function hits(match: Match, type: Type, row: Row): boolean {
  const targets = row.targets.map((target) => normalizeName(type, target));
  return match(row.name).some((each) => targets.includes(normalizeName(type, each.name)));
}

export function likenessOf(names: NameKnowledge, type: Type, name: string): readonly Likeness[] {
  const alike = names.looksLike(type, normalizeName(type, name));
  return alike.state === 'known' ? alike.value : [];
}

/** Fields of a comma-separated table, quoted ones included, without its head. */
export function readCsv(path: string): readonly (readonly string[])[] {
  return readFileSync(path, 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) =>
      [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, field = '']) => field.replace(/^"|"$/g, '')),
    );
}

/** The rows of a table of name, target and ecosystem. */
export function rowsOf(table: readonly (readonly string[])[], ecosystem: string): readonly Row[] {
  return table.flatMap(([name, target, where]) =>
    where === ecosystem && name && target ? [{ name, targets: target.split(' or ') }] : [],
  );
}
