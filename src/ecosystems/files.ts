import type { UnreadFile } from '../core/dependency.ts';
import { decodeText, type FileContent, type Snapshot, type TreeEntry } from '../core/snapshot.ts';
import { ALL_ECOSYSTEMS, LARGEST_TEXT, type ParseFormat } from './parse.ts';
import type { DependencyFormat, Ecosystem, ParsedDependencies } from './types.ts';

export type Side = 'base' | 'head';

/** What a path is read as. */
export interface Reader {
  readonly ecosystem: Ecosystem;
  readonly format: DependencyFormat;
}

/** One file of one side, parsed by one format. */
export type ParsedFile =
  | { readonly state: 'missing' }
  | { readonly state: 'parsed'; readonly parsed: ParsedDependencies; readonly blob: string }
  | { readonly state: 'failed'; readonly unread: UnreadFile };

/** Text of one file of one side. */
export type TextFile =
  | { readonly state: 'missing' }
  | {
      readonly state: 'text';
      readonly text: string;
      readonly blob: string;
      /** True where bytes that are no UTF-8 were replaced: enough to look for commands, not to read a lockfile. */
      readonly lossy: boolean;
    }
  | { readonly state: 'failed'; readonly unread: UnreadFile };

/** The formats that speak of a path. */
export function readersOf(path: string): Reader[] {
  return ALL_ECOSYSTEMS.flatMap((ecosystem) =>
    ecosystem.formats.filter((format) => format.matches(path)).map((format) => ({ ecosystem, format })),
  );
}

/** The two sides of a change, read and parsed at most once per content. */
export interface DependencyFiles {
  parsed(side: Side, path: string, format: DependencyFormat): Promise<ParsedFile>;
  text(side: Side, path: string): Promise<TextFile>;
  /** What stands in a directory; throws CountersignError `host-unavailable` where that is unknown. */
  entries(side: Side, directory: string): Promise<readonly TreeEntry[]>;
  /** Names of what stands in a directory and is no directory. */
  names(side: Side, directory: string): Promise<readonly string[]>;
}

export function dependencyFiles(snapshot: Snapshot, parse: ParseFormat): DependencyFiles {
  const texts = new Map<string, Promise<TextFile>>();
  const parses = new Map<string, Promise<ParsedFile>>();
  const listings = new Map<string, Promise<readonly TreeEntry[]>>();
  const remembered = <T>(map: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> => {
    const known = map.get(key);
    if (known !== undefined) return known;
    const made = make();
    map.set(key, made);
    return made;
  };
  const text = (side: Side, path: string): Promise<TextFile> =>
    remembered(texts, `${side}:${path}`, async () => readText(await snapshot[side].read(path), path));
  const entries = (side: Side, directory: string): Promise<readonly TreeEntry[]> =>
    remembered(listings, `${side}:${directory}`, () => snapshot[side].list(directory));
  return {
    text,
    entries,
    names: async (side, directory) =>
      (await entries(side, directory)).filter((entry) => entry.type !== 'directory').map((entry) => entry.name),
    parsed: async (side, path, format) => {
      const file = await text(side, path);
      if (file.state !== 'text') return file;
      if (file.lossy && (format.entry === 'manifest' || format.entry === 'lockfile')) {
        return { state: 'failed', unread: { path, reason: 'not valid UTF-8', transient: false, blob: file.blob } };
      }
      return remembered(parses, `${format.id}:${path}:${file.blob}`, () => parseText(file, path, format, parse));
    },
  };
}

function readText(content: FileContent, path: string): TextFile {
  if (content.state === 'missing') return content;
  if (content.state === 'unreadable') {
    return { state: 'failed', unread: { path, reason: content.reason, transient: content.transient } };
  }
  const failed = (reason: string): TextFile => ({
    state: 'failed',
    unread: { path, reason, transient: false, blob: content.sha },
  });
  if (content.bytes.byteLength > LARGEST_TEXT) return failed(`over the limit of ${LARGEST_TEXT} bytes`);
  const decoded = decodeText(content.bytes);
  if (decoded.state === 'binary') return failed('binary content where text is expected');
  if (decoded.state === 'text') return { state: 'text', text: decoded.text, blob: content.sha, lossy: false };
  return { state: 'text', text: new TextDecoder().decode(content.bytes), blob: content.sha, lossy: true };
}

async function parseText(
  file: Extract<TextFile, { state: 'text' }>,
  path: string,
  format: DependencyFormat,
  parse: ParseFormat,
): Promise<ParsedFile> {
  const outcome = await parse(format.id, file.text, path);
  if (outcome.state === 'parsed') {
    const { entries, unread, graph } = outcome;
    return { state: 'parsed', parsed: { entries, unread, ...(graph === undefined ? {} : { graph }) }, blob: file.blob };
  }
  return { state: 'failed', unread: { ...outcome.file, path, blob: file.blob } };
}
