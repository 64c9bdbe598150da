import type { UnreadFile } from '../core/dependency.ts';
import type { InspectedFile, InspectionRequest } from '../core/inspection.ts';
import { decodeText, type FileContent } from '../core/snapshot.ts';
import {
  createModuleMap,
  extendedFrom,
  type ModuleMap,
  type ModuleMaps,
  NO_MAPS,
  referencedFrom,
} from './module-map.ts';
import { directoriesUp, folderOf, pathFrom } from './module-paths.ts';
import type { ModuleSettings } from './module-settings.ts';
import type { Outcome, Task } from './protocol.ts';

type Run = (task: Task) => Promise<Outcome>;
type Read = NonNullable<InspectionRequest['read']>;
type Side = 'base' | 'head';

/** Files of settings that are read for one side, folders that are looked into, and files that lead to further ones. */
const MOST_FILES = 600;
const MOST_FOLDERS = 3_000;
const MOST_ROUNDS = 6;
/** Characters: the largest such files hold some thousand paths. */
const LARGEST = 1_000_000;

const SCRIPT = /\.(?:[cm]?[jt]sx?|vue|svelte|astro|html?)$/;
/** An import that is neither a path nor one of Node's own. */
const NAMED_IMPORT = /\b(?:from|import|require)\s{0,9}\(?\s{0,9}['"](?![./]|node:)/;

/**
 * Reads what names modules for the changed scripts, where at least two could mean each other by a name: the nearest
 * tsconfig.json and jsconfig.json with those above them and all they extend, and package.json. They are data: text is
 * parsed in a child process. What could not be read is said; what is not there leaves names unfollowed.
 */
export async function gatherModuleMaps(
  files: readonly InspectedFile[],
  read: Read | undefined,
  run: Run,
  unread: UnreadFile[],
): Promise<ModuleMaps> {
  const scripts = files.filter(({ path, after }) => after !== null && SCRIPT.test(path) && !isInstalled(path));
  if (read === undefined || scripts.length < 2) return NO_MAPS;
  if (!scripts.some(({ after }) => after !== null && NAMED_IMPORT.test(after.text))) return NO_MAPS;
  const paths = new Set(scripts.map(({ path }) => path));
  const folders = new Set(scripts.flatMap(({ path }) => directoriesUp(folderOf(path))));
  const wanted = [...folders]
    .slice(0, MOST_FOLDERS)
    .flatMap((folder) =>
      ['tsconfig.json', 'jsconfig.json', 'package.json'].flatMap((name) => pathFrom(folder, name) ?? []),
    );
  const parsed = new Map<string, Promise<ModuleSettings | null>>();

  /** The same content under the same name is parsed once for both sides. */
  function settingsOf(path: string, content: Extract<FileContent, { state: 'bytes' }>): Promise<ModuleSettings | null> {
    const key = `${content.sha} ${path}`;
    const known = parsed.get(key);
    if (known !== undefined) return known;
    const made = parse(path, content);
    parsed.set(key, made);
    return made;
  }

  async function parse(
    path: string,
    { bytes, sha }: Extract<FileContent, { state: 'bytes' }>,
  ): Promise<ModuleSettings | null> {
    const decoded = decodeText(bytes);
    const missed = (reason: string): null => {
      unread.push({ path, reason, transient: false, blob: sha });
      return null;
    };
    if (decoded.state !== 'text')
      return missed(decoded.state === 'binary' ? 'it is binary' : `it is ${decoded.reason}`);
    if (decoded.text.length > LARGEST) return missed(`has ${decoded.text.length} characters, more than ${LARGEST}`);
    const outcome = await run({ kind: 'moduleSettings', path, text: decoded.text });
    if (outcome.kind === 'moduleSettings') return outcome.settings;
    return missed(outcome.kind === 'failed' ? outcome.reason : `an answer of another kind came: ${outcome.kind}`);
  }

  async function one(side: Side, path: string, from: Read): Promise<readonly [string, ModuleSettings] | null> {
    const content = await from(side, path);
    if (content.state === 'missing') return null;
    if (content.state === 'unreadable') {
      unread.push({ path, reason: content.reason, transient: content.transient });
      return null;
    }
    const settings = await settingsOf(path, content);
    return settings === null ? null : [path, settings];
  }

  async function ofSide(side: Side, from: Read): Promise<ModuleMap> {
    const found = new Map<string, ModuleSettings>();
    const asked = new Set<string>();
    let open: readonly string[] = wanted;
    for (let round = 0; round < MOST_ROUNDS && open.length > 0 && found.size < MOST_FILES; round += 1) {
      const next = open.filter((path) => !asked.has(path));
      for (const path of next) asked.add(path);
      const answers = await Promise.all(next.map((path) => one(side, path, from)));
      const read = answers.filter((each) => each !== null).slice(0, MOST_FILES - found.size);
      for (const [path, settings] of read) found.set(path, settings);
      open = read.flatMap(([path, settings]) => furtherFiles(path, settings));
    }
    return createModuleMap(found, paths);
  }

  const [base, head] = await Promise.all([ofSide('base', read), ofSide('head', read)]);
  return { base, head, aliases: [...new Set([...base.aliases, ...head.aliases])] };
}

function furtherFiles(path: string, settings: ModuleSettings): readonly string[] {
  const folder = folderOf(path);
  const beside = settings.references
    .flatMap((each) => referencedFrom(folder, each) ?? [])
    .filter((each) => folderOf(each) === folder);
  return [...settings.extends.flatMap((each) => extendedFrom(folder, each)), ...beside];
}

/** What is installed names itself; a change of it is looked at file by file. */
function isInstalled(path: string): boolean {
  return /(?:^|\/)node_modules\//.test(path);
}
