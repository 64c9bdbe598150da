import { isBuiltin } from 'node:module';
import type { DependencyChange, DependencyEntry } from '../core/dependency.ts';
import { COMMAND_PACKAGES } from './commands/binaries.ts';
import { type DependencyFiles, readersOf } from './files.ts';
import { directoryOf, joined } from './governing.ts';
import { PYTHON_DISTRIBUTIONS, PYTHON_STANDARD_LIBRARY } from './imports/python-names.ts';
import { normalizedName } from './index.ts';
import { type JsonNode, member, parseJson, RELAXED_JSON, textOf, textsOf } from './json.ts';

/** Modules that a runtime or a framework provides without a dependency of that name (their documentation). */
const PROVIDED = new Set([
  'bun',
  'vscode',
  'k6',
  'atom',
  'server-only',
  'client-only',
  'obsidian',
  'electron',
  'photoshop',
  'uxp',
  'gi',
  'qunit',
  'nodejs',
  'figma',
  'chrome',
  'browser',
]);
/** Names that projects give their own folders and aliases. */
const LOOKS_INTERNAL =
  /^(src|lib|libs|app|apps|core|common|shared|utils?|helpers?|components?|hooks|types|typings|config|constants|services?|models?|store|styles|assets|pages|views|api|internal|test|tests|packages?|modules?|generated|__\w+)$/i;
const MANIFEST =
  /^(package\.json|deno\.jsonc?|pyproject\.toml|setup\.(cfg|py)|Pipfile|requirements[\w.-]*\.(txt|in)|constraints[\w.-]*\.txt|environment\.ya?ml|pnpm-workspace\.yaml)$/;
const ALIAS_CONFIG =
  /^((tsconfig|jsconfig)[\w.-]*\.json|(vite|vitest|webpack|rollup|rspack|babel|metro|jest|next|nuxt|astro|svelte|craco|esbuild|tsup|tsdown|electron\.vite)\.config\.[cm]?[jt]s|\.babelrc(\.json)?|\.swcrc|gulpfile\.[cm]?js)$/;
const MOST_MANIFESTS = 60;
/** Members of one workspace whose names are looked up. */
const MOST_WORKSPACES = 300;

interface Surroundings {
  /** Names that manifests on the way up declare, normalised. */
  readonly declared: ReadonlySet<string>;
  /** Names of files and folders on the way up, without the ending of a module. */
  readonly local: ReadonlySet<string>;
  /** Texts of configuration files that may define aliases. */
  readonly configuration: string;
  /** Scopes and names of the repository's own packages. */
  readonly own: ReadonlySet<string>;
}

/**
 * Keeps of the import rows those that nothing explains: no manifest on the way up, no file or folder of the
 * repository, no built-in, no alias. A name that looks internal keeps its row and gets the source `workspace`, so that
 * nobody asks the outside world for it. Of the command rows, those go that run or install what a manifest on the way
 * up declares, without a version of their own: the manifest's rows tell of it.
 */
export async function onlyUndeclared(
  rows: readonly DependencyChange[],
  files: DependencyFiles,
  own: ReadonlySet<string>,
): Promise<DependencyChange[]> {
  const around = new Map<string, Promise<Surroundings>>();
  const kept: DependencyChange[] = [];
  for (const row of rows) {
    const isCommand = row.entry === 'command' && (row.type === 'npm' || row.type === 'pypi');
    if (row.entry !== 'import' && !(isCommand && namesNoVersion(row))) {
      kept.push(row);
      continue;
    }
    if (row.entry === 'import' && (row.changeType !== 'added' || isGiven(row))) continue;
    const directory = directoryOf(row.location.path);
    const key = `${row.type}\n${directory}`;
    const known = around.get(key) ?? surroundingsOf(row.type, directory, files, own);
    around.set(key, known);
    if (isCommand) {
      if (!isDeclaredCommand(row, await known)) kept.push(row);
      continue;
    }
    const found = row.type === 'pypi' ? unexplainedModule(row, await known) : unexplainedPackage(row, await known);
    if (found !== null) kept.push(found);
  }
  return kept;
}

function namesNoVersion(row: DependencyChange): boolean {
  return row.source === 'registry' && row.version === undefined && (row.range === undefined || row.range === '*');
}

