import { describe, expect, it } from 'vitest';
import { withPrograms } from '../../src/inspect/grammars.ts';
import type { Syntax } from '../../src/inspect/syntax.ts';

describe('programs that are read for one answer', () => {
  it.each([
    ['a.js', 'first(second(third));'],
    ['a.py', 'first(second(third))\n'],
  ])('are whole until it is given, and taken apart then: %s', (path, text) => {
    const kept: Syntax[] = [];
    const calls = withPrograms((parse) => {
      const program = parse(path, text);
      for (const nodes of program?.byType.values() ?? []) kept.push(...nodes);
      return program?.byType.get('call_expression')?.map(({ start, end }) => text.slice(start, end));
    });
    expect(calls).toEqual(['first(second(third))', 'second(third)']);
    expect(kept.length).toBeGreaterThan(6);
    for (const node of kept) expect([node.parent, node.children]).toEqual([null, []]);
  });

  it('are taken apart where the work fails as well', () => {
    let root: Syntax | undefined;
    const work = () =>
      withPrograms((parse) => {
        root = parse('a.js', 'first(second);')?.root;
        throw new Error('no answer');
      });
    expect(work).toThrow('no answer');
    expect(root?.children).toEqual([]);
  });
});
