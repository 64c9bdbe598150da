import { describe, expect, it } from 'vitest';
import { CountersignError } from '../../../src/core/errors.ts';
import { githubactions } from '../../../src/ecosystems/githubactions/index.ts';
import { linesOf, parseAs } from '../fixtures.ts';

const PATH = '.github/workflows/ci.yml';
const read = (text: string): string[] => linesOf(parseAs(githubactions, PATH, text));
const step = (uses: string): string => `jobs:\n  a:\n    steps:\n      - uses: ${uses}\n`;

describe('an action cannot be hidden', () => {
  it.each([
    ['by quotes and escapes', 'jobs:\n  a:\n    steps:\n      - "u\\x73es": "ev\\x69l/x@v1"\n'],
    ['by a folded text', 'jobs:\n  a:\n    steps:\n      - uses: >-\n          evil/x@v1\n'],
    ['by flow style', 'jobs: {a: {steps: [{uses: evil/x@v1}]}}\n'],
    ['by an anchor', 'x: &x {uses: evil/x@v1}\njobs:\n  a:\n    steps:\n      - *x\n'],
    ['by JSON', '{"jobs":{"a":{"steps":[{"uses":"evil/x@v1"}]}}}'],
  ])('%s', (_what, text) => {
    expect(read(text).some((line) => line.includes('| evil/x | v1 |'))).toBe(true);
  });

  it.each(['${{ matrix.action }}', 'evil/x', 'evil', '!!binary ZXZpbA==', '[evil/x@v1]', 'evil/x@'])(
    '%s is said',
    (uses) => {
      expect(read(step(uses))).toEqual([expect.stringContaining('| unread |')]);
    },
  );

  it.each(['# note\r    steps', '# note\u2028    steps', '# note\u0085    steps'])(
    'behind a line end that only some tools know',
    (part) => {
      expect(() => read(`jobs:\n  a:\n    ${part}: []\n`)).toThrow(CountersignError);
    },
  );

  it('is the repository, whatever folder of it is used', () => {
    expect(read(step('acme/tools/deep/er@main'))).toEqual([
      '4 | githubactions | acme/tools | main | steps.uses | direct | registry | group=a | in=deep/er',
    ]);
  });

  it('is an image where it says so', () => {
    expect(read(step('docker://alpine'))).toEqual([
      '4 | docker | alpine | - | steps.uses | direct | registry | group=a',
    ]);
  });
});

describe('an image that the matrix names', () => {
  it('is each of its values', () => {
    const text = 'jobs:\n  a:\n    strategy: {matrix: {v: [20, "22"]}}\n    container: node:${{ matrix.v }}\n';
    expect(parseAs(githubactions, PATH, text).entries.map((entry) => entry.version)).toEqual(['20', '22']);
  });
  it('is said where the matrix is computed', () => {
    const text = 'jobs:\n  a:\n    strategy: {matrix: "${{ fromJSON(x) }}"}\n    container: node:${{ matrix.v }}\n';
    expect(read(text)).toEqual([expect.stringContaining('| unread |')]);
  });
});

describe('files', () => {
  it.each([
    '.github/workflows/a.yml',
    '.github/workflows/a.yaml',
    'action.yml',
    'sub/action.yaml',
    '.forgejo/workflows/a.yml',
  ])('%s is one', (path) => {
    expect(githubactions.formats.filter((format) => format.matches(path))).toHaveLength(1);
  });
  it.each(['.github/dependabot.yml', 'workflows/a.yml', '.github/workflows/a.txt', 'my-action.yml'])(
    '%s is none',
    (path) => {
      expect(githubactions.formats.some((format) => format.matches(path))).toBe(false);
    },
  );
});
