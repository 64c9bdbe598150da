import { afterEach, describe, expect, it } from 'vitest';
import { createPatience } from '../../src/inspect/patience.ts';
import { createPool, type Pool } from '../../src/inspect/pool.ts';
import type { Outcome, Task } from '../../src/inspect/protocol.ts';
import { createTurns } from '../../src/inspect/turns.ts';

const side = { path: 'a.js', text: '', blob: 'b', mode: '100644' };
const fileOf = (scope: 'change' | 'all'): Task => ({
  kind: 'file',
  path: 'a.js',
  before: null,
  after: side,
  scope,
  code: true,
  guardrail: false,
  aliases: [],
});

describe('turns', () => {
  it('go round those who ask, in the order in which each asked', () => {
    const [one, two, three] = [{}, {}, {}];
    const turns = createTurns<string>(() => 0);
    for (const task of ['a1', 'a2', 'a3']) turns.add(one, task, 'last');
    turns.add(two, 'b1', 'last');
    turns.add(three, 'c2', 'last');
    turns.add(three, 'c1', 'first');
    const order = [];
    while (turns.wait()) order.push(turns.next());
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
    expect(turns.next()).toBeUndefined();
  });

  it('are had first by those whose files did not take long, but for each fourth', () => {
    const [slow, quick] = [{}, {}];
    const turns = createTurns<string>((asker) => (asker === slow ? 9_000 : 0));
    for (const task of ['s1', 's2']) turns.add(slow, task, 'last');
    for (const task of ['q1', 'q2', 'q3', 'q4']) turns.add(quick, task, 'last');
    const order = [];
    while (turns.wait()) order.push(turns.next());
    expect(order).toEqual(['q1', 'q2', 'q3', 's1', 'q4', 's2']);
  });

  it('are not lost by whose task came to nothing', () => {
    const [one, two] = [{}, {}];
    const turns = createTurns<string>(() => 0);
    for (const task of ['a1', 'a2']) turns.add(one, task, 'last');
    for (const task of ['b1', 'b2']) turns.add(two, task, 'last');
    turns.next();
    turns.giveBack(turns.next() ?? '');
    expect([turns.next(), turns.next(), turns.next()]).toEqual(['b1', 'a2', 'b2']);
  });

  it('end with all that wait', () => {
    const turns = createTurns<number>(() => 0);
    turns.add({}, 1, 'last');
    turns.add({}, 2, 'last');
    expect(turns.empty()).toEqual([1, 2]);
    expect(turns.wait()).toBe(false);
  });
});

describe('the patience with one asker', () => {
  it('has borne twelve files that took as long as they may, and leaves the others a fifth, then a twentieth', () => {
    const patience = createPatience(10_000);
    const [slow, other] = [{}, {}];
    for (let file = 0; file < 13; file += 1) patience.took(slow, 10_000);
    expect(patience.limitFor(slow, fileOf('change'))).toBe(10_000);
    patience.took(slow, 10_000);
    expect(patience.limitFor(slow, fileOf('change'))).toBe(2_000);
    for (let file = 0; file < 31; file += 1) patience.took(slow, 10_000);
    expect(patience.limitFor(slow, fileOf('change'))).toBe(500);
    expect(patience.cost(slow)).toBe(405_000);
    expect(patience.cost(other)).toBe(0);
    expect(patience.limitFor(other, fileOf('change'))).toBe(10_000);
  });

  it('is endless for ordinary files, and for whoever has a whole folder read', () => {
    const patience = createPatience(10_000);
    const asker = {};
    for (let file = 0; file < 10_000; file += 1) patience.took(asker, 900);
    expect(patience.limitFor(asker, fileOf('change'))).toBe(10_000);
    for (let file = 0; file < 100; file += 1) patience.took(asker, 9_000);
    expect(patience.limitFor(asker, fileOf('change'))).toBe(500);
    expect(patience.limitFor(asker, fileOf('all'))).toBe(10_000);
  });

  it('is careful with the files of whoever ended eight processes', () => {
    const patience = createPatience(10_000);
    const [one, other] = [{}, {}];
    for (let file = 0; file < 7; file += 1) patience.lost(one);
    expect(patience.isCareful(one)).toBe(false);
    patience.lost(one);
    expect(patience.isCareful(one)).toBe(true);
    expect(patience.isCareful(other)).toBe(false);
  });
});

describe('two who share one process', () => {
  let pool: Pool | null = null;
  afterEach(async () => {
    await pool?.close();
  });

  it('have turns: files that end it do not keep the other waiting, and all are answered', async () => {
    pool = createPool({
      processes: 1,
      timeLimitMs: 20_000,
      startLimitMs: 20_000,
      memoryLimitMb: 40,
      childModule: new URL('./child-that-misbehaves.ts', import.meta.url),
      codeCache: null,
    });
    const answers: string[] = [];
    const ask = async (who: string, path: string, signal: AbortSignal): Promise<void> => {
      const outcome: Outcome | undefined = await pool?.run({ kind: 'concerns', paths: [path] }, null, signal);
      answers.push(`${who} ${outcome?.kind === 'concerned' ? outcome.paths[1] : outcome?.kind}`);
    };
    const [agent, other] = [new AbortController(), new AbortController()];
    const hostile = Array.from({ length: 12 }, (_, n) => ask('agent', n < 9 ? 'crash' : 'fine', agent.signal));
    const ordinary = Array.from({ length: 4 }, () => ask('other', 'fine', other.signal));
    await Promise.all([...hostile, ...ordinary]);
    expect(answers.lastIndexOf('other not careful')).toBeLessThan(answers.lastIndexOf('agent failed'));
    expect(answers.filter((each) => each === 'agent failed')).toHaveLength(9);
    // After so many lost processes the agent's files are read carefully, the others' as ever.
    expect(answers.filter((each) => each === 'agent careful')).toHaveLength(3);
    expect(answers.filter((each) => each === 'other not careful')).toHaveLength(4);
  });
});
