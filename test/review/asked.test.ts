import { describe, expect, it } from 'vitest';
import type { DependencyChange } from '../../src/core/dependency.ts';
import type { Detection } from '../../src/core/detection.ts';
import type { PackageEvidence } from '../../src/core/evidence.ts';
import { absent, known, notApplicable, unavailable } from '../../src/core/fact.ts';
import type { Job } from '../../src/core/job.ts';
import { purlOf } from '../../src/core/purl.ts';
import { DEFAULT_THRESHOLDS } from '../../src/core/thresholds.ts';
import { type Asked, askedOf } from '../../src/review/asked.ts';
import { rememberAsked } from '../../src/review/remember.ts';

const NOW = Date.parse('2026-11-21T12:00:00.000Z');
const AT = new Date(NOW).toISOString();
const DAY = 86_400_000;
const daysAgo = (days: number) => new Date(NOW - days * DAY).toISOString();

function change(name: string, more: Partial<DependencyChange> = {}): DependencyChange {
  return {
    changeType: 'added',
    entry: 'manifest',
    type: 'npm',
    name,
    purl: purlOf('npm', name),
    location: { path: 'package.json', startLine: 1, endLine: 1 },
    scope: 'dependencies',
    relationship: 'direct',
    source: 'registry',
    ...more,
  };
}

/** As little evidence as these decisions read. */
function evidence(more: Partial<PackageEvidence>): PackageEvidence {
  return {
    registryEntry: known({ name: 'x' }, 'npm', AT),
    resolvedVersion: absent('npm', AT),
    firstPublishedAt: unavailable('npm', 'not given', false),
    privateRoute: absent('routing', AT),
    inBase: false,
    ...more,
  } as PackageEvidence;
}

const gone = (more: Partial<PackageEvidence> = {}) => evidence({ registryEntry: absent('npm', AT), ...more });

function ask(
  judged: readonly { change: DependencyChange; evidence: PackageEvidence }[],
  found: readonly string[] = [],
): Asked {
  const detections = found.map((fingerprint) => ({ ruleId: fingerprint.split(':')[0], fingerprint }) as Detection);
  return askedOf(judged, detections, DEFAULT_THRESHOLDS, NOW);
}

const absentNames = (asked: Asked) => asked.packages.filter((each) => each.kind === 'absent').map((each) => each.name);
const versions = (asked: Asked) =>
  asked.packages.filter((each) => each.kind === 'version').map((each) => `${each.name}@${each.version}`);

describe('what is remembered of a change', () => {
  it('is every name that the public source does not have, once', () => {
    expect(
      absentNames(
        ask([
          { change: change('invented'), evidence: gone() },
          { change: change('invented', { entry: 'lockfile', version: '1.0.0' }), evidence: gone() },
          { change: change('@scope/invented'), evidence: gone() },
          { change: change('real'), evidence: evidence({}) },
        ]),
      ),
    ).toEqual(['invented', '@scope/invented']);
  });

  it('is nothing of a private name, and says so', () => {
    const asked = ask([
      { change: change('@acme/core'), evidence: gone({ privateRoute: known('npm.acme.example', 'routing', AT) }) },
    ]);
    expect(asked.packages).toEqual([]);
    expect(asked.privateNames).toEqual([{ type: 'npm', name: '@acme/core' }]);
  });

  it.each([
    ['a source that did not answer', change('x'), evidence({ registryEntry: unavailable('npm', 'down', true) })],
    ['a name that the base has', change('x'), gone({ inBase: true })],
    ['what is removed', change('x', { changeType: 'removed' }), gone()],
    ['what comes from git', change('x', { source: 'git' }), gone()],
    ['a module that Python code imports', change('x', { type: 'pypi', entry: 'import' }), gone()],
  ])('is not %s', (_, subject, given) => {
    expect(absentNames(ask([{ change: subject, evidence: given }]))).toEqual([]);
  });

  it('is every exact version that it installs, updates included', () => {
    expect(
      versions(
        ask([
          { change: change('a', { version: '1.0.0' }), evidence: evidence({}) },
          { change: change('b', { version: '2.0.0', changeType: 'updated' }), evidence: evidence({}) },
          { change: change('c', { version: '3.0.0' }), evidence: gone() },
          { change: change('d', { version: '4.0.0', entry: 'import' }), evidence: evidence({}) },
        ]),
      ),
    ).toEqual(['a@1.0.0', 'b@2.0.0']);
  });

  it('is bounded, however many names a change makes up', () => {
    const many = Array.from({ length: 3_000 }, (_, index) => ({ change: change(`n${index}`), evidence: gone() }));
    expect(absentNames(ask(many))).toHaveLength(500);
  });
});

