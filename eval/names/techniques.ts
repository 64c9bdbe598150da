import { createNames } from '../../src/evidence/names.ts';
import type { PopularList } from '../../src/evidence/popular.ts';
import { interval, share } from './wilson.ts';

const PARTS = 10;

/**
 * How often each technique leads from one popular name to another: every tenth of a list is asked of the other nine.
 * A technique that links many of them is weak evidence, whatever it catches.
 */
export function techniqueTable(print: (line: string) => void, lists: readonly PopularList[]): void {
  print('');
  print('## Names: popular names that each technique takes for imitations of one another');
  print('');
  print('| list | technique | n | linked | share | interval |');
  print('|---|---|---|---|---|---|');
  for (const list of lists) {
    const counts = new Map<string, number>();
    for (let part = 0; part < PARTS; part += 1) {
      const asked = list.names.filter((_, index) => index % PARTS === part);
      const rest = list.names.filter((_, index) => index % PARTS !== part);
      const famous = list.names.slice(0, list.famous).filter((_, index) => index % PARTS !== part).length;
      const others = lists.filter((each) => each !== list);
      const names = createNames([...others, { ...list, names: rest, famous }], {
        now: Date.now,
        importNames: new Map(),
      });
      for (const name of asked) {
        const alike = names.looksLike(list.type, name);
        const [best] = alike.state === 'known' ? alike.value : [];
        if (best !== undefined) counts.set(best.technique, (counts.get(best.technique) ?? 0) + 1);
      }
    }
    const all = [...counts].reduce((sum, [, count]) => sum + count, 0);
    const n = list.names.length;
    for (const [technique, count] of [...counts, ['any', all] as const].sort(([, a], [, b]) => b - a))
      print(`| ${list.type} | ${technique} | ${n} | ${count} | ${share(count, n)} | ${interval(count, n)} |`);
  }
}
