import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PackageType } from '../../src/core/dependency.ts';
import { makeList } from '../../tools/popular-list.ts';
import { SHARED } from './rows.ts';

/**
 * Lists for types that none is shipped for, made as an operator makes them, by `tools/popular-list.ts` out of the
 * most downloaded names of RubyGems and Go in the shared data (DataDog/guarddog, Apache-2.0). Empty without that data.
 */
export async function operatorLists(): Promise<Readonly<Partial<Record<PackageType, string>>>> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-eval-'));
  const made = await Promise.all(
    ([['gem', 'rubygems'] as const, ['golang', 'go'] as const] as const).map(async ([type, file]) => {
      const from = join(SHARED, `popular/top_${file}_packages.json`);
      if (!existsSync(from)) return [];
      const to = join(folder, `${type}.txt`);
      // The day the data describes: the time its publisher wrote into it.
      const order = { type, from, source: 'DataDog/guarddog', licence: 'Apache-2.0', day: '2026-06-16' } as const;
      await writeFile(to, await makeList({ ...order, top: 20_000, pages: 1, pauseMs: 0, contact: null }));
      return [[type, to] as const];
    }),
  );
  return Object.fromEntries(made.flat());
}
