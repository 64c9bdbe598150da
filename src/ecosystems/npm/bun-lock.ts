import type { DependencyEntry } from '../../core/dependency.ts';
import { type JsonNode, member, membersOf, parseJson, RELAXED_JSON, textOf, unreadable } from '../json.ts';
import { openText } from '../opening.ts';
import type { DependencyFormat, ParsedDependencies } from '../types.ts';
import { LARGEST_LOCK, sriOf } from './shared.ts';
import { sourceOfAddress } from './specifier.ts';

const FIELDS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const;

/** `bun.lock`, lockfileVersion 0 to 2 (bun docs, "Lockfile"; the binary `bun.lockb` is refused elsewhere by being binary). */
export const bunLock: DependencyFormat = {
  id: 'bun-lock',
  entry: 'lockfile',
  matches: (path) => /(^|\/)bun\.lockb?$/.test(path),
  parse,
};

function parse(text: string, path: string): ParsedDependencies {
  if (path.endsWith('.lockb'))
    throw unreadable(path, 1, 'a binary lockfile of bun: run `bun install --save-text-lockfile`');
  const root = parseJson(openText(text, path, LARGEST_LOCK), path, RELAXED_JSON);
  const version = member(root, 'lockfileVersion');
  if (version?.kind !== 'other' || !(version.value === 0 || version.value === 1 || version.value === 2)) {
    throw unreadable(path, version?.location.startLine ?? 1, 'lockfileVersion is not known (0, 1 and 2 are)');
  }
  const packages = member(root, 'packages');
  if (packages !== undefined && packages.kind !== 'object')
    throw unreadable(path, packages.location.startLine, '"packages" must be an object');
  const workspaces = membersOf(member(root, 'workspaces'));
  const folders = new Map(
    workspaces.flatMap((item) => {
      const name = textOf(member(item.value, 'name'));
      return name === undefined || item.key === '' ? [] : [[name, item.key] as const];
    }),
  );
  const roots = workspaces.map((item) => ({ path: item.key, asks: asksOf(item.value) }));
  const direct = new Set(roots.flatMap((one) => one.asks.filter((_ask, index) => index % 2 === 0)));
  const entries: DependencyEntry[] = [];
  const asks: string[][] = [];
  for (const item of membersOf(packages)) {
    const installPath = installPathOf(item.key, folders);
    const entry = entryOf(item.key, item.value, path, direct.has(item.key));
    entries.push({ ...entry, location: item.location, installPath });
    asks.push(item.value.kind === 'array' ? asksOf(item.value.items.find((part) => part.kind === 'object')) : []);
  }
  const overridden = membersOf(member(root, 'overrides')).map((item) => item.key);
  return { entries, unread: [], graph: { kind: 'paths', roots, asks, keys: [], overridden } };
}

/** Peer ranges are wishes: they lead to an entry and put no version out of range. */
function asksOf(node: JsonNode | undefined): string[] {
  return FIELDS.flatMap((field) =>
    membersOf(member(node, field)).flatMap((item) => [
      item.key,
      field === 'peerDependencies' ? '' : (textOf(item.value) ?? ''),
    ]),
  );
}

/** `a/@s/b` → `node_modules/a/node_modules/@s/b`; a first part that is a workspace is that workspace's folder. */
function installPathOf(key: string, folders: ReadonlyMap<string, string>): string {
  const names = key.match(/(?:@[^/]+\/)?[^/]+/g) ?? [key];
  const [first, ...rest] = names;
  const folder = first === undefined ? undefined : folders.get(first);
  if (folder !== undefined && rest.length > 0) return [folder, ...rest].join('/node_modules/');
  return `node_modules/${names.join('/node_modules/')}`;
}

function entryOf(key: string, node: JsonNode, path: string, isDirect: boolean): Omit<DependencyEntry, 'location'> {
  const [first, second] = node.kind === 'array' ? node.items : [];
  const resolution = textOf(first);
  const at = resolution?.indexOf('@', 1) ?? -1;
  if (node.kind !== 'array' || resolution === undefined || at <= 0) {
    throw unreadable(path, node.location.startLine, `the entry ${JSON.stringify(key.slice(0, 80))} names no package`);
  }
  const name = resolution.slice(0, at);
  const reference = resolution.slice(at + 1);
  const alias = key.match(/(?:@[^/]+\/)?[^/]+$/)?.[0] ?? key;
  const described = node.items.find((part) => part.kind === 'object');
  const last = node.items.length > 2 ? textOf(node.items.at(-1)) : undefined;
  const integrity = last !== undefined && /^[a-z0-9]+-[A-Za-z0-9+/=]+$/.test(last) ? last : undefined;
  return {
    entry: 'lockfile',
    type: 'npm',
    name,
    ...(alias === name ? {} : { alias }),
    ...whereOf(reference, textOf(second)),
    scope: isTrue(member(described, 'bundled')) ? 'bundled' : 'prod',
    relationship: isDirect ? 'direct' : 'transitive',
    ...(integrity === undefined ? {} : { integrity: sriOf(integrity) }),
    ...(isTrue(member(described, 'hasInstallScript')) ? { installScript: true } : {}),
  };
}

function isTrue(node: JsonNode | undefined): boolean {
  return node?.kind === 'other' && node.value === true;
}

function whereOf(
  reference: string,
  registry: string | undefined,
): Pick<DependencyEntry, 'source' | 'version' | 'resolvedUrl'> {
  if (reference.startsWith('workspace:')) return { source: 'workspace' };
  if (/^(file|link|root):|^\.{0,2}\//.test(reference)) return { source: 'path', resolvedUrl: reference };
  if (/^\d/.test(reference)) {
    const version = reference;
    return registry === undefined || registry === ''
      ? { source: 'registry', version }
      : { source: 'registry', version, resolvedUrl: registry };
  }
  const source = sourceOfAddress(reference);
  return { source: source === 'registry' || source === 'path' ? 'url' : source, resolvedUrl: reference };
}
