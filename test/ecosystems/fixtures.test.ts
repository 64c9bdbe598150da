import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { purlOf } from '../../src/core/purl.ts';
import { ECOSYSTEMS, FIXTURES, fixturesOf, linesOf } from './fixtures.ts';

function expectedOf(type: string): Map<string, string[]> {
  const file = fileURLToPath(new URL(`../../fixtures/ecosystems/${type}/expected.txt`, import.meta.url));
  const blocks = readFileSync(file, 'utf8').trimEnd().split(/^== /m).slice(1);
  return new Map(
    blocks.map((block) => {
      const [name = '', ...lines] = block.trimEnd().split('\n');
      return [name, lines];
    }),
  );
}

describe.each(ECOSYSTEMS)('the files of $type', (ecosystem) => {
  it('give exactly the entries written down beside them', () => {
    const read = new Map(
      fixturesOf(ecosystem).map((fixture) => [fixture.name, linesOf(fixture.format.parse(fixture.text, fixture.path))]),
    );
    expect(Object.fromEntries(read)).toEqual(Object.fromEntries(expectedOf(ecosystem.type)));
  });

  it('include one for every format', () => {
    const seen = new Set(fixturesOf(ecosystem).map((fixture) => fixture.format.id));
    expect([...seen].sort()).toEqual(ecosystem.formats.map((format) => format.id).sort());
  });
});

describe.each(FIXTURES)('$ecosystem.type $name', ({ ecosystem, format, path, text }) => {
  it('is taken by its own format and no other, wherever it lies', () => {
    for (const place of [path, `packages/one/${path}`]) {
      expect(ecosystem.formats.filter((one) => one.matches(place)).map((one) => one.id)).toEqual([format.id]);
    }
  });

  it('has each entry where its name stands', () => {
    const lines = text.split('\n');
    for (const entry of format.parse(text, path).entries) {
      const { startLine, endLine, startColumn, endColumn } = entry.location;
      expect(startLine).toBeGreaterThan(0);
      expect(endLine).toBeLessThanOrEqual(lines.length);
      if (startColumn !== undefined && endColumn !== undefined && startLine === endLine) {
        expect(endColumn).toBeGreaterThan(startColumn);
        expect(endColumn - 1).toBeLessThanOrEqual((lines[startLine - 1] ?? '').length);
      }
      const place = lines.slice(startLine - 1, endLine).join('\n');
      const parts = [entry.name, entry.alias, ...entry.name.split(/[:/.]|(?<=kotlin)-/)];
      const stands = parts.some((part) => part !== undefined && part !== '' && place.includes(part));
      // An image that a variable names stands where the variable is used, an iterated gem where the loop's body is,
      // one of several constraints (poetry) on its own line.
      expect(stands || /\$\{|gem name|\{ version/.test(place), `${entry.name} in ${place}`).toBe(true);
    }
  });

  it('has package URLs for all that comes from a registry', () => {
    for (const entry of format.parse(text, path).entries) {
      if (entry.source === 'registry') expect(purlOf(entry.type, entry.name, entry.version)).toMatch(/^pkg:/);
    }
  });

  it('reads the same with Windows line ends and a byte order mark', () => {
    const plain = linesOf(format.parse(text, path));
    expect(linesOf(format.parse(`\uFEFF${text}`, path))).toEqual(plain);
    expect(linesOf(format.parse(text.replaceAll('\n', '\r\n'), path))).toEqual(plain);
  });
});
