import { createInspector, DEFAULT_INSPECTOR_OPTIONS } from '../src/inspect/index.ts';
import { changeCases, changeRounds, toldOf } from '../test/support/change-lab.ts';
import { interval, share } from './names/wilson.ts';

/** Checks that went and refactorings after which they stand: what `security-check-removed` tells of them. */
export async function run(print: (line: string) => void): Promise<void> {
  const inspector = createInspector({ ...DEFAULT_INSPECTOR_OPTIONS, processes: 1 });
  for (const round of changeRounds()) {
    const count = { found: 0, bad: 0, wrong: 0, good: 0 };
    for (const each of changeCases(round)) {
      const told = await toldOf(each, inspector);
      const isTold = told.some(({ level }) => level !== 'note');
      count[each.bad ? 'bad' : 'good'] += 1;
      if (isTold) count[each.bad ? 'found' : 'wrong'] += 1;
      if (isTold !== each.bad) print(`  ${each.bad ? 'missed' : 'flagged'}: ${each.name}`);
    }
    const { found, bad, wrong, good } = count;
    print(
      `changes, ${round} round: ${share(found, bad)} ${interval(found, bad)} (${found}/${bad}), flagged ${wrong}/${good}`,
    );
  }
  await inspector.close();
}
