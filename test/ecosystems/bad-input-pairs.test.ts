import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CountersignError } from '../../src/core/errors.ts';
import { collectChanges } from '../../src/ecosystems/collect.ts';
import { readersOf } from '../../src/ecosystems/files.ts';
import { parseInProcess } from '../../src/ecosystems/parse.ts';
import type { DependencyFormat, ParsedDependencies } from '../../src/ecosystems/types.ts';
import { filesBelow, snapshotOf } from '../support/memory-snapshot.ts';
import { processorNow } from '../support/processor.ts';

/** The head of every pair that a package manager made: each lockfile and manifest with its formats. */
const FILES = Object.entries(filesBelow(join(import.meta.dirname, '../../fixtures/ecosystems/pairs')))
  .filter(([path]) => path.includes('/head/'))
  .flatMap(([path, bytes]) =>
    readersOf(path)
      .filter(
        ({ format }) =>
          format.entry === 'lockfile' || (format.entry === 'manifest' && format.id !== 'registry-settings'),
      )
      .map(({ format }) => ({ path, format, text: String(Buffer.from(bytes)) })),
  )
  .filter(({ format, path, text }) => format.parse(text, path).entries.length > 0);

function outcome(format: DependencyFormat, text: string, path: string): ParsedDependencies | CountersignError {
  try {
    return format.parse(text, path);
  } catch (error) {
    if (error instanceof CountersignError && error.code === 'unreadable-file') return error;
    throw error;
  }
}

function refusedAt(format: DependencyFormat, text: string, path: string): number | undefined {
  const result = outcome(format, text, path);
  if (!(result instanceof CountersignError)) throw new Error(`${path} was read`);
  return result.place?.line;
}

describe.each(FILES)('$path as $format.id', ({ path, format, text }) => {
  const lines = text.split('\n');
  const middle = Math.floor(lines.length / 2);
  const whole = format.parse(text, path);

  it('is refused, with the line, with a merge conflict or a NUL in it', () => {
    const conflict = [...lines.slice(0, middle), '<<<<<<< HEAD', '=======', '>>>>>>> x', ...lines.slice(middle)].join(
      '\n',
    );
    expect(refusedAt(format, conflict, path)).toBe(middle + 1);
    const nul = [...lines.slice(0, middle), `${lines[middle]}\0`, ...lines.slice(middle + 1)].join('\n');
    expect(refusedAt(format, nul, path)).toBe(middle + 1);
  });

  it('reads the same with a byte order mark and with CRLF', () => {
    const names = ({ entries }: ParsedDependencies): string[] =>
      entries.map((entry) => `${entry.name} ${entry.version} ${entry.integrity} ${entry.location.startLine}`);
    expect(names(format.parse(`\uFEFF${text}`, path))).toEqual(names(whole));
    expect(names(format.parse(text.replaceAll('\n', '\r\n'), path))).toEqual(names(whole));
  });

  it('never gives more than the whole, nor nothing without a word, where it is cut off', () => {
    const firstEnd = Math.min(...whole.entries.map((entry) => entry.location.endLine));
    for (let cut = 1; cut < 20; cut += 1) {
      const short = text.slice(0, Math.floor((text.length * cut) / 20));
      const result = outcome(format, short, path);
      if (result instanceof CountersignError) {
        expect(result.place?.line).toBeGreaterThan(0);
        continue;
      }
      expect(result.entries.length).toBeLessThanOrEqual(whole.entries.length);
      if (short.split('\n').length > firstEnd + 1)
        expect(result.entries.length + result.unread.length).toBeGreaterThan(0);
    }
  });
});

describe('files that no reader should swallow', () => {
  it.each(['package-lock.json', 'yarn.lock', 'pnpm-lock.yaml', 'uv.lock', 'go.sum', 'requirements.txt'])(
    'of 100 MB, as %s, are refused at once',
    async (path) => {
      const [reader] = readersOf(path);
      const started = processorNow();
      const result = await parseInProcess(reader?.format.id ?? '', 'x'.repeat(100_000_000), path);
      expect(result).toMatchObject({ state: 'failed', file: { path, transient: false } });
      expect(processorNow() - started).toBeLessThan(2000);
    },
  );

  it('that include one another are read once each', async () => {
    const files = {
      'requirements.txt': '-r requirements/a.txt\none==1\n',
      'requirements/a.txt': '-r b.txt\n-c ../constraints.txt\ntwo==2\n',
      'requirements/b.txt': '-r a.txt\n-r ../requirements.txt\nthree==3\n',
      'constraints.txt': '-c constraints.txt\nfour==4\n',
    };
    const { changes, unread } = await collectChanges(snapshotOf({}, files), parseInProcess);
    expect(unread).toEqual([]);
    expect(changes.map((change) => change.name).sort()).toEqual(['four', 'one', 'three', 'two']);
  });

  it('with a version or a name that is no text of Unicode are compared all the same', async () => {
    const lock =
      '{"lockfileVersion":3,"packages":{"node_modules/a":{"version":"\\ud800","resolved":"https://r.example/a"},"node_modules/\\udfff":{"version":"1"}}}';
    const head = {
      'package-lock.json': lock,
      'go.mod': 'module x\n\ngo 1.22\n\nrequire a.example/b v1\n',
      'pom.xml': '<project><dependencies><dependency><artifactId>a</artifactId></dependency></dependencies></project>',
    };
    const { changes } = await collectChanges(snapshotOf({}, head), parseInProcess);
    expect(changes.length).toBeGreaterThanOrEqual(3);
    for (const change of changes) expect(change.purl).toMatch(/^pkg:/);
  });
});
