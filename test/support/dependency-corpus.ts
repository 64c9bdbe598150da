import { DEPENDENCY_DETECTORS } from '../../detectors/dependency/index.ts';
import type { DependencyDetector } from '../../src/core/detector.ts';
import { sha256 } from '../../src/core/digest.ts';
import { type DependencyCase, dependencyCases } from './dependency-fixtures.ts';

/** All cases of all dependency rules: what one rule is made for is a trial of every other. */
export function dependencyCorpus(): readonly DependencyCase[] {
  return DEPENDENCY_DETECTORS.flatMap(({ rule }) => dependencyCases(rule.id));
}

/**
 * Everything a rule says about a case, one line a finding or a missing fact. The last word of a finding is a digest of
 * the whole, its advice and its evidence included: signatures hang on that.
 */
export function dependencySayings({ rule, detect }: DependencyDetector, asked: DependencyCase): readonly string[] {
  const answer = detect(asked.subject, asked.context);
  switch (answer.state) {
    case 'clear':
      return [];
    case 'needs':
      return answer.facts.map(({ fact, subject, reason }) => `${rule.id} needs ${fact} of ${subject}: ${reason}`);
    case 'findings':
      return answer.detections.map((each) => {
        const [{ path, startLine, endLine }, ...others] = each.locations;
        const voice = `${each.level ?? rule.level} ${each.confidence ?? rule.confidence}`;
        const marks = `${(each.critical ?? rule.critical) ? ' critical' : ''}${(each.signable ?? rule.signable) ? '' : ' not signable'}`;
        const place = `${path}:${startLine}-${endLine} +${others.length}`;
        return `${rule.id} ${voice}${marks} ${place} ${each.message} ${sha256(JSON.stringify(each)).slice(0, 8)}`;
      });
  }
}

/** What all dependency rules say about all cases, as `fixtures/detectors/said-dependency.txt` holds it. */
export function dependencySaid(): string {
  const sections = dependencyCorpus().flatMap((asked) => {
    const lines = DEPENDENCY_DETECTORS.flatMap((detector) => dependencySayings(detector, asked));
    return lines.length === 0 ? [] : [`${asked.rule}: ${asked.name}\n${lines.map((each) => `  ${each}`).join('\n')}`];
  });
  return `${sections.join('\n')}\n`;
}
