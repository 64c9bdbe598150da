import { z } from 'zod';
import type { PackageType } from '../core/dependency.ts';
import { CountersignError } from '../core/errors.ts';
import { normalizeName } from './normal.ts';

/**
 * A list of popular names as a file: `# key: value` lines that say what it is, then one name a line, most used first.
 * `node tools/popular-list.ts` writes them. Only names are needed; a file by hand may leave the rest out.
 */
export interface ListFile {
  readonly source: string | null;
  readonly licence: string | null;
  /** The day by which every name of the list existed, as an ISO 8601 instant. */
  readonly date: string | null;
  /** Normalised for the type asked for, each once. */
  readonly names: readonly string[];
}

/** No registry allows longer names (npm: 214 characters; Maven and Go paths stay below this too). */
const LONGEST_NAME = 400;
/** Longer lists are no lists of popular names: all of npm would fit below ten times this. */
const MOST_NAMES = 500_000;

const Day = z.iso.date();

/** Reads a list for a type. Throws `bad-configuration` where it is another type's, or no list at all. */
export function parseListFile(text: string, type: PackageType, path: string): ListFile {
  const names = new Set<string>();
  const said = new Map<string, string>();
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '') continue;
    if (line.startsWith('#')) {
      const [, key, value] = /^#\s*(type|source|licence|date):\s*(.+)$/.exec(line) ?? [];
      if (key !== undefined && value !== undefined && names.size === 0) said.set(key, value);
      continue;
    }
    if (line.length > LONGEST_NAME || /[\s\p{Cc}]/u.test(line)) refuse(path, `line ${index + 1} is no package name`);
    names.add(normalizeName(type, line));
    if (names.size > MOST_NAMES) refuse(path, `more than ${MOST_NAMES} names`);
  }
  if (names.size === 0) refuse(path, 'it names no package');
  const own = said.get('type');
  if (own !== undefined && own !== type) refuse(path, `it lists ${own} names, not ${type} ones`);
  const day = said.get('date');
  if (day !== undefined && !Day.safeParse(day).success) refuse(path, `its date "${day}" is no day like 2026-11-01`);
  return {
    source: said.get('source') ?? null,
    licence: said.get('licence') ?? null,
    date: day === undefined ? null : `${day}T00:00:00.000Z`,
    names: [...names],
  };
}

/** The text of such a file. */
export function formatListFile(list: {
  readonly type: PackageType;
  readonly source: string;
  readonly licence: string;
  /** `2026-11-01`. */
  readonly day: string;
  readonly names: readonly string[];
}): string {
  const oneLine = (text: string) => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return [
    `# type: ${list.type}`,
    `# source: ${oneLine(list.source)}`,
    `# licence: ${oneLine(list.licence)}`,
    `# date: ${list.day}`,
    ...list.names,
    '',
  ].join('\n');
}

function refuse(path: string, why: string): never {
  throw new CountersignError('bad-configuration', `the list of popular names ${path} cannot be used: ${why}.`);
}
