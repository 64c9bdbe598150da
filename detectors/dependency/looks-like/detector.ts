import { CLEAR } from '../../../src/core/detection.ts';
import type { DependencyDetector } from '../../../src/core/detector.ts';
import type { LikenessTechnique } from '../../../src/core/evidence.ts';
import { knownValue } from '../../../src/core/fact.ts';
import type { Rule } from '../../../src/core/rule.ts';
import { fromRegistry, isEstablished, needs, tell } from '../support/answer.ts';

const RULE: Rule = {
  id: 'looks-like',
  family: 'dependency',
  shortDescription: 'The name can be mistaken for a well-known one',
  help: 'The name differs from a well-known one by a slip of the finger, a separator, the order of its words, a dropped scope or a word that says nothing. That is how look-alike packages are named, and many honest ones too: by itself it only asks for a second look. Make sure that the name is the one that was meant.',
  level: 'warning',
  confidence: 'medium',
  critical: false,
  signable: true,
  cwe: [1007, 1357],
  requires: ['names'],
  since: '0.1.0',
};

/** See README.md of this folder. */
export const looksLike: DependencyDetector = {
  rule: RULE,
  detect(subject, context) {
    if (!fromRegistry(subject) || subject.changeType !== 'added') return CLEAR;
    const { evidence, thresholds, now } = context;
    if (evidence.popular || evidence.inBase) return CLEAR;
    const { looksLike: alike, weeklyDownloads } = evidence;
    const downloads = knownValue(weeklyDownloads);
    // Old and used, or old where nobody counts: an imitation would have been removed.
    const old = isEstablished(evidence, now, thresholds.establishedDays);
    if (old && (downloads === undefined || downloads >= thresholds.fewWeeklyDownloads)) {
      // A figure that may still come can only bring the finding back as a note, so it is waited for.
      if (weeklyDownloads.state !== 'unavailable') return CLEAR;
      const open = alike.state === 'unavailable' || (alike.state === 'known' && alike.value.length > 0);
      return open ? needs(subject, [['weeklyDownloads', weeklyDownloads]]) : CLEAR;
    }
    if (alike.state === 'unavailable') return needs(subject, [['looksLike', alike]]);
    const [best] = knownValue(alike) ?? [];
    if (best === undefined) return CLEAR;
    const { name: target, technique } = best;
    return tell(RULE, subject, context, {
      message:
        target === subject.name
          ? `${subject.name} is well known in another ecosystem, not in this one.`
          : `${subject.name} can be mistaken for the well-known ${target}: ${HOW[technique]}.`,
      remediation:
        target === subject.name
          ? 'Make sure that a package of this ecosystem was meant.'
          : `Make sure that ${subject.name} was meant, not ${target}.`,
      level: old ? 'note' : 'warning',
      judged: { target, technique },
    });
  },
};

const HOW: Readonly<Record<LikenessTechnique, string>> = {
  homoglyph: 'characters are replaced by some that look the same',
  typo: 'a slip of the finger away',
  spelling: 'the same word in another spelling',
  separator: 'only separators differ',
  'word-order': 'the same words in another order',
  'scope-dropped': 'the scope is left out',
  'scope-imitated': 'the scope is imitated',
  affix: 'the same name with a word that says nothing',
  'short-form': 'that is what a configuration calls it, and it is installed under the whole name',
  combination: 'a word added and a letter changed',
  conflation: 'two well-known names put together',
  plural: 'only the plural differs',
  'other-ecosystem': 'that is the name of a package of another ecosystem',
  'import-name': 'that is what code imports, and it is installed under the other name',
  'deprecation-notice': 'its own notice names the other package',
};