function isDeclaredCommand(row: DependencyChange, around: Surroundings): boolean {
  const names = [normalizedName(row), ...(row.type === 'npm' ? (COMMAND_PACKAGES.get(row.name) ?? []) : [])];
  return names.some((name) => around.declared.has(name));
}

function isGiven(row: DependencyChange): boolean {
  if (row.type === 'pypi') return PYTHON_STANDARD_LIBRARY.has(firstPart(row.name));
  return isBuiltin(row.name) || PROVIDED.has(row.name) || row.name.startsWith('virtual');
}

function firstPart(name: string): string {
  return name.split('.')[0] ?? name;
}

function unexplainedPackage(row: DependencyChange, around: Surroundings): DependencyChange | null {
  const { name } = row;
  if (around.declared.has(name) || around.declared.has(typesName(name)) || around.own.has(name)) return null;
  const first = name.split('/')[0] ?? name;
  if (!name.startsWith('@') && around.local.has(first)) return null;
  if (['"', "'", '`'].some((quote) => around.configuration.includes(`${quote}${first}`))) return null;
  const isInternal = LOOKS_INTERNAL.test(first) || (name.startsWith('@') && around.own.has(`${first}/`));
  return isInternal ? internal(row) : row;
}

/** DefinitelyTyped's name for a package's types: `@scope/name` → `@types/scope__name`. */
function typesName(name: string): string {
  return `@types/${name.replace(/^@/, '').replace('/', '__')}`;
}

function unexplainedModule(row: DependencyChange, around: Surroundings): DependencyChange | null {
  const parts = row.name.split('.');
  const first = parts[0] ?? row.name;
  if (around.local.has(first)) return null;
  const prefixes = parts.map((_part, index) => parts.slice(0, index + 1).join('.'));
  const candidates = prefixes.flatMap((prefix) => [
    ...(PYTHON_DISTRIBUTIONS.get(prefix) ?? []),
    ...spellings(prefix.replaceAll(/[._]+/g, '-').toLowerCase()),
  ]);
  if (candidates.some((candidate) => around.declared.has(candidate))) return null;
  // A namespace package: some declared distribution begins with its name.
  if ([...around.declared].some((name) => name.startsWith(`${first.toLowerCase().replaceAll('_', '-')}-`))) return null;
  const [distribution] = PYTHON_DISTRIBUTIONS.get(first) ?? PYTHON_DISTRIBUTIONS.get(prefixes[1] ?? '') ?? [];
  const name = distribution ?? first;
  const renamed = { ...row, name, purl: `pkg:pypi/${normalizedName({ type: 'pypi', name })}` };
  return LOOKS_INTERNAL.test(first) || first.startsWith('_') ? internal(renamed) : renamed;
}

/** Ways in which distributions are named after the module they bring. */
function spellings(name: string): string[] {
  return [
    name,
    `python-${name}`,
    `py${name}`,
    `${name}-python`,
    `${name}-py`,
    `py-${name}`,
    `django-${name}`,
    `${name}2`,
  ];
}

function internal(row: DependencyChange): DependencyChange {
  return { ...row, source: 'workspace' };
}

async function surroundingsOf(
  type: string,
  start: string,
  files: DependencyFiles,
  own: ReadonlySet<string>,
): Promise<Surroundings> {
  const declared = new Set<string>();
  const local = new Set<string>();
  const names = new Set(own);
  let configuration = '';
  let manifests = 0;
  for (let directory = start; ; directory = directoryOf(directory)) {
    for (const entry of await files.entries('head', directory)) {
      local.add(entry.name.replace(/\.(py|pyi|[cm]?[jt]sx?|d\.ts|json)$/, ''));
      if (entry.type !== 'file') continue;
      const path = joined(directory, entry.name);
      if (ALIAS_CONFIG.test(entry.name)) configuration += await textAt(files, path);
      if (!MANIFEST.test(entry.name) || manifests >= MOST_MANIFESTS) continue;
      manifests += 1;
      for (const found of await declarationsOf(files, path, type)) declared.add(found);
      if (entry.name !== 'package.json') continue;
      for (const name of await ownNames(files, directory, path)) {
        names.add(name);
        if (name.startsWith('@')) names.add(`${name.split('/')[0]}/`);
      }
    }
    // `src` layouts and requirement folders stand beside the folders on the way up.
    for (const inner of ['src', 'requirements']) {
      for (const entry of await files.entries('head', joined(directory, inner))) {
        if (inner === 'src') local.add(entry.name.replace(/\.(py|pyi|[cm]?[jt]sx?)$/, ''));
        else if (type === 'pypi' && manifests < MOST_MANIFESTS) {
          manifests += 1;
          for (const found of await declarationsOf(files, joined(joined(directory, inner), entry.name), type))
            declared.add(found);
        }
      }
    }
    if (directory === '') return { declared, local, configuration, own: names };
  }
}

