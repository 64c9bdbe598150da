import { expect, test } from 'vitest';
import { rulesById } from '../../detectors/index.ts';
import { DEFAULT_POLICY } from '../../src/core/policy.ts';
import type { Snapshot } from '../../src/core/snapshot.ts';
import { applyPolicy } from '../../src/policy/apply.ts';
import { judge } from '../../src/review/judge.ts';
import { snapshotOf } from '../support/memory-snapshot.ts';

const policy = applyPolicy(DEFAULT_POLICY, [], 0);

/** What is signed where this much was not read. */
async function digestsOf(snapshot: Snapshot): Promise<readonly string[]> {
  const { findings } = await judge(
    {
      snapshot,
      attribution: { agent: null, class: 'human', tier: 'none', requester: null, evidence: [] },
      history: null,
      pullRequest: null,
      scope: 'change',
      thresholds: policy.thresholds,
      weigh: policy.weigh,
      couldBlock: () => true,
      fixturePaths: [],
      excluded: () => false,
      knownHandles: {},
      elsewhere: async () => [],
      signForUnknowns: false,
      leaveOutLookUps: false,
      owner: null,
      organisationPolicy: false,
      routingTree: snapshot.base,
      routes: [],
    },
    {
      changes: async () => ({ changes: [], unread: [], baseNames: new Set() }),
      baseRoutes: async () => [],
      evidence: { registryHosts: [], gather: async () => [], advisories: async () => [] },
      inspector: { inspect: async () => ({ detections: [], unread: [] }), close: async () => undefined },
      concerns: () => true,
      isText: () => true,
      dependencyDetectors: [],
      rules: rulesById(),
      now: () => 0,
    },
    new AbortController().signal,
  );
  expect(findings.map((each) => each.ruleId)).toEqual(['not-evaluated']);
  return findings.map((each) => each.evidenceDigest);
}

function withoutBase(head: string): Snapshot {
  const snapshot = snapshotOf({ 'src/a.js': 'old' }, { 'src/a.js': head });
  const read = async () => ({ state: 'unreadable', reason: 'over 10 MB', transient: false }) as const;
  return { ...snapshot, base: { ...snapshot.base, read } };
}

test('a file whose base cannot be read is signed for with the head that nobody looked at', async () => {
  expect(await digestsOf(withoutBase('one'))).toEqual(await digestsOf(withoutBase('one')));
  expect(await digestsOf(withoutBase('one'))).not.toEqual(await digestsOf(withoutBase('two')));
});

test('what has no content of its own is signed for at this commit only', async () => {
  const listed = (headSha: string): Snapshot => ({
    ...snapshotOf({}, {}),
    headSha,
    unread: [{ path: 'commits of #7', reason: 'GitHub lists only the first 250 commits', transient: false }],
  });
  expect(await digestsOf(listed('one'))).not.toEqual(await digestsOf(listed('two')));
});
