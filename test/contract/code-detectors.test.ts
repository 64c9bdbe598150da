import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CODE_DETECTORS } from '../../detectors/code/index.ts';
import { analyse } from '../../src/inspect/analyse.ts';
import { readFixtures } from '../inspect/fixtures.ts';

const HOME = join(import.meta.dirname, '../../detectors/code');

describe('code detectors', () => {
  it('are registered if and only if they have a folder', () => {
    const folders = readdirSync(HOME, { withFileTypes: true }).filter(
      (entry) => entry.isDirectory() && entry.name !== 'support',
    );
    expect(CODE_DETECTORS.map((detector) => detector.rule.id).sort()).toEqual(
      folders.map((folder) => folder.name).sort(),
    );
  });

  for (const detector of CODE_DETECTORS) {
    const { id } = detector.rule;
    describe(id, () => {
      const fixtures = readFixtures(id);
      const labels = fixtures.flatMap((fixture) => fixture.labels);

      it('explains itself: what, why agents write it, bad, good, fix', () => {
        const readme = join(HOME, id, 'README.md');
        expect(existsSync(readme)).toBe(true);
        const text = readFileSync(readme, 'utf8');
        for (const heading of ['## Why agents write it', '## Bad', '## Good', '## Fix'])
          expect(text).toContain(heading);
        expect(detector.rule.cwe.length).toBeGreaterThan(0);
      });

      it('has at least eight bad and eight good cases', () => {
        expect(labels.filter((label) => label.expected).length).toBeGreaterThanOrEqual(8);
        expect(labels.filter((label) => !label.expected).length).toBeGreaterThanOrEqual(8);
      });

      for (const fixture of fixtures) {
        it(`finds what ${fixture.path} labels, and nothing else`, () => {
          const { detections, unread } = analyse(fixture.file, [detector]);
          expect(unread).toEqual([]);
          const found = detections.map(({ locations: [at], level }) => ({
            line: at.startLine,
            level: level ?? detector.rule.level,
          }));
          const expected = fixture.labels.filter((label) => label.expected);
          expect(new Set(found.map((each) => each.line))).toEqual(new Set(expected.map((label) => label.line)));
          for (const label of expected) {
            if (label.level === null) continue;
            expect(found).toContainEqual({ line: label.line, level: label.level });
          }
          for (const detection of detections) {
            expect(detection.message.length).toBeLessThanOrEqual(300);
            expect(detection.fingerprint).toMatch(/^[0-9a-f]{64}$/);
            expect(detection.evidence['path']).toBe(fixture.path);
          }
        });
      }
    });
  }
});
