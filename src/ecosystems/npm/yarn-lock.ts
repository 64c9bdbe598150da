import type { DependencyEntry } from '../../core/dependency.ts';
import { unreadable } from '../json.ts';
import { openText } from '../opening.ts';
import type { DependencyFormat, ParsedDependencies } from '../types.ts';
import { LARGEST_LOCK, sriOf } from './shared.ts';
import { readSpecifier, sourceOfAddress } from './specifier.ts';
import { readYarnBlocks, type YarnBlock } from './yarn-blocks.ts';

/** Versions of yarn berry's lockfile that are known (yarn 2: 4, yarn 3: 5 to 7, yarn 4: 8 to 10). */
const BERRY_VERSIONS = new Set(['4', '5', '6', '7', '8', '9', '10']);

/**
 * `yarn.lock` of yarn 1 (its "lockfile v1" grammar) and of yarn berry (the YAML subset it writes). Read line by line,
 * because the parsers at hand give no lines and let the second of two equal keys replace the first unseen.
 */
export const yarnLock: DependencyFormat = {
  id: 'yarn-lock',
  entry: 'lockfile',
  matches: (path) => /(^|\/)yarn\.lock$/.test(path),
  parse,
};

interface Lists {
  readonly entries: DependencyEntry[];
  readonly asks: string[][];
  readonly keys: string[][];
  readonly roots: { path: string; asks: string[] }[];
}

function parse(text: string, path: string): ParsedDependencies {
  const { blocks, berry } = readYarnBlocks(openText(text, path, LARGEST_LOCK), path);
  const lists: Lists = { entries: [], asks: [], keys: [], roots: [] };
  if (berry) readBerry(blocks, path, lists);
  else for (const block of blocks) readClassic(block, path, lists);
  const { entries, asks, keys, roots } = lists;
  return { entries, unread: [], graph: { kind: 'keys', roots, asks, keys, overridden: [] } };
}

/** One entry for each name among a block's descriptors: yarn 1 writes an alias beside its target where both resolve alike. */
function readClassic(block: YarnBlock, path: string, lists: Lists): void {
  const version = block.fields.get('version');
  if (version === undefined) throw unreadable(path, block.line, `the entry ${block.keys[0]} has no version`);
  const resolved = block.fields.get('resolved');
  const [address, fragment] = splitFragment(resolved);
  const integrity = [block.fields.get('integrity'), fragment].filter((part) => part !== undefined).join(' ');
  const byName = new Map<string, { name: string; alias?: string; keys: string[] }>();
  for (const key of block.keys) {
    const named = descriptorName(key, path, block.line);
    const id = `${named.name}\n${named.alias ?? ''}`;
    const known = byName.get(id);
    if (known === undefined) byName.set(id, { ...named, keys: [key] });
    else known.keys.push(key);
  }
  const asks = [...block.asks('dependencies'), ...block.asks('optionalDependencies')];
  for (const { name, alias, keys } of byName.values()) {
    lists.entries.push({
      entry: 'lockfile',
      type: 'npm',
      name,
      ...(alias === undefined ? {} : { alias }),
      version,
      location: block.location,
      scope: 'prod',
      relationship: 'unknown',
      source: address === undefined ? (isPathKey(keys) ? 'path' : 'registry') : sourceOfAddress(address),
      ...(address === undefined ? {} : { resolvedUrl: address }),
      ...(integrity === '' ? {} : { integrity: sriOf(integrity) }),
    });
    lists.asks.push(asks);
    lists.keys.push(keys);
  }
}

