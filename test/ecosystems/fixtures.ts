import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DependencyEntry } from '../../src/core/dependency.ts';
import { cargo } from '../../src/ecosystems/cargo/index.ts';
import { composer } from '../../src/ecosystems/composer/index.ts';
import { docker } from '../../src/ecosystems/docker/index.ts';
import { gem } from '../../src/ecosystems/gem/index.ts';
import { githubactions } from '../../src/ecosystems/githubactions/index.ts';
import { golang } from '../../src/ecosystems/golang/index.ts';
import { maven } from '../../src/ecosystems/maven/index.ts';
import { nuget } from '../../src/ecosystems/nuget/index.ts';
import { pypi } from '../../src/ecosystems/pypi/index.ts';
import type { DependencyFormat, Ecosystem, ParsedDependencies } from '../../src/ecosystems/types.ts';

/** Every ecosystem that these tests look at. */
export const ECOSYSTEMS: readonly Ecosystem[] = [
  pypi,
  githubactions,
  docker,
  cargo,
  golang,
  gem,
  composer,
  nuget,
  maven,
];

const ROOT = fileURLToPath(new URL('../../fixtures/ecosystems', import.meta.url));

export interface Fixture {
  readonly ecosystem: Ecosystem;
  /** The format whose id is the fixture's folder. */
  readonly format: DependencyFormat;
  /** Below the ecosystem's folder: `requirements/requirements.txt`. */
  readonly name: string;
  /** The path that the format is asked about: below the format's folder. */
  readonly path: string;
  readonly text: string;
}

/** Every fixture file of an ecosystem, in the order of their names. */
export function fixturesOf(ecosystem: Ecosystem): Fixture[] {
  const folder = join(ROOT, ecosystem.type);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name).slice(folder.length + 1))
    .filter((name) => ecosystem.formats.some((format) => name.startsWith(`${format.id}/`)))
    .sort()
    .map((name) => {
      const [id, ...rest] = name.split('/');
      const format = ecosystem.formats.find((candidate) => candidate.id === id);
      if (format === undefined) throw new Error(`no format is named ${id}`);
      return { ecosystem, format, name, path: rest.join('/'), text: readFileSync(join(folder, name), 'utf8') };
    });
}

export const FIXTURES: readonly Fixture[] = ECOSYSTEMS.flatMap(fixturesOf);

/** Reads a text with the one format that takes the path. */
export function parseAs(ecosystem: Ecosystem, path: string, text: string): ParsedDependencies {
  const [format, second] = ecosystem.formats.filter((candidate) => candidate.matches(path));
  if (format === undefined || second !== undefined) throw new Error(`${path} is not of exactly one format`);
  return format.parse(text, path);
}

/** One line that says all of an entry. */
export function lineOf(entry: DependencyEntry): string {
  const { startLine, endLine } = entry.location;
  const hashes = entry.integrity
    ?.split(' ')
    .map((hash) => hash.slice(0, 15))
    .join('+');
  const said = [
    `${startLine}${endLine === startLine ? '' : `-${endLine}`}`,
    entry.type,
    entry.name,
    entry.version ?? '-',
    entry.scope,
    entry.relationship,
    entry.source,
    ...Object.entries({
      alias: entry.alias,
      range: entry.range,
      group: entry.group,
      extras: entry.extras?.join(','),
      marker: entry.marker,
      at: entry.resolvedUrl,
      hash: hashes,
      files: entry.artefacts?.map((artefact) => artefact.file).join(','),
      in: entry.installPath,
    }).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`])),
  ];
  return said.join(' | ');
}

/** Everything that reading a fixture gives, one thing a line. */
export function linesOf(parsed: ParsedDependencies): string[] {
  return [...parsed.entries.map(lineOf), ...parsed.unread.map(({ line, reason }) => `${line} | unread | ${reason}`)];
}
