import { describe, expect, it } from 'vitest';
import { CODE_DETECTORS } from '../../detectors/code/index.ts';
import { analyse } from '../../src/inspect/analyse.ts';
import { triggered } from '../../src/inspect/triggers.ts';
import { processorNow } from '../support/processor.ts';

function rulesIn(text: string, path = 'src/a.js'): readonly string[] {
  const after = { path, text, blob: '', mode: '100644' };
  return analyse({ path, before: null, after, scope: 'all' }, CODE_DETECTORS).detections.map((each) => each.ruleId);
}

describe('a word that no rule sees in the text', () => {
  const hidden: readonly (readonly [string, string, string])[] = [
    ['escapes in a name', 'export default (req) => \\u0065val(req.query.a);', 'code-injection'],
    ['escapes with braces', 'export default (req) => \\u{65}v\\u{61}l(req.query.a);', 'code-injection'],
    ['a member put together', "export default (req) => globalThis['ev' + 'al'](req.query.a);", 'code-injection'],
    [
      'a key made elsewhere',
      "const a = 'ev';\nconst b = 'al';\nexport default (req) => globalThis[a + b](req.query.a);",
      'code-injection',
    ],
    [
      'a module put together',
      "const cp = require('child_' + 'process');\nexport default (req) => cp['ex' + 'ec']('x ' + req.query.a);",
      'command-injection',
    ],
    [
      'a module’s name made elsewhere',
      "const a = 'child_';\nconst b = 'pro' + 'cess';\nconst k = 'ex';\nexport default (req) => require(a + b)[k + 'ec']('x ' + req.query.a);",
      'command-injection',
    ],
    [
      'escapes that mean nothing',
      "const cp = require('chil\\d_pro\\cess');\nexport default (req) => cp['ex\\ec']('x ' + req.query.a);",
      'command-injection',
    ],
    [
      'a built-in module by name',
      "const cp = process.getBuiltinModule(`child_${'process'}`);\nexport default (req) => cp.execSync('x ' + req.query.a);",
      'command-injection',
    ],
  ];
  for (const [what, text, rule] of hidden) {
    it(`is found all the same: ${what}`, () => expect(rulesIn(text)).toContain(rule));
  }

  it('is found all the same in Python', () => {
    const text =
      "from flask import request\nmod = __import__('o' + 's')\ngetattr(mod, 'sys' + 'tem')('x ' + request.args['a'])\n";
    expect(rulesIn(text, 'a.py')).toContain('command-injection');
  });
});

describe('a word in pieces, however it is laid out', () => {
  const gap = '\n \n'.repeat(40);
  for (const [what, text] of [
    ['empty lines after it', `\\u0065val${gap}(a)`],
    ['a sum over many lines', `b['ev'${gap}+${gap}'al'](c)`],
    ['a long program around it', `${'a();\n'.repeat(500)}\\u0065val\n(a);\n${'b();\n'.repeat(500)}`],
    ['the end of the text', `${'a();\n'.repeat(9)}\\u0065val`],
    ['a line that goes on', 'b["ev\\\nal"](c)'],
  ] as const) {
    it(`is met with ${what}`, () => expect(triggered(text)(/eval(?:\s*[(\]"']|$)/)).toBe(true));
  }

  it('is not made of lines far from each other', () => {
    expect(triggered(`const a = '\\n';\n${'b();\n'.repeat(50)}eva('l')`)(/eval/)).toBe(false);
  });
});

describe('a file without any word of a rule', () => {
  it('meets none', () => {
    expect(triggered("import a from 'b';\nexport const c = a.d('e');\n")(/eval/)).toBe(false);
    expect(triggered("const a = require('b'); window['c'] = a;")(/eval/)).toBe(false);
  });

  it('meets all where names are looked up', () => {
    for (const text of [
      'require(name)',
      'import(`./${x}`)',
      'window[key]',
      "Reflect.get(globalThis, 'x')",
      'getattr(os, name)',
    ])
      expect(triggered(text)(/eval/), text).toBe(true);
  });

  it('is judged in time that grows with its length alone', () => {
    const started = processorNow();
    for (const text of [
      "'+".repeat(200_000),
      '\\'.repeat(400_000),
      ' '.repeat(400_000),
      'a'.repeat(400_000),
      'require('.repeat(50_000),
    ])
      for (const detector of CODE_DETECTORS) triggered(text)(detector.triggers);
    expect(processorNow() - started).toBeLessThan(20_000);
  });
});