/** yarn 1 appends the tarball's SHA-1 to its address; a git address keeps its commit there. */
function splitFragment(resolved: string | undefined): [string | undefined, string | undefined] {
  const match = resolved === undefined ? null : /^(https?:[^#]+)#([0-9a-f]{40})$/i.exec(resolved);
  if (match === null || match[1] === undefined || /\.git$/i.test(match[1])) return [resolved, undefined];
  return [match[1], `sha1:${match[2]?.toLowerCase()}`];
}

function isPathKey(keys: readonly string[]): boolean {
  return keys.some((key) => /@(file:|link:|\.{0,2}\/)/.test(key));
}

/** `a@^1` → a; `alias@npm:real@^1` → real. */
function descriptorName(key: string, path: string, line: number): { name: string; alias?: string } {
  const at = key.indexOf('@', 1);
  const name = at === -1 ? key : key.slice(0, at);
  const range = at === -1 ? '' : key.slice(at + 1);
  if (name === '' || /[\s"]/.test(name)) throw unreadable(path, line, `${JSON.stringify(key)} names no package`);
  if (!range.startsWith('npm:')) return { name };
  const asked = readSpecifier(name, range);
  if ('unreadable' in asked) throw unreadable(path, line, asked.unreadable);
  return asked.name === name ? { name } : { name: asked.name, alias: name };
}

function readBerry(blocks: readonly YarnBlock[], path: string, lists: Lists): void {
  const metadata = blocks.find((block) => block.keys[0] === '__metadata');
  const version = metadata?.fields.get('version') ?? '';
  if (!BERRY_VERSIONS.has(version)) {
    throw unreadable(path, metadata?.line ?? 1, `lockfile version ${JSON.stringify(version)} is not known`);
  }
  const cacheKey = metadata?.fields.get('cacheKey') ?? '';
  for (const block of blocks) if (block !== metadata) readResolution(block, path, cacheKey, lists);
}

function readResolution(block: YarnBlock, path: string, cacheKey: string, lists: Lists): void {
  const resolution = block.fields.get('resolution');
  const at = resolution?.indexOf('@', 1) ?? -1;
  if (resolution === undefined || at <= 0) {
    throw unreadable(path, block.line, `the entry ${block.keys[0]} has no resolution`);
  }
  const name = resolution.slice(0, at);
  const reference = resolution.slice(at + 1);
  const asks = [...block.asks('dependencies'), ...block.asks('optionalDependencies')];
  if (reference.startsWith('workspace:')) {
    const folder = reference.slice('workspace:'.length);
    lists.roots.push({ path: folder === '.' ? '' : folder, asks });
  }
  const where = locate(name, reference);
  const checksum = block.fields.get('checksum');
  const aliases = new Set(block.keys.map((key) => key.slice(0, Math.max(key.indexOf('@', 1), 1))));
  const names = [...aliases].filter((alias) => alias !== where.name);
  // Every name a block is known under is an entry: a second alias must not hide behind the first.
  for (const alias of aliases.has(where.name) || names.length === 0 ? [undefined, ...names] : names) {
    const version = block.fields.get('version');
    const conditions = block.fields.get('conditions');
    lists.entries.push({
      entry: 'lockfile',
      type: 'npm',
      name: where.name,
      ...(alias === undefined ? {} : { alias }),
      ...(version === undefined || where.source === 'workspace' ? {} : { version }),
      location: block.location,
      scope: 'prod',
      ...(conditions === undefined ? {} : { marker: conditions }),
      relationship: 'unknown',
      source: where.source,
      ...(where.address === undefined ? {} : { resolvedUrl: where.address }),
      ...(checksum === undefined ? {} : { integrity: checksumOf(checksum, cacheKey) }),
    });
    lists.asks.push(asks);
    lists.keys.push(block.keys.filter((key) => alias === undefined || key.startsWith(`${alias}@`)));
  }
}

/** The checksum is of yarn's own archive: it compares only where the cache key (format and compression) is the same. */
function checksumOf(checksum: string, cacheKey: string): string {
  const slash = checksum.indexOf('/');
  const key = slash === -1 ? cacheKey : checksum.slice(0, slash);
  return `yarn-${key}:${checksum.slice(slash + 1)}`;
}

interface Where {
  readonly name: string;
  readonly source: DependencyEntry['source'];
  readonly address?: string;
}

function locate(name: string, reference: string): Where {
  if (reference.startsWith('workspace:')) return { name, source: 'workspace' };
  if (reference.startsWith('npm:')) {
    const archive = /[?&:]__archiveUrl=([^&]+)/.exec(reference)?.[1];
    return archive === undefined
      ? { name, source: 'registry' }
      : { name, source: 'registry', address: percentDecoded(archive) };
  }
  if (reference.startsWith('patch:')) return patched(name, reference);
  if (/^(file|link|portal|exec):/.test(reference)) return { name, source: 'path', address: reference };
  return { name, source: sourceOfAddress(reference), address: reference };
}

/** `patch:@electron/fsevents@npm%3A2.3.3-fork#…`: what is patched, once or several times over. */
function patched(name: string, reference: string): Where {
  const inner = percentDecoded(reference.slice('patch:'.length).split('#')[0] ?? '');
  const at = inner.indexOf('@', 1);
  return at === -1 || inner.length >= reference.length
    ? { name, source: 'path', address: reference }
    : locate(inner.slice(0, at), inner.slice(at + 1));
}

function percentDecoded(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
