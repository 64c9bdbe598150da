import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packageFile } from '../../src/package-root.ts';
import { readPolicy } from '../../src/policy/read.ts';
import { policyJsonSchema } from '../../src/policy/schema.ts';

const DOCS = readFileSync(packageFile('docs', 'policy.md'), 'utf8');

function keysOf(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  const own =
    'properties' in node && typeof node.properties === 'object' && node.properties !== null
      ? Object.keys(node.properties)
      : [];
  return [...own, ...Object.values(node).flatMap(keysOf)];
}

describe('docs/policy.md', () => {
  it.each([...new Set(keysOf(policyJsonSchema()))])('names the key %s', (key) => {
    expect(DOCS).toMatch(new RegExp(`\\b${key}\\b`));
  });

  it('its example is a valid policy', () => {
    const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(DOCS) ?? [];
    expect(readPolicy({ text: example, label: 'example' })).toMatchObject({
      state: 'valid',
      file: { branches: ['release'] },
    });
  });
});
