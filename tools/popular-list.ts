// Makes a list of popular names for `COUNTERSIGN_POPULAR_<TYPE>` out of what somebody publishes: see --help.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { PackageType } from '../src/core/dependency.ts';
import { CountersignError } from '../src/core/errors.ts';
import { formatListFile, parseListFile } from '../src/evidence/list-file.ts';
import { isListedType } from '../src/evidence/popular.ts';
import { gemsByDownloads } from './rubygems-dump.ts';

const HELP = `node tools/popular-list.ts --type TYPE --from FILE|URL --source TEXT --licence TEXT --date DAY
                           [--top N] [--pages N] [--contact TEXT]

  --from      a file, or an address; {page} in it counts from 1 to --pages, one page a second
  --contact   who asks, sent with every request: crates.io wants to know whom to write to
  --source    whose list it is, with its version; written into the list
  --licence   under which it may be used; written into the list
  --date      the day the list describes, 2026-11-01: every name on it existed by then
  --top       so many names at most, from the start

Reads names one a line, or JSON: an array, or one under packages, rows, crates, data, items or results; each entry a
name, or an object with a name, project, id or package. The order is kept: most used first. A file that ends in .sql or
.sql.gz is RubyGems.org's weekly dump (databases/PostgreSQL.sql.gz of public_postgresql.tar), ordered by downloads. The
list is written to standard output.
`;

const Named = z.union([
  z.string(),
  z.object({ name: z.string() }).transform(({ name }) => name),
  z.object({ project: z.string() }).transform(({ project }) => project),
  z.object({ id: z.string() }).transform(({ id }) => id),
  z.object({ package: z.string() }).transform((each) => each.package),
]);
const Names = z.array(Named);
const Published = z.union([
  Names,
  ...(['packages', 'rows', 'crates', 'data', 'items', 'results'] as const).map((key) =>
    z.object({ [key]: Names }).transform((value) => value[key] ?? []),
  ),
]);

/** The names of one published text, in its order. Throws `bad-usage` for JSON of a shape that is not known. */
export function namesOf(text: string): readonly string[] {
  const trimmed = text.trimStart();
  if (!trimmed.startsWith('{') && !trimmed.startsWith('[')) {
    return text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'));
  }
  const published = Published.safeParse(JSON.parse(text));
  if (!published.success)
    throw new CountersignError('bad-usage', 'this JSON holds no list of names that is known here.');
  return published.data;
}

export interface ListOrder {
  readonly type: PackageType;
  readonly from: string;
  readonly source: string;
  readonly licence: string;
  readonly day: string;
  readonly top: number;
  readonly pages: number;
  /** Milliseconds between two pages, and before a page that was refused is asked for again. */
  readonly pauseMs: number;
  /** Whom the publisher may write to; null where nobody is named. */
  readonly contact: string | null;
}

/** Fetches, reads and writes down a list; what comes out can be read back, or this throws. */
export async function makeList(order: ListOrder): Promise<string> {
  const isDump = /\.sql(\.gz)?$/.test(order.from);
  const names = isDump ? await gemsByDownloads(order.from) : await pagesOf(order);
  const text = formatListFile({ ...order, names: [...new Set(names)].slice(0, order.top) });
  const { names: readBack } = parseListFile(text, order.type, order.from);
  return formatListFile({ ...order, names: readBack });
}

async function pagesOf(order: ListOrder): Promise<readonly string[]> {
  const names: string[] = [];
  const pages = order.from.includes('{page}') ? order.pages : 1;
  for (let page = 1; page <= pages && names.length < order.top; page += 1) {
    if (page > 1) await sleep(order.pauseMs);
    const found = namesOf(await read(order.from.replaceAll('{page}', String(page)), order));
    if (found.length === 0) break;
    names.push(...found);
  }
  return names;
}

/** A publisher that is asked too often says so this many times before the list is given up. */
const ATTEMPTS = 4;
const TIMEOUT_MS = 60_000;
/** Longest wait that a publisher may ask for, in seconds. */
const LONGEST_WAIT = 120;

async function read(from: string, order: ListOrder): Promise<string> {
  if (!/^https?:/.test(from)) return readFile(from, 'utf8');
  const agent = order.contact === null ? 'countersign popular-list' : `countersign popular-list (${order.contact})`;
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(from, {
      headers: { 'user-agent': agent, accept: 'application/json, text/plain' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.ok) return response.text();
    await response.body?.cancel();
    const busy = response.status === 429 || response.status >= 500;
    if (!busy || attempt === ATTEMPTS)
      throw new CountersignError('bad-usage', `${from} answered ${response.status}; no list was written.`);
    await sleep(waitOf(response.headers.get('retry-after')) ?? attempt * order.pauseMs);
  }
}

/** What `Retry-After` asks for (RFC 9110, 10.2.3: seconds), in milliseconds; null where it says no number. */
function waitOf(header: string | null): number | null {
  return header === null || !/^\d+$/.test(header) ? null : Math.min(Number(header), LONGEST_WAIT) * 1000;
}

function orderOf(argv: readonly string[]): ListOrder {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { type: text, from: text, source: text, licence: text, date: text, top: text, pages: text, contact: text },
  });
  const needed = (key: 'type' | 'from' | 'source' | 'licence' | 'date'): string => {
    const value = values[key];
    if (value === undefined) throw new CountersignError('bad-usage', `--${key} is missing.`);
    return value;
  };
  const type = needed('type');
  if (!isListedType(type)) throw new CountersignError('bad-usage', `there is no package type "${type}".`);
  return {
    type,
    from: needed('from'),
    source: needed('source'),
    licence: needed('licence'),
    day: needed('date'),
    top: Number(values.top ?? '20000'),
    pages: Number(values.pages ?? '1'),
    pauseMs: 1000,
    contact: values.contact ?? null,
  };
}

if (import.meta.main) {
  if (process.argv.includes('--help')) process.stdout.write(HELP);
  else process.stdout.write(await makeList(orderOf(process.argv.slice(2))));
}
