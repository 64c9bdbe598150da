import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newDetector } from '../../tools/new-detector.ts';

const index = readFileSync(join(import.meta.dirname, '../../detectors/code/index.ts'), 'utf8');

describe('a new detector', () => {
  it('gets a folder, a README, fixtures and its two lines in the index', () => {
    const files = newDetector('magic-number', index);
    expect([...files.keys()]).toEqual([
      'detectors/code/magic-number/detector.ts',
      'detectors/code/magic-number/README.md',
      'fixtures/detectors/magic-number/bad.ts',
      'fixtures/detectors/magic-number/good.ts',
      'detectors/code/index.ts',
    ]);
    const added = (files.get('detectors/code/index.ts') ?? '')
      .split('\n')
      .filter((line) => !index.split('\n').includes(line));
    expect(added).toEqual(["import { magicNumber } from './magic-number/detector.ts';", '  magicNumber,']);
  });

  it('needs a name that can be a folder and an anchor', () => {
    for (const id of ['', 'Upper', 'two words', '../x', '-a', 'a--b'])
      expect(() => newDetector(id, index)).toThrow('lower case');
  });
});
