import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { attribute } from '../src/agents/index.ts';
import { factsOf, type HistoryEntry, readChangelog } from './histories/read.ts';

/** What is older than this year counts as written by people: none of the agents that the table knows committed then. */
const FIRST_AGENTS = 2021;

/**
 * False alarms of attribution on old public history: the changelogs that this machine's packages came with, as far back
 * as they go. They name people, so none of them is kept here; `CHANGELOGS` names another folder of them.
 */
export async function run(print: (line: string) => void): Promise<void> {
  const folder = process.env['CHANGELOGS'] ?? '/usr/share/doc';
  const files = changelogsIn(folder);
  const entries = new Map<string, HistoryEntry>();
  for (const file of files)
    for (const entry of readChangelog(textOf(file)))
      if (entry.year < FIRST_AGENTS && entry.text !== '')
        entries.set(JSON.stringify([entry.email, entry.release, entry.text]), entry);
  if (entries.size === 0) {
    print(`no changelogs in ${folder}: nothing measured`);
    return;
  }
  const people = new Set([...entries.values()].map(({ email }) => email.toLowerCase()));
  const years = [...entries.values()].map(({ year }) => year);
  const alarms: string[] = [];
  for (const [index, entry] of [...entries.values()].entries()) {
    const { agent, class: author, tier, evidence } = attribute(factsOf(entry, index), []);
    if (author === 'human' && tier === 'none') continue;
    alarms.push(
      `${author} ${agent ?? ''} ${tier}: ${evidence.map((sign) => `${sign.where} ${sign.value}`).join('; ')}`,
    );
  }
  print(
    `${entries.size} entries of ${people.size} people from ${files.length} changelogs, ${first(years)} to ${last(years)}`,
  );
  // Of no events in n, the upper end of the 95 % interval is about 3/n (the "rule of three").
  const most = alarms.length === 0 ? `, at most ${((3 / entries.size) * 1000).toFixed(2)} in 1,000 (95 %)` : '';
  print(`false alarms: ${alarms.length}${most}`);
  for (const alarm of alarms.slice(0, 20)) print(`  ${alarm}`);
  if (alarms.length > 0) process.exitCode = 1;
}

function first(years: readonly number[]): number {
  return years.reduce((low, year) => Math.min(low, year));
}

function last(years: readonly number[]): number {
  return years.reduce((high, year) => Math.max(high, year));
}

function changelogsIn(folder: string): string[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((each) => each.isFile() && /^changelog/i.test(each.name))
    .map((each) => join(each.parentPath, each.name))
    .sort();
}

function textOf(file: string): string {
  const bytes = readFileSync(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}
