import type { DependencySource } from '../../core/dependency.ts';
import { unreadable } from '../json.ts';
import { addEntry, baseName, finish, noteUnread, type Reading, startReading } from '../reading.ts';
import { descendantsOf, firstErrorLine, parseSyntax, syntaxLocation } from '../syntax.ts';
import type { DependencyFormat } from '../types.ts';
import { type Call, literalOf, literalsOf, namesOf, type PlacedCall, placedCallsOf } from './ruby.ts';
import { exactVersion } from './versions.ts';

const FILE = /^(?:Gemfile(?:[._-][\w.-]+)?|gems(?:[._-][\w.-]+)?\.rb|Appraisals|.+\.gemfile)$/;
/** Ways of Ruby to call what the text does not name. */
const INDIRECT: ReadonlySet<string> = new Set(['send', '__send__', 'public_send', 'eval', 'instance_eval', 'method']);
/** Shorthands for git addresses (Bundler, "gemfile: git"). */
const HOSTS: ReadonlyMap<string, string> = new Map([
  ['github', 'https://github.com/'],
  ['gist', 'https://gist.github.com/'],
  ['bitbucket', 'https://bitbucket.org/'],
  ['gitlab', 'https://gitlab.com/'],
]);

/** What the blocks around a `gem` say. */
interface Surroundings {
  readonly groups: readonly string[];
  readonly platforms: readonly string[];
  readonly origin: Origin | null;
}
interface Origin {
  readonly source: DependencySource;
  readonly url?: string;
}

/** Gemfile, gems.rb and Appraisals, read without running them (Bundler, "gemfile"): each `gem` call with its blocks. */
export const gemfile: DependencyFormat = {
  id: 'gemfile',
  entry: 'manifest',
  matches: (path) => FILE.test(baseName(path)) && !/\.(?:lock|locked)$/.test(path),
  parse: (text, path) => {
    const reading = startReading(path, 'gem', 'manifest');
    const root = parseSyntax(text, path, 'ruby');
    const errorLine = firstErrorLine(root);
    if (errorLine !== null) noteUnread(reading, errorLine, 'not valid Ruby, what stands here is not read');
    const calls = placedCallsOf(descendantsOf(root, ['call'], path));
    if (calls === null) throw unreadable(path, 1, 'blocks nest deeper than in any real Gemfile');
    const hosts = new Set(
      calls.filter(({ call }) => call.method === 'git_source').map(({ call }) => literalOf(call.values[0])),
    );
    for (const placed of calls) {
      const { call } = placed;
      if (call.receiver !== null && call.receiver.text !== 'self') continue;
      if (call.method === 'gem' || call.method === 'plugin') readGem(reading, placed, hosts);
      else if (call.method === 'eval_gemfile') readInclude(reading, call);
      else if (INDIRECT.has(call.method)) {
        noteUnread(reading, syntaxLocation(path, call.node), `${call.method} may call gem under another name`);
      }
    }
    return finish(reading);
  },
};

function readGem(reading: Reading, placed: PlacedCall, hosts: ReadonlySet<string | null>): void {
  const { call } = placed;
  const location = syntaxLocation(reading.path, call.node);
  const [first, ...rest] = call.values;
  const names = namesOf(placed);
  if (names === null) {
    noteUnread(reading, location, `the gem's name is computed: ${(first?.text ?? '').slice(0, 80)}`);
    return;
  }
  const ranges = rest.flatMap((node) => literalsOf(node) ?? []);
  const around = surroundingsOf(placed.around);
  const groups = [...around.groups, ...optionList(call, 'group'), ...optionList(call, 'groups')];
  const platforms = [...around.platforms, ...optionList(call, 'platforms'), ...optionList(call, 'platform')];
  const origin = originOf(call, hosts) ?? around.origin ?? { source: 'registry' };
  for (const one of names) {
    if (one.trim() === '') {
      noteUnread(reading, location, 'a gem without a name');
      continue;
    }
    addEntry(reading, {
      name: one,
      location,
      scope: call.method,
      group: groups.length === 0 ? undefined : groups.join(','),
      marker: platforms.join(','),
      range: ranges.join(', '),
      ...exactVersion(ranges),
      relationship: 'direct',
      source: origin.source,
      resolvedUrl: origin.url,
    });
  }
}

function optionList(call: Call, key: string): string[] {
  const node = call.options.get(key);
  if (node === undefined) return [];
  return literalsOf(node) ?? [node.text.slice(0, 80)];
}

function originOf(call: Call, hosts: ReadonlySet<string | null>): Origin | null {
  for (const [key, node] of call.options) {
    const value = literalOf(node) ?? node.text.slice(0, 200);
    if (key === 'path') return { source: 'path', url: value };
    if (key === 'source') return { source: 'registry', url: value };
    const host = HOSTS.get(key);
    if (key === 'git' || host !== undefined || hosts.has(key))
      return { source: 'git', url: `${host ?? ''}${value}${refOf(call)}` };
  }
  return null;
}

function refOf(call: Call): string {
  const found = ['ref', 'tag', 'branch'].map((key) => literalOf(call.options.get(key))).find((ref) => ref !== null);
  return found === undefined ? '' : `@${found}`;
}

function surroundingsOf(around: readonly Call[]): Surroundings {
  const groups: string[] = [];
  const platforms: string[] = [];
  let origin: Origin | null = null;
  for (const call of around.toReversed()) {
    if (call.receiver !== null) continue;
    const values = call.values.flatMap((value) => literalsOf(value) ?? [value.text.slice(0, 80)]);
    const url = values[0] ?? '';
    if (call.method === 'group') groups.push(...values);
    else if (call.method === 'platforms' || call.method === 'platform') platforms.push(...values);
    else if (origin !== null) continue;
    else if (call.method === 'path') origin = { source: 'path', url };
    else if (call.method === 'source') origin = { source: 'registry', url };
    else if (call.method === 'git') origin = { source: 'git', url: `${url}${refOf(call)}` };
    else if (HOSTS.has(call.method))
      origin = { source: 'git', url: `${HOSTS.get(call.method) ?? ''}${url}${refOf(call)}` };
  }
  return { groups, platforms, origin };
}

/** A file that by its name is a Gemfile is read on its own. */
function readInclude(reading: Reading, call: Call): void {
  const target = literalOf(call.values[0]);
  if (target !== null && FILE.test(baseName(target))) return;
  const said = target ?? call.values[0]?.text ?? '';
  const reason = `includes ${said.slice(0, 100)}, which by its name is no Gemfile and is not read`;
  noteUnread(reading, syntaxLocation(reading.path, call.node), reason);
}
