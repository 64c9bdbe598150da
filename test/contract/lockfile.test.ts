import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { packageFile } from '../../src/package-root.ts';
import { missingOptionals } from '../../tools/complete-lockfile.ts';

const text = readFileSync(packageFile('package-lock.json'), 'utf8');

test('the lockfile holds every platform’s packages, or `npm ci` would refuse it (node tools/complete-lockfile.ts)', () => {
  expect(missingOptionals(text)).toEqual([]);
});

test('the lockfile names no download address, so that any mirror serves it', () => {
  expect(text).not.toMatch(/"resolved": "(?:https?|git)/);
});
