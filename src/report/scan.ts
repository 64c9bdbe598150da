import type { Finding } from '../core/finding.ts';
import type { Location } from '../core/location.ts';
import type { Report, Verdict } from '../core/report.ts';
import type { Rule } from '../core/rule.ts';

/** What the formats of `countersign scan` are made of. */
export interface ScanResult {
  readonly report: Report;
  readonly verdict: Verdict;
  readonly rules: readonly Rule[];
  readonly toolVersion: string;
}

/** The places of a finding, its own first, then those of its replicas; each with the digest that a signature covers. */
export function placesOf(
  finding: Finding,
): readonly { readonly locations: Finding['locations']; readonly evidenceDigest: string }[] {
  return [{ locations: finding.locations, evidenceDigest: finding.evidenceDigest }, ...finding.replicas];
}

/** The steps of a flow from its source to the primary place; a single place is no flow. */
export function flowOf([primary, ...steps]: Finding['locations']): readonly Location[] {
  const last = steps.at(-1);
  if (last === undefined) return [];
  const ends =
    last.path === primary.path && last.startLine === primary.startLine && last.startColumn === primary.startColumn;
  return ends ? steps : [...steps, primary];
}

/** Findings in the order in which a reader needs them: what holds the merge, then by level, then by place. */
export function sortedFindings({ report, verdict }: ScanResult): readonly Finding[] {
  const open = new Set(verdict.open);
  const rank = (finding: Finding) =>
    (open.has(finding.handle) ? 0 : 10) +
    (finding.preExisting ? 5 : 0) +
    ['error', 'warning', 'note'].indexOf(finding.level);
  return report.findings.toSorted((a, b) => rank(a) - rank(b) || comparePlaces(a.locations[0], b.locations[0]));
}

function comparePlaces(a: Location, b: Location): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.startLine - b.startLine;
}
