import { afterAll, describe, expect, it } from 'vitest';
import { createInspector, DEFAULT_INSPECTOR_OPTIONS } from '../../../src/inspect/index.ts';
import { changeCases, changeRounds, toldOf } from '../../support/change-lab.ts';

const inspector = createInspector({ ...DEFAULT_INSPECTOR_OPTIONS, processes: 1 });
afterAll(() => inspector.close());

describe.each(changeRounds())('the %s round of changes', (round) => {
  const cases = changeCases(round);

  it('has every check that went told', async () => {
    const bad = cases.filter((each) => each.bad);
    const told = await Promise.all(bad.map((each) => toldOf(each, inspector)));
    expect(bad.filter((_, at) => !told[at]?.some(({ level }) => level !== 'note')).map(({ name }) => name)).toEqual([]);
  });

  it('has every refactoring left alone', async () => {
    const good = cases.filter((each) => !each.bad);
    const told = await Promise.all(good.map((each) => toldOf(each, inspector)));
    expect(good.flatMap(({ name }, at) => (told[at] ?? []).map(({ message }) => `${name}: ${message}`))).toEqual([]);
  });
});
