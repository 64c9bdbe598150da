import { describe, expect, it } from 'vitest';
import { nestsTooDeeply } from '../../src/inspect/oxc/nesting.ts';
import { randomOf } from '../fuzz/mutate.ts';
import { processorNow } from '../support/processor.ts';

/** The same counted slowly, one character after the other. */
function counted(text: string): boolean {
  let depth = 0;
  let row = 0;
  for (const sign of text.match(/[\s\S]/g) ?? []) {
    if ('([{'.includes(sign)) depth += 1;
    else if (')]}'.includes(sign)) depth -= 1;
    else if ('!+-.?~'.includes(sign)) row += 1;
    else if (sign === '\n' || sign === ';') row = 0;
    if (depth > 400 || row > 2_000) return true;
  }
  return false;
}

describe('what could nest too deeply for a parser without a limit', () => {
  it.each<[string, string, boolean]>([
    ['as many brackets as may be', '['.repeat(400), false],
    ['one bracket more', '['.repeat(401), true],
    ['brackets of all kinds', '([{'.repeat(134), true],
    ['brackets that are closed again', '[]({})'.repeat(5_000), false],
    ['brackets far into the text', `${'a;\n'.repeat(40_000)}${'('.repeat(401)}`, true],
    ['brackets across two pieces of a long text', `${'a'.repeat(65_400)}${'('.repeat(401)}`, true],
    ['characters whose last byte is a closing bracket', '(\u0129'.repeat(401), true],
    ['as many signs in a row as may be', `a${'!'.repeat(2_000)}`, false],
    ['one sign more', `a${'!'.repeat(2_001)}`, true],
    ['signs with something between them', 'a + '.repeat(2_001), true],
    ['signs on many lines', '!!!!\n'.repeat(1_000), false],
    ['signs of many statements on one line', 'a.b.c+d;'.repeat(10_000), false],
    ['signs behind many statements', `${'a.b;'.repeat(3_000)}${'a+'.repeat(2_001)}`, true],
    ['signs behind a long stretch without', `${'a'.repeat(5_000)};${'a+'.repeat(2_001)}`, true],
    ['signs up to the end of a line', `${'a+'.repeat(2_001)}\n`, true],
    ['a ladder', 'else if (a) {}\n'.repeat(2_001), true],
    ['functions in functions', 'a => '.repeat(402), true],
    ['functions beside each other', 'a(b => c, d => e);\n'.repeat(1_000), false],
    ['functions in functions behind others', `${'f(a => b);\n'.repeat(500)}${'a => '.repeat(402)}`, true],
  ])('%s', (_, text, expected) => {
    expect(nestsTooDeeply(text)).toBe(expected);
  });

  it('is counted as if each character were looked at', () => {
    const random = randomOf(5);
    const pieces = ['a'.repeat(300), '+'.repeat(250), 'b.c', ';', '\n', '(', ')', '{}', '!', 'é', '\u0129', '\u013b'];
    for (let round = 0; round < 300; round += 1) {
      // Some texts have ends of rows everywhere, some hardly one.
      const known = pieces.filter((piece) => (piece !== ';' && piece !== '\n') || random() < 0.5);
      const some = () => known[Math.floor(random() * known.length)] ?? '';
      const text = Array.from({ length: 20 + Math.floor(random() * 200) }, some).join('');
      expect(nestsTooDeeply(text), JSON.stringify(text)).toBe(text.length >= 400 && counted(text));
    }
  });

  it('takes time that grows with the length of a text alone', () => {
    const started = processorNow();
    for (const text of ['a'.repeat(2_000_000), ';'.repeat(2_000_000), 'a\n'.repeat(1_000_000), 'a '.repeat(1_000_000)])
      expect(nestsTooDeeply(text)).toBe(false);
    expect(processorNow() - started).toBeLessThan(5_000);
  });
});
