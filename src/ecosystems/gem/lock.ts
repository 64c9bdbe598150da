import type { DependencySource } from '../../core/dependency.ts';
import { unreadable } from '../json.ts';
import { linesOf, openText } from '../opening.ts';
import {
  addEntry,
  baseName,
  type Draft,
  finishNames,
  lineLocation,
  namesAsk,
  noteUnread,
  type Reading,
  startNames,
  startReading,
} from '../reading.ts';
import type { DependencyFormat } from '../types.ts';

/** Characters. */
const LIMIT = 8_000_000;
/** Sections that list packages with their source, by their headings (rubygems/bundler, `lockfile_parser.rb`). */
const SOURCES: ReadonlyMap<string, DependencySource> = new Map([
  ['GEM', 'registry'],
  ['GIT', 'git'],
  ['PATH', 'path'],
  ['PLUGIN SOURCE', 'url'],
]);
const OTHERS: ReadonlySet<string> = new Set(['PLATFORMS', 'DEPENDENCIES', 'CHECKSUMS', 'RUBY VERSION', 'BUNDLED WITH']);
const DEPENDENCY = /^([^\s()!]+)(?: \(([^()]*)\))?!?$/;
const SPEC = /^([^\s()]+)(?: \(([^()\s]+)\))?$/;

interface State {
  readonly reading: Reading;
  readonly drafts: { readonly draft: Draft; readonly key: string; readonly asks: string[] }[];
  /** Asks of the section DEPENDENCIES, by name. */
  readonly direct: Map<string, string>;
  readonly checksums: Map<string, string>;
  readonly sections: Set<string>;
  section: string;
  remotes: string[];
  revision: string | null;
  inSpecs: boolean;
  /** Asks of the package whose lines are being read. */
  asks: string[];
}

/** Gemfile.lock and gems.locked (Bundler). Each spec is one entry; a second remote of its section makes another. */
export const gemfileLock: DependencyFormat = {
  id: 'gemfile-lock',
  entry: 'lockfile',
  matches: (path) =>
    /^(?:Gemfile(?:[._-][\w.-]+)?\.lock|gems(?:[._-][\w.-]+)?\.locked|.+\.gemfile\.lock)$/.test(baseName(path)),
  parse: (text, path) => {
    const reading = startReading(path, 'gem', 'lockfile');
    const state: State = {
      reading,
      drafts: [],
      direct: new Map(),
      checksums: new Map(),
      sections: new Set(),
      section: '',
      remotes: [],
      revision: null,
      inSpecs: false,
      asks: [],
    };
    for (const [index, line] of linesOf(openText(text, path, LIMIT)).entries()) readLine(state, line, index + 1);
    if (!state.sections.has('DEPENDENCIES')) {
      throw unreadable(path, Math.max(1, linesOf(text).length), 'the section DEPENDENCIES is missing');
    }
    const graph = startNames();
    for (const { draft, key, asks } of state.drafts) {
      addEntry(reading, {
        ...draft,
        relationship: state.direct.has(draft.name) ? 'direct' : 'transitive',
        integrity: state.checksums.get(key),
      });
      namesAsk(graph, reading, asks, []);
      // What lies in the repository asks through its gemspec, which Bundler repeats here.
      if (draft.source === 'path') graph.roots.push({ path: null, name: draft.name, asks });
    }
    graph.roots.push({ path: '', asks: [...state.direct].flat() });
    return finishNames(reading, graph);
  },
};

function readLine(state: State, line: string, number: number): void {
  if (line.trim() === '') return;
  if (!/^\s/.test(line)) {
    state.section = line.trimEnd();
    state.sections.add(state.section);
    state.remotes = [];
    state.revision = null;
    state.inSpecs = false;
    if (!SOURCES.has(state.section) && !OTHERS.has(state.section)) {
      noteUnread(state.reading, number, `a section that is not known: ${state.section.slice(0, 40)}`);
    }
    return;
  }
  if (state.section === '') throw unreadable(state.reading.path, number, 'a line before the first section');
  const source = SOURCES.get(state.section);
  if (source !== undefined) readSourceLine(state, source, line, number);
  else if (state.section === 'DEPENDENCIES') readDirect(state, line, number);
  else if (state.section === 'CHECKSUMS') readChecksum(state, line, number);
}

/** Two blanks: an option of the source; four: a package; six: what that package asks for. */
function readSourceLine(state: State, source: DependencySource, line: string, number: number): void {
  const content = line.trim();
  const depth = line.length - line.trimStart().length;
  if (depth === 2) {
    const [key, value] = [content.slice(0, content.indexOf(':')), content.slice(content.indexOf(':') + 1).trim()];
    if (key === 'remote') state.remotes.push(value);
    else if (key === 'revision') state.revision = value;
    else if (key === 'specs') state.inSpecs = true;
    return;
  }
  if (depth === 6 && state.inSpecs) {
    const [, asked, range] = DEPENDENCY.exec(content) ?? [];
    // Bundler's own version is in no section.
    if (asked !== undefined && asked !== 'bundler') state.asks.push(asked, range ?? '');
    return;
  }
  const [, name, full] = SPEC.exec(content) ?? [];
  if (depth !== 4 || !state.inSpecs || name === undefined || full === undefined) {
    noteUnread(state.reading, number, `not a package of a lockfile: ${content.slice(0, 80)}`);
    return;
  }
  const asks: string[] = [];
  state.asks = asks;
  const dash = full.indexOf('-');
  const revision = state.revision === null ? '' : `#${state.revision}`;
  state.remotes.forEach((remote, index) => {
    const draft: Draft = {
      name,
      version: dash < 0 ? full : full.slice(0, dash),
      marker: dash < 0 ? '' : full.slice(dash + 1),
      location: lineLocation(state.reading.path, number, line),
      scope: state.section,
      relationship: 'transitive',
      source,
      resolvedUrl: `${remote}${revision}`,
      installPath: index === 0 ? undefined : remote,
    };
    state.drafts.push({ draft, key: `${name} ${full}`, asks });
  });
  if (state.remotes.length === 0) noteUnread(state.reading, number, `${name} stands in a section without a remote`);
}

function readDirect(state: State, line: string, number: number): void {
  const [, name, range] = /^ {2}\S/.test(line) ? (DEPENDENCY.exec(line.trim()) ?? []) : [];
  if (name === undefined) noteUnread(state.reading, number, `not a dependency: ${line.trim().slice(0, 80)}`);
  else state.direct.set(name, range ?? '');
}

function readChecksum(state: State, line: string, number: number): void {
  const [, name, full, sums] = /^ {2}(\S+) \(([^()\s]+)\)(?: (\S+))?$/.exec(line.trimEnd()) ?? [];
  if (name === undefined || full === undefined) {
    noteUnread(state.reading, number, `not a checksum: ${line.trim().slice(0, 80)}`);
    return;
  }
  const hashes = (sums ?? '').split(',').flatMap((sum) => (sum === '' ? [] : [sum.replace('=', ':')]));
  state.checksums.set(`${name} ${full}`, hashes.sort().join(' '));
}
