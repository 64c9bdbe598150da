import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageFile } from '../../src/package-root.ts';

const Manifest = z.object({
  default_permissions: z.record(z.string(), z.enum(['read', 'write'])),
  default_events: z.array(z.string()),
});
const app = Manifest.parse(parse(readFileSync(packageFile('app.yml'), 'utf8')));
const rows = readFileSync(packageFile('README.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|')[1] ?? '');
const inFirstColumn = rows.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]));

describe('the README says why the App asks for what it asks for', () => {
  it.each(Object.entries(app.default_permissions))('%s: %s', (permission, level) => {
    expect(inFirstColumn).toContain(`${permission}: ${level}`);
  });

  it.each(app.default_events)('%s', (event) => {
    expect(inFirstColumn).toContain(event);
  });
});
