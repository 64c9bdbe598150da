import { looksLike } from '../../../detectors/dependency/looks-like/detector.ts';
import type { DependencyChange } from '../../core/dependency.ts';
import type { Detection } from '../../core/detection.ts';
import type { Likeness, PackageEvidence } from '../../core/evidence.ts';
import { type Fact, notApplicable } from '../../core/fact.ts';
import { DEFAULT_THRESHOLDS } from '../../core/thresholds.ts';
import type { NameKnowledge } from '../../evidence/names.ts';
import type { CommandIo } from '../io.ts';
import { parseInput } from './input.ts';

/** Likeness alone, without network: one JSON line an input, in order. 3 where a list of names is missing. */
export async function judgeNames(
  lots: AsyncIterable<readonly { readonly input: string; readonly place: number }[]>,
  names: NameKnowledge,
  options: { readonly now: number },
  io: Pick<CommandIo, 'stdout'>,
): Promise<number> {
  let wrong = false;
  let unknown = false;
  for await (const lot of lots) {
    const lines = lot.map(({ input, place }) => {
      const parsed = parseInput(input, place);
      if (parsed.state === 'error') {
        wrong = true;
        return JSON.stringify({ input, error: parsed.reason });
      }
      const { change } = parsed;
      const alike = names.looksLike(change.type, names.normalize(change.type, change.name));
      if (alike.state === 'unavailable') {
        unknown = true;
        return JSON.stringify({ input, looksLike: null, findings: [], unknown: alike.reason });
      }
      const found = alike.state === 'known' ? alike.value : [];
      const findings = found.length === 0 ? [] : findingsFor(change, alike, options.now);
      return JSON.stringify({ input, looksLike: found, findings });
    });
    io.stdout(`${lines.join('\n')}\n`);
  }
  return wrong ? 2 : unknown ? 3 : 0;
}

/** The rule's own answer where nothing but the name is known. */
function findingsFor(change: DependencyChange, alike: Fact<readonly Likeness[]>, now: number): readonly Detection[] {
  const none = <T>() => notApplicable<T>();
  const evidence: PackageEvidence = {
    type: change.type,
    name: change.name,
    source: change.type,
    inBase: false,
    popular: false,
    looksLike: alike,
    registryEntry: none(),
    versions: none(),
    resolvedVersion: none(),
    previousVersion: none(),
    predecessor: none(),
    earlierPublishers: none(),
    distTags: none(),
    firstPublishedAt: none(),
    existedBy: none(),
    maintainers: none(),
    publisherStanding: none(),
    weeklyDownloads: none(),
    repository: none(),
    securityPlaceholder: none(),
    unpublished: none(),
    projectStatus: none(),
    privateRoute: none(),
    advisories: none(),
    previousAdvisories: none(),
    existsElsewhere: none(),
  };
  const answer = looksLike.detect(change, { evidence, changes: [change], thresholds: DEFAULT_THRESHOLDS, now });
  return answer.state === 'findings' ? answer.detections : [];
}
