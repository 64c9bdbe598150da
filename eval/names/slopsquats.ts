import { DEPENDENCY_DETECTORS } from '../../detectors/dependency/index.ts';
import type { DependencyChange } from '../../src/core/dependency.ts';
import type { PackageEvidence } from '../../src/core/evidence.ts';
import { absent, type Fact, known, notApplicable } from '../../src/core/fact.ts';
import { DEFAULT_THRESHOLDS } from '../../src/core/thresholds.ts';
import type { NameKnowledge } from '../../src/evidence/names.ts';
import { interval, share } from './wilson.ts';

const NOW = Date.parse('2026-11-01T12:00:00.000Z');

/**
 * Names that models invented: blocked while nobody has them, and blocked on the day somebody does. The registry's
 * answers are synthetic: no such name, or a package of one version, registered as many days ago, without repository.
 */
export function slopsquatTable(
  print: (line: string) => void,
  slopsquats: readonly string[],
  names: NameKnowledge,
): void {
  print('');
  print('## Names that models invent (npm), against synthetic registry answers');
  print('');
  print('| registry says | n | error | share | interval |');
  print('|---|---|---|---|---|');
  for (const age of [null, 0, 7, 30, 59, 400]) {
    const held = slopsquats.filter((name) => isHeld(name, age, names)).length;
    const says = age === null ? 'no such package' : `registered ${age} days ago, one version`;
    print(
      `| ${says} | ${slopsquats.length} | ${held} | ${share(held, slopsquats.length)} | ${interval(held, slopsquats.length)} |`,
    );
  }
}

function isHeld(name: string, age: number | null, names: NameKnowledge): boolean {
  const change: DependencyChange = {
    changeType: 'added',
    entry: 'manifest',
    type: 'npm',
    name,
    range: '*',
    purl: `pkg:npm/${name}`,
    location: { path: 'package.json', startLine: 1, endLine: 1 },
    scope: 'dependencies',
    relationship: 'direct',
    source: 'registry',
  };
  const context = {
    evidence: evidenceOf(name, age, names),
    changes: [change],
    thresholds: DEFAULT_THRESHOLDS,
    now: NOW,
  };
  return DEPENDENCY_DETECTORS.some((each) => {
    const answer = each.detect(change, context);
    return (
      answer.state === 'findings' && answer.detections.some((found) => (found.level ?? each.rule.level) === 'error')
    );
  });
}

function evidenceOf(name: string, age: number | null, names: NameKnowledge): PackageEvidence {
  const at = new Date(NOW).toISOString();
  const since = new Date(NOW - (age ?? 0) * 86_400_000).toISOString();
  const fact = <T>(value: T): Fact<T> => (age === null ? absent('synthetic', at) : known(value, 'synthetic', at));
  return {
    type: 'npm',
    name,
    source: 'synthetic',
    inBase: false,
    popular: names.popularSince('npm', name) !== null,
    looksLike: names.looksLike('npm', name),
    registryEntry: fact({ name }),
    versions: fact(['1.0.0']),
    resolvedVersion: fact({
      version: '1.0.0',
      integrity: fact('sha512-AAAA'),
      publishedAt: fact(since),
      publisher: fact({ name: 'somebody' }),
      installScripts: fact([]),
      deprecation: absent('synthetic', at),
      yanked: notApplicable(),
      provenance: absent('synthetic', at),
      signature: absent('synthetic', at),
      unpackedSize: fact(1000),
    }),
    previousVersion: notApplicable(),
    predecessor: absent('synthetic', at),
    earlierPublishers: fact([]),
    distTags: fact({ latest: '1.0.0' }),
    firstPublishedAt: fact(since),
    existedBy: notApplicable(),
    maintainers: fact([{ name: 'somebody' }]),
    weeklyDownloads: notApplicable(),
    repository: absent('synthetic', at),
    securityPlaceholder: fact(false),
    unpublished: fact(false),
    projectStatus: notApplicable(),
    privateRoute: absent('synthetic', at),
    advisories: notApplicable(),
    previousAdvisories: notApplicable(),
    existsElsewhere: known([], 'synthetic', at),
  };
}
