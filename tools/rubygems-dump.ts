import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { CountersignError } from '../src/core/errors.ts';

/** The version by which RubyGems.org counts the downloads of a whole gem (rubygems.org, `GemDownload.for_rubygems`). */
const WHOLE_GEM = '0';

/**
 * Gems by their downloads, most first, out of the weekly dump that RubyGems.org publishes (its page "data":
 * `public_postgresql.tar`, in it `databases/PostgreSQL.sql.gz`), packed or unpacked. Tables as pg_dump writes them:
 * `COPY public.rubygems (id, name, …) FROM stdin;`, rows with tabs, `\.` at the end. Yanked gems (`indexed` is not `t`)
 * are left out. Throws `bad-usage` where the two tables are not there.
 */
export async function gemsByDownloads(path: string): Promise<readonly string[]> {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  for await (const { table, row } of rowsOf(path, ['rubygems', 'gem_downloads'])) {
    if (table === 'rubygems') {
      const { id, name, indexed } = row;
      if (id !== undefined && name !== undefined && (indexed ?? 't') === 't') names.set(id, name);
    } else if (row['version_id'] === WHOLE_GEM && row['rubygem_id'] !== undefined) {
      counts.set(row['rubygem_id'], Number(row['count']));
    }
  }
  const listed = [...names].flatMap(([id, name]) => {
    const count = counts.get(id);
    return count === undefined || !Number.isFinite(count) ? [] : [{ name, count }];
  });
  if (listed.length === 0)
    throw new CountersignError(
      'bad-usage',
      `${path} holds no downloads of gems: the tables rubygems and gem_downloads of RubyGems.org's dump are looked for.`,
    );
  return listed.sort((a, b) => b.count - a.count).map(({ name }) => name);
}

interface DumpRow {
  readonly table: string;
  readonly row: Readonly<Record<string, string>>;
}

/** The rows of some tables of a dump, by column name. */
async function* rowsOf(path: string, tables: readonly string[]): AsyncGenerator<DumpRow> {
  const file = createReadStream(path);
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  let reading: { readonly table: string; readonly columns: readonly string[] } | null = null;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (reading === null) {
      const [, table = '', columns = ''] = /^COPY (?:public\.)?"?(\w+)"? \(([^)]*)\) FROM stdin;$/.exec(line) ?? [];
      if (tables.includes(table))
        reading = { table, columns: columns.split(', ').map((each) => each.replaceAll('"', '')) };
    } else if (line === '\\.') {
      reading = null;
    } else {
      const values = line.split('\t');
      yield {
        table: reading.table,
        row: Object.fromEntries(reading.columns.map((column, at) => [column, values[at] ?? ''])),
      };
    }
  }
  if (reading !== null)
    throw new CountersignError(
      'bad-usage',
      `${path} ends within its table ${reading.table}: it was not fetched whole.`,
    );
}
