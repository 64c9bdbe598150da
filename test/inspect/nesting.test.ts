import { describe, expect, it } from 'vitest';
import { nestingOf } from '../../src/inspect/oxc/nesting.ts';
import { processorNow } from '../support/processor.ts';

describe('what could nest too deeply for a parser without a limit', () => {
  it.each<[string, string, string]>([
    ['as many brackets as may be', '['.repeat(400), 'shallow'],
    ['one bracket more', '['.repeat(401), 'deep'],
    ['brackets of all kinds', '([{'.repeat(134), 'deep'],
    ['brackets that no reader takes', '['.repeat(2_001), 'endless'],
    ['brackets that are closed again', '[]({})'.repeat(5_000), 'shallow'],
    ['brackets far into the text', `${'a;\n'.repeat(40_000)}${'('.repeat(401)}`, 'deep'],
    ['characters whose last byte is a closing bracket', '(\u0129'.repeat(401), 'deep'],
    ['brackets behind more closing ones in texts', `${"f(')))');\n".repeat(2_000)}${'('.repeat(401)}`, 'deep'],
    ['brackets with a closing one in a comment each', '( // )\n'.repeat(401), 'deep'],
    ['brackets with a closing one in a text each', "(')' + ".repeat(401), 'deep'],
    ['brackets with a closing one in a regular expression each', "(/'[)/]/, ".repeat(401), 'deep'],
    ['templates in templates', `\`\${`.repeat(401), 'deep'],
    ['texts with brackets', `f(${"'a) b', '(c', `)`, ".repeat(3_000)})`, 'shallow'],
    ['signs of many statements on one line', 'a.b.c+d;'.repeat(10_000), 'shallow'],
    ['signs of many entries', `f(${'a ? b : !c, '.repeat(10_000)})`, 'shallow'],
    ['signs behind many statements', `${'a.b;'.repeat(3_000)}${'a+'.repeat(3_001)}`, 'deep'],
    ['signs behind ends of others', `a = ${'b ? () => { c(); d, e } : '.repeat(1_001)}f`, 'deep'],
    ['functions beside each other', 'a(b => c, d => e);\n'.repeat(1_000), 'shallow'],
    ['functions beside each other without an end', 'function f() {}\n'.repeat(1_000), 'shallow'],
    ['comparisons beside each other', `if (${'a < b && '.repeat(500)}c) d`, 'shallow'],
    ['elements beside each other', `<a>${'<b c="d">text, it is</b><e/>'.repeat(600)}</a>`, 'shallow'],
    ['a long text', `a = '${'+!?'.repeat(100_000)}'`, 'shallow'],
    ['a long template', `a = \`${'+!? $ { }\\`\n'.repeat(30_000)}\``, 'shallow'],
    ['a long comment', `/* ${'new new'.repeat(100_000)} */ // ${'!'.repeat(9_000)}\na`, 'shallow'],
    ['statements with a comment behind each', 'a.b = c // d\n; /* e */ // f\n'.repeat(3_000), 'shallow'],
  ])('%s', (_, text, expected) => {
    expect(nestingOf(text)).toBe(expected);
  });

  /** Each once more behind the one before, with nothing that ends it: all are as deep as they are long. */
  const rows: readonly string[] = [
    ...['!', '! \n', '- ', 'new ', 'new\n', 'typeof ', 'void ', 'await ', 'yield ', 'do ', 'a ? b : ', 'a\n?b\n:'],
    ...['x=>', 'é=>', '(x)=>', 'async x =>', '(a, b) => ', '<T,>() => ', 'if (a)\n', 'if (a) b; else ', 'if(a){}else '],
    ...['if (a) b; /* c */ else ', 'for (;;) ', 'while (a)\n', 'with (a) ', 'a: ', 'a = ', 'a =\n', 'a += ', 'a **'],
    ...['class extends ', '<a>', '<a b=', '<>', '@a ', 'a < ', 'A<b, ', 'A<\n', 'a<b<', 'keyof ', 'readonly\n'],
    ...[
      'a extends b ? c : ',
      '(a: b) => asserts a is ',
      'a extends infer b extends ',
      '<T>',
      'A.',
      'export ',
      'declare ',
    ],
    ...[
      '/*;*/ new ',
      "a[';'] ? b : ",
      'a // ;\n ? b : ',
      'a ? `;${b;}` : ',
      'x/*                      */=>',
      'if(a)b,c;else ',
    ],
  ];
  it.each(rows)('a row of: %j', (piece) => {
    expect(nestingOf(piece.repeat(6_000))).not.toBe('shallow');
    expect(nestingOf(piece.repeat(60_000))).toBe('endless');
    expect(nestingOf(`${piece.repeat(50)};\n`.repeat(200))).toBe('shallow');
  });

  it('takes time that grows with the length of a text alone', () => {
    const started = processorNow();
    const pieces = ['a', ';', 'a\n', 'a ', "'", '"\\', '`', '/', '/*', '//', '; //\n', ';/**/', '</', '[/', 'return/'];
    for (const piece of pieces) nestingOf(piece.repeat(300_000));
    expect(processorNow() - started).toBeLessThan(5_000);
  });
});
