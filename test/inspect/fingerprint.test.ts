import { describe, expect, it } from 'vitest';
import { CODE_DETECTORS } from '../../detectors/code/index.ts';
import { rulesById } from '../../detectors/index.ts';
import type { Detection } from '../../src/core/detection.ts';
import { digestOf } from '../../src/core/digest.ts';
import { analyse } from '../../src/inspect/analyse.ts';
import { assembleFindings } from '../../src/review/findings.ts';

const BASE = `import { exec } from 'node:child_process';
export function handler(req, res) {
  const host = req.query.host;
  exec('ping -c 1 ' + host, done);
}
`;

function found(text: string, path = 'src/a.ts'): readonly Detection[] {
  const file = { path, before: null, after: { path, text, blob: '', mode: '100644' }, scope: 'all' } as const;
  return analyse(file, CODE_DETECTORS).detections.filter((each) => each.ruleId === 'command-injection');
}

function only(text: string, path = 'src/a.ts'): Detection {
  const [first, ...rest] = found(text, path);
  if (first === undefined || rest.length > 0)
    throw new Error(`expected one finding, got ${rest.length + (first === undefined ? 0 : 1)}`);
  return first;
}

const digest = (detection: Detection): string => digestOf(detection.evidence);

describe('the fingerprint', () => {
  const same: readonly (readonly [string, string])[] = [
    ['other names', BASE.replaceAll('host', 'target').replaceAll('done', 'callback')],
    ['another import name', BASE.replace('{ exec }', '{ exec as run }').replace('exec(', 'run(')],
    [
      'another layout',
      BASE.replace("exec('ping -c 1 ' + host, done)", "exec(\n    'ping -c 1 ' +\n      host,\n    done\n  )"),
    ],
    ['other literals', BASE.replace('ping -c 1', 'traceroute')],
    ['comments', BASE.replace('  exec(', '  // look whether it is there\n  exec(/* now */ ')],
    ['another quote', BASE.replace("'ping -c 1 '", '"ping -c 1 "')],
    ['a place further down', `export const a = 1;\n\n${BASE}`],
  ];
  for (const [what, text] of same) {
    it(`stays the same under ${what}`, () => {
      expect(only(text).fingerprint).toBe(only(BASE).fingerprint);
    });
  }

  it('stays the same in another file', () => {
    expect(only(BASE, 'lib/other.js').fingerprint).toBe(only(BASE).fingerprint);
  });

  const other: readonly (readonly [string, string])[] = [
    ['another call', BASE.replaceAll('exec', 'execSync')],
    ['a template in place of a sum', BASE.replace("'ping -c 1 ' + host", '`ping -c 1 ${host}`')],
    ['one more part', BASE.replace("' + host", "' + host + host")],
  ];
  for (const [what, text] of other) {
    it(`differs for ${what}`, () => {
      expect(only(text).fingerprint).not.toBe(only(BASE).fingerprint);
    });
  }
});

describe('the evidence that a signature covers', () => {
  const kept: readonly (readonly [string, string])[] = [
    ['comments', BASE.replace('  exec(', '  // a note\n  exec(')],
    ['white space between tokens', BASE.replace('exec(', 'exec( ').replace('  const', '\tconst')],
    ['code elsewhere in the file', `${BASE}export const other = 1;\n`],
  ];
  for (const [what, text] of kept) {
    it(`does not change with ${what}`, () => {
      expect(digest(only(text))).toBe(digest(only(BASE)));
    });
  }

  const changed: readonly (readonly [string, string])[] = [
    ['one character of the command', BASE.replace('ping -c 1', 'ping -c 2')],
    ['a space inside the text', BASE.replace('ping -c 1', 'ping  -c 1')],
    ['a name', BASE.replaceAll('host', 'hosts')],
    ['a statement beside it in the same function', BASE.replace('  exec(', '  remember(host);\n  exec(')],
    ['the source of the value', BASE.replace('req.query', 'req.body')],
    [
      'a line break that ends a statement',
      BASE.replace('  exec(', '  return\n  exec(').replace('return\n  exec', 'return\n  exec'),
    ],
  ];
  for (const [what, text] of changed) {
    it(`changes with ${what}`, () => {
      expect(digest(only(text))).not.toBe(digest(only(BASE)));
    });
  }

  it('tells a return with a value from a return before a statement', () => {
    const one = BASE.replace('  exec(', '  return exec(');
    const two = BASE.replace('  exec(', '  return\n  exec(');
    expect(digest(only(one))).not.toBe(digest(only(two)));
  });

  it('changes with the path', () => {
    expect(digest(only(BASE, 'src/b.ts'))).not.toBe(digest(only(BASE)));
  });
});

describe('groups', () => {
  const many = [
    ...found(BASE, 'src/c.ts'),
    ...found(BASE.replaceAll('host', 'name'), 'src/a.ts'),
    ...found(BASE, 'src/b.ts'),
  ];

  const findings = (detections: readonly Detection[]) =>
    assembleFindings(detections, rulesById(), (detection, rule) => ({ level: detection.level ?? rule.level }), {}, [])
      .findings;

  it('hold the same mistake once, with all its places', () => {
    const [group, ...others] = findings(many);
    expect(others).toEqual([]);
    const places = [group, ...(group?.replicas ?? [])].map((each) => each?.locations[0].path);
    expect(places.sort()).toEqual(['src/a.ts', 'src/b.ts', 'src/c.ts']);
  });

  it('keep near-misses apart', () => {
    expect(findings([...found(BASE), ...found(BASE.replaceAll('exec', 'execSync'), 'src/b.ts')])).toHaveLength(2);
  });

  it('keep what was there before apart from what is new', () => {
    const before = found(BASE, 'src/b.ts').map((each) => ({ ...each, preExisting: true }));
    expect(findings([...found(BASE), ...before])).toHaveLength(2);
  });

  it('are told as a pattern from three places on', () => {
    expect(findings(many)[0]?.message).toMatch(/3 places/);
    expect(findings(found(BASE))[0]?.message).not.toMatch(/places/);
  });
});
