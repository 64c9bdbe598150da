import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyDetector } from '../../../src/core/detector.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { tellOfFiles } from '../support/from-files.ts';

const RULE: Rule = {
  id: 'unpinned-action',
  family: 'dependency',
  shortDescription: 'A workflow uses an action by a name that its owner can move',
  help: 'A tag or branch of another repository can be pointed at other code at any time, and that code runs with the secrets of the workflow. Pin the full commit and keep the tag in a comment; dependency bots update both.',
  level: 'warning',
  confidence: 'high',
  critical: false,
  signable: true,
  cwe: [1357, 829],
  requires: ['changes'],
  since: '0.1.0',
};

/** Accounts of GitHub itself: a moved tag there is GitHub's own release. */
const GITHUB_OWNERS = new Set(['actions', 'github']);
const COMMIT = /^[0-9a-f]{40}$|^[0-9a-f]{64}$/i;

/** See README.md of this folder. */
export const unpinnedAction: DependencyDetector = {
  rule: RULE,
  detect(subject, context) {
    if (subject.type !== 'githubactions' || subject.changeType === 'removed' || subject.source === 'path') return CLEAR;
    const reference = subject.version ?? subject.range ?? '';
    if (COMMIT.test(reference)) return CLEAR;
    const owner = subject.name.split('/')[0]?.toLowerCase() ?? '';
    const before = subject.previous?.version ?? subject.previous?.range;
    const wasPinned = before !== undefined && COMMIT.test(before);
    const isOwn = GITHUB_OWNERS.has(owner) || owner === context.owner?.toLowerCase();
    const isMild = !wasPinned && (isOwn || before !== undefined);
    const said = reference === '' ? 'without any version' : `at ${reference}`;
    return tellOfFiles(RULE, subject, {
      message: wasPinned
        ? `${subject.name} was pinned to a commit and is now used ${said}, which its owner can move.`
        : `${subject.name} is used ${said}, which its owner can move to other code.`,
      remediation: `Pin the full commit: uses: ${subject.name}@<commit> # ${reference}`,
      alike: wasPinned ? 'unpinned' : subject.name,
      ...(isMild ? { level: 'note' } : {}),
      judged: { reference, previous: before ?? null },
    });
  },
};
