import type { LooseFacts } from '../../src/agents/schema.ts';

/** One entry of a changelog: what a commit would have said. */
export interface HistoryEntry {
  readonly name: string;
  readonly email: string;
  readonly year: number;
  readonly text: string;
  /** Of a Debian changelog: source package and version. */
  readonly release: string | null;
}

/**
 * Entries of a changelog, either form that distributions keep: Debian's (deb-changelog(5): a header line, indented text,
 * ` -- Name <address>  date`) and GNU's (GNU Coding Standards, "Change Logs": `2019-05-03  Name  <address>`, then
 * indented text). Anything else gives nothing.
 */
export function readChangelog(text: string): readonly HistoryEntry[] {
  return [...debianEntries(text), ...gnuEntries(text)];
}

const HEADER = /^([a-z0-9][a-z0-9+.-]*) \(([^)\s]+)\) .*;/;
const TRAILER = /^ -- (.+?) <([^>\s]+)> {1,2}\w{3}, +\d{1,2} \w{3} (\d{4}) /;

function debianEntries(text: string): HistoryEntry[] {
  const entries: HistoryEntry[] = [];
  let release: string | null = null;
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    const [, source, version] = HEADER.exec(line) ?? [];
    if (source !== undefined && version !== undefined) {
      release = `${source}-${version}`;
      lines = [];
      continue;
    }
    const [, name, email, year] = TRAILER.exec(line) ?? [];
    if (name !== undefined && email !== undefined && release !== null) {
      entries.push({ name, email, year: Number(year), text: lines.join('\n').trim(), release });
      release = null;
    } else if (release !== null) lines.push(line.replace(/^ {2}/, ''));
  }
  return entries;
}

const GNU_HEADER = /^(\d{4})-\d\d-\d\d {2}(\S.*?) +<([^>\s]+@[^>\s]+)>\s*$/;

function gnuEntries(text: string): HistoryEntry[] {
  const entries: { name: string; email: string; year: number; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    const [, year, name, email] = GNU_HEADER.exec(line) ?? [];
    if (name !== undefined && email !== undefined) entries.push({ name, email, year: Number(year), lines: [] });
    else if (/^\s|^$/.test(line)) entries.at(-1)?.lines.push(line.replace(/^\t/, ''));
  }
  return entries.map(({ lines, ...entry }) => ({ ...entry, text: lines.join('\n').trim(), release: null }));
}

/** The entry as a pull request of one commit by a person whose login is the local part of the address. */
export function factsOf({ name, email, text, release }: HistoryEntry, index: number): LooseFacts {
  const login = email.split('@')[0] ?? email;
  const [title = ''] = text.split('\n');
  return {
    // Far above the ids that GitHub has given so far: nobody's.
    author: { id: 4_000_000_000 + index, login, type: 'User' },
    branch: release,
    title,
    body: text,
    commits: [{ message: text, authorName: name, authorEmail: email, committerEmail: email }],
  };
}