describe('when a change is judged anew', () => {
  const young = { change: change('young'), evidence: evidence({ firstPublishedAt: known(daysAgo(10), 'npm', AT) }) };

  it('is when the first cooldown that a finding speaks of is over', () => {
    expect(ask([young], ['package-too-new:npm:young']).cooldownEnds).toBe(daysAgo(-4));
  });

  it('is then again at the next step', () => {
    const older = { ...young, evidence: evidence({ firstPublishedAt: known(daysAgo(20), 'npm', AT) }) };
    expect(ask([older], ['package-too-new:npm:young']).cooldownEnds).toBe(daysAgo(-40));
  });

  it('follows the version where only that is new', () => {
    const resolved = { version: '1.0.0', publishedAt: known(daysAgo(1.5), 'npm', AT) };
    const given = evidence({ resolvedVersion: known(resolved, 'npm', AT) as PackageEvidence['resolvedVersion'] });
    expect(ask([{ change: change('fresh'), evidence: given }], ['version-too-new:npm:fresh']).cooldownEnds).toBe(
      daysAgo(-0.5),
    );
  });

  it('is never where no finding waits for time', () => {
    expect(ask([young]).cooldownEnds).toBeNull();
    expect(ask([young], ['looks-like:npm:young']).cooldownEnds).toBeNull();
    expect(
      ask([{ ...young, evidence: evidence({ firstPublishedAt: notApplicable() }) }], ['package-too-new:npm:young'])
        .cooldownEnds,
    ).toBeNull();
  });
});

describe('the wake-up call', () => {
  const repository = { installationId: 1, id: 7, owner: 'acme', name: 'shop' };

  async function calls(cooldownEnds: string | null, exceptionsEnd: string | null, times = 1) {
    const sent = new Map<string, { job: Job; afterMs: number }>();
    const store = {
      remember: async () => undefined,
      forgetNames: async () => undefined,
      queue: {
        send: async (id: string, job: Job, { afterMs }: { afterMs: number }) => {
          if (sent.has(id)) return 'duplicate';
          sent.set(id, { job, afterMs });
          return 'stored';
        },
      },
    };
    const ports = { store, now: () => NOW } as unknown as Parameters<typeof rememberAsked>[4];
    for (let time = 0; time < times; time += 1)
      await rememberAsked(repository, 3, { packages: [], privateNames: [], cooldownEnds }, { exceptionsEnd }, ports);
    return [...sent.values()];
  }

  it('is one however often the change is reviewed, at the earlier of two ends', async () => {
    const [call, ...more] = await calls(daysAgo(-4), daysAgo(-2), 3);
    expect(more).toEqual([]);
    expect(call?.job).toMatchObject({ kind: 'review', pullRequest: 3, cause: 'time-passed', repository });
    expect(call?.afterMs).toBe(2 * DAY + 1_000);
  });

  it('comes a week before an exception ends, which is announced then, and again when it does', async () => {
    expect((await calls(null, daysAgo(-20)))[0]?.afterMs).toBe(13 * DAY + 1_000);
    expect((await calls(null, daysAgo(-7)))[0]?.afterMs).toBe(7 * DAY + 1_000);
    expect((await calls(daysAgo(-4), daysAgo(-20)))[0]?.afterMs).toBe(4 * DAY + 1_000);
  });

  it('comes within what the queue keeps, where the end is far', async () => {
    expect((await calls(null, daysAgo(-300)))[0]?.afterMs).toBe(25 * DAY + 1_000);
  });

  it('is none where nothing ends', async () => {
    expect(await calls(null, null)).toEqual([]);
  });
});
