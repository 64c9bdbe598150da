import type { DependencyChange } from '../../../src/core/dependency.ts';
import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyDetector } from '../../../src/core/detector.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { tellOfFiles } from '../support/from-files.ts';

const RULE: Rule = {
  id: 'unpinned-image',
  family: 'dependency',
  shortDescription: 'A container image is used without its digest',
  help: 'A tag is a name that its publisher can point at another image at any time; only the digest names the content. Write the digest behind the tag (image:tag@sha256:…); dependency bots update both.',
  level: 'note',
  confidence: 'high',
  highest: { level: 'warning', confidence: 'high' },
  critical: false,
  signable: true,
  cwe: [1357, 829],
  requires: ['changes'],
  since: '0.1.0',
};

const DIGEST = /sha256[:-][0-9a-f]{64}/i;

/** See README.md of this folder. */
export const unpinnedImage: DependencyDetector = {
  rule: RULE,
  detect(subject) {
    if (subject.type !== 'docker' || subject.changeType === 'removed' || subject.source === 'path') return CLEAR;
    if (hasDigest(subject)) return CLEAR;
    const tag = subject.version ?? subject.range ?? '';
    const floats = tag === '' || tag === 'latest';
    const { previous } = subject;
    const lostDigest = previous !== undefined && hasDigest(previous);
    // From tag to tag nothing is lost: an ordinary update.
    if (previous !== undefined && !lostDigest && !(floats && (previous.version ?? previous.range ?? '') !== tag))
      return CLEAR;
    const named = tag === '' ? subject.name : `${subject.name}:${tag}`;
    return tellOfFiles(RULE, subject, {
      message: lostDigest
        ? `${named} was pinned to a digest and no longer is: its publisher can replace it unseen.`
        : floats
          ? `${named} is whatever its publisher last pushed.`
          : `${named} is used without a digest: its publisher can replace it unseen.`,
      remediation: `Pin the digest: ${named}@sha256:<digest>`,
      alike: lostDigest ? 'lost' : subject.name,
      ...(lostDigest || floats ? { level: 'warning' } : {}),
      judged: { tag, lostDigest },
    });
  },
};

function hasDigest(entry: Pick<DependencyChange, 'version' | 'range' | 'integrity' | 'resolvedUrl'>): boolean {
  return [entry.version, entry.range, entry.integrity, entry.resolvedUrl].some(
    (text) => text !== undefined && DIGEST.test(text),
  );
}