async function declarationsOf(files: DependencyFiles, path: string, type: string): Promise<string[]> {
  const found: string[] = [];
  for (const { format } of readersOf(path)) {
    if (format.entry !== 'manifest' || format.id === 'registry-settings') continue;
    const file = await files.parsed('head', path, format);
    if (file.state === 'parsed')
      found.push(...file.parsed.entries.filter((entry) => entry.type === type).flatMap(namesOf));
  }
  return found;
}

function namesOf(entry: DependencyEntry): string[] {
  const name = normalizedName(entry);
  return entry.alias === undefined ? [name] : [name, entry.alias];
}

async function textAt(files: DependencyFiles, path: string): Promise<string> {
  const file = await files.text('head', path);
  return file.state === 'text' ? file.text.slice(0, 200_000) : '';
}

/** Names of the package in a folder and of its workspaces. */
async function ownNames(files: DependencyFiles, directory: string, path: string): Promise<string[]> {
  const root = await manifestAt(files, path);
  const listed = member(root, 'workspaces');
  const patterns = [
    ...textsOf(listed),
    ...textsOf(member(listed, 'packages')),
    ...(await pnpmPatterns(files, directory)),
  ];
  const folders = new Set<string>();
  for (const pattern of patterns) {
    for (const folder of await foldersOf(files, directory, pattern)) {
      if (folders.size < MOST_WORKSPACES) folders.add(folder);
    }
  }
  const members = await Promise.all([...folders].map((folder) => manifestAt(files, joined(folder, 'package.json'))));
  return [root, ...members].flatMap((manifest) => textOf(member(manifest, 'name')) ?? []);
}

/** `packages` of a pnpm-workspace.yaml, of which every other one is written as one pattern a line. */
async function pnpmPatterns(files: DependencyFiles, directory: string): Promise<string[]> {
  const text = await textAt(files, joined(directory, 'pnpm-workspace.yaml'));
  const block = /^packages:((?:[ \t]*\[[^\]]*\]|(?:\s*\n[ \t]*(?:-[^\n]*|#[^\n]*))+))/m.exec(text)?.[1] ?? '';
  return [...block.matchAll(/["']?([\w@./*!-]*[\w*])["']?/g)].flatMap((match) => match[1] ?? []);
}

/** Folders that a pattern names: `packages/*` and `packages/**` one level deep, a plain path as it stands. */
async function foldersOf(files: DependencyFiles, directory: string, pattern: string): Promise<string[]> {
  const plain = pattern.replace(/^\.\//, '').replace(/\/$/, '');
  if (plain.startsWith('!')) return [];
  const star = plain.indexOf('*');
  if (star === -1) return [joined(directory, plain)];
  const parent = plain.slice(0, star).replace(/\/?[^/]*$/, '');
  const folder = parent === '' ? directory : joined(directory, parent);
  const entries = await files.entries('head', folder);
  return entries
    .filter((entry) => entry.type === 'directory' && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
    .map((entry) => joined(folder, entry.name));
}

/** A package.json as a tree; one that is none has no name, and is told of as a manifest elsewhere. */
async function manifestAt(files: DependencyFiles, path: string): Promise<JsonNode | undefined> {
  try {
    const text = await textAt(files, path);
    return text === '' ? undefined : parseJson(text, path, RELAXED_JSON);
  } catch (error) {
    if (error instanceof Error && error.name === 'CountersignError') return undefined;
    throw error;
  }
}
