import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/core/finding.ts';
import type { Job } from '../../src/core/job.ts';
import type { Report } from '../../src/core/report.ts';
import { DEFAULT_THRESHOLDS } from '../../src/core/thresholds.ts';
import type { ReviewJob } from '../../src/review/ground.ts';
import { lookAgainWhenOlder, maturesAt } from '../../src/review/maturing.ts';
import { changeOf, evidenceOf } from '../support/dependency-fixtures.ts';

const NOW = Date.parse('2026-11-01T12:00:00.000Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ago = (ms: number) => new Date(NOW - ms).toISOString();

function report(ruleId: string, dates: { readonly published: string; readonly first: string }, supporting = false) {
  const change = changeOf({ entry: 'manifest', range: '^1.0.0' });
  const evidence = evidenceOf(change, {
    firstPublishedAt: dates.first,
    resolvedVersion: { version: '1.2.0', publishedAt: dates.published },
  });
  const finding = {
    ruleId: supporting ? 'looks-like' : ruleId,
    purl: 'pkg:npm/some-package@1.2.0',
    evidence: {},
    supporting: supporting ? [{ ruleId, level: 'note', message: '' }] : [],
  };
  return { headSha: 'a'.repeat(40), findings: [finding], packages: [{ change, evidence }] } as unknown as Report;
}

describe('a change whose packages are too new', () => {
  it('is looked at again when the version has grown old enough', () => {
    const young = report('version-too-new', { published: ago(5 * HOUR), first: ago(2000 * DAY) });
    expect(maturesAt(young, DEFAULT_THRESHOLDS, NOW)).toBe(NOW + 43 * HOUR);
  });

  it('is looked at again at each step of a young name, the nearest first', () => {
    const young = report('package-too-new', { published: ago(10 * DAY), first: ago(10 * DAY) });
    expect(maturesAt(young, DEFAULT_THRESHOLDS, NOW)).toBe(NOW + 4 * DAY);
    expect(maturesAt(young, DEFAULT_THRESHOLDS, NOW + 5 * DAY)).toBe(NOW + 50 * DAY);
    expect(maturesAt(young, DEFAULT_THRESHOLDS, NOW + 60 * DAY)).toBeNull();
  });

  it('that is an update is told by what the finding was judged by', () => {
    const finding = {
      ruleId: 'version-too-new',
      purl: 'pkg:npm/other@2.0.0',
      evidence: { publishedAt: ago(HOUR) },
      supporting: [],
    };
    const update = { findings: [finding as unknown as Finding], packages: [] };
    expect(maturesAt(update, DEFAULT_THRESHOLDS, NOW)).toBe(NOW + 47 * HOUR);
  });

  it('counts where youth is only part of a finding', () => {
    const young = report('version-too-new', { published: ago(5 * HOUR), first: ago(2000 * DAY) }, true);
    expect(maturesAt(young, DEFAULT_THRESHOLDS, NOW)).not.toBeNull();
  });

  it('is not looked at again for findings that time does not change', () => {
    const old = report('known-vulnerability', { published: ago(5 * HOUR), first: ago(DAY) });
    expect(maturesAt(old, DEFAULT_THRESHOLDS, NOW)).toBeNull();
    const none: Pick<Report, 'findings' | 'packages'> = { findings: [] as Finding[], packages: [] };
    expect(maturesAt(none, DEFAULT_THRESHOLDS, NOW)).toBeNull();
  });

  it('leaves one job, never further away than a week, under an id that says it once', async () => {
    const sent: { id: string; job: Job; afterMs: number }[] = [];
    const ports = {
      now: () => NOW,
      store: {
        queue: {
          send: async (id: string, job: Job, { afterMs }: { readonly afterMs: number }) => {
            sent.push({ id, job, afterMs });
            return 'stored';
          },
        },
      },
    } as unknown as Parameters<typeof lookAgainWhenOlder>[3];
    const job = {
      kind: 'review',
      repository: { id: 7 },
      pullRequest: 3,
      attempt: 4,
      cause: 'retry',
      earlierStarts: 1,
    } as unknown as ReviewJob;
    const far = report('package-too-new', { published: ago(20 * DAY), first: ago(20 * DAY) });
    await lookAgainWhenOlder(job, far, DEFAULT_THRESHOLDS, ports);
    await lookAgainWhenOlder(job, far, DEFAULT_THRESHOLDS, ports);
    expect(sent[0]).toMatchObject({ afterMs: 7 * DAY, job: { kind: 'review', cause: 'age', attempt: 0 } });
    expect(sent[0]?.id).toBe(sent[1]?.id);
    expect(sent[0]?.job).not.toHaveProperty('earlierStarts');
  });
});
