import { expect, test } from 'vitest';
import { createIntake } from '../../src/service/intake.ts';

function opened(limit: number) {
  const cut: string[] = [];
  const intake = createIntake(limit);
  return { cut, open: (name: string) => intake.open(() => cut.push(name)) };
}

test('what is within the limit together is left alone', () => {
  const { cut, open } = opened(100);
  for (const name of ['a', 'b']) open(name).grew(50);
  expect(cut).toEqual([]);
});

test('where it is too much the longest goes, whoever made it too much', () => {
  const { cut, open } = opened(100);
  open('hoarder').grew(90);
  const short = open('short');
  short.grew(20);
  short.grew(30);
  expect(cut).toEqual(['hoarder']);
});

test('and the next longest, until there is room again', () => {
  const { cut, open } = opened(100);
  for (const [name, bytes] of [
    ['a', 40],
    ['b', 50],
  ] as const)
    open(name).grew(bytes);
  open('c').grew(100);
  expect(cut).toEqual(['c']);
  open('d').grew(99);
  expect(cut).toEqual(['c', 'd']);
});

test('one that ended holds nothing, even when it is told to end twice', () => {
  const { cut, open } = opened(100);
  const first = open('first');
  first.grew(100);
  first.ended();
  first.ended();
  first.grew(100);
  open('second').grew(100);
  expect(cut).toEqual([]);
});
