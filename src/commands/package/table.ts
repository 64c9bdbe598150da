import type { DependencyChange } from '../../core/dependency.ts';
import type { PackageEvidence, Provenance, PublisherStanding, VersionEvidence } from '../../core/evidence.ts';
import { type Fact, knownValue } from '../../core/fact.ts';
import type { Finding } from '../../core/finding.ts';
import type { Verdict } from '../../core/report.ts';
import { plainText } from '../../report/markdown.ts';

/** What is known of one package, and what the rules make of it, for a reader at a terminal. */
export function renderPackage(
  change: DependencyChange,
  evidence: PackageEvidence,
  findings: readonly Finding[],
  verdict: Verdict,
): string {
  const resolved = knownValue(evidence.resolvedVersion);
  const rows: [string, string][] = [
    ['exists', said(evidence.registryEntry, () => `yes, in ${evidence.source}`)],
    ['version', said(evidence.resolvedVersion, (value) => value.version)],
    ['versions', said(evidence.versions, (value) => String(value.length))],
    ['first published', said(evidence.firstPublishedAt, (value) => value.slice(0, 10))],
    ['maintainers', said(evidence.maintainers, (value) => value.map((each) => each.name).join(', '))],
    ['publisher known', said(evidence.publisherStanding, standingOf)],
    ...(resolved === undefined ? [] : versionRows(resolved)),
    ['repository', said(evidence.repository, (value) => value)],
    ['project status', said(evidence.projectStatus, (value) => value)],
    ['tags', said(evidence.distTags, tagsOf)],
    ['weekly downloads', said(evidence.weeklyDownloads, (value) => String(value))],
    ['advisories', said(evidence.advisories, (value) => value.map((each) => each.id).join(', ') || 'none')],
    [
      'looks like',
      said(
        evidence.looksLike,
        (value) => value.map((each) => `${each.name} (${each.technique})`).join(', ') || 'nothing well known',
      ),
    ],
    ['well known', evidence.popular ? 'yes, on the popular list' : 'no'],
  ];
  const lines = [
    `${plainText(change.purl, 200)}: ${WORD[verdict.result]}`,
    ...rows
      .filter(([, value]) => value !== '')
      .map(([label, value]) => `  ${label.padEnd(18)}${plainText(value, 160)}`),
    ...findings.flatMap((finding) => [
      `  ${finding.level} ${finding.ruleId}: ${plainText(finding.message, 300)}`,
      ...finding.supporting.map((each) => `    also ${each.level} ${each.ruleId}: ${plainText(each.message, 300)}`),
      ...(finding.remediation === undefined ? [] : [`    → ${plainText(finding.remediation, 300)}`]),
    ]),
    ...verdict.unknowns.map(
      (each) =>
        `  unknown ${each.fact} (${each.source}): ${plainText(each.reason, 160)}${each.advisory ? ', not needed for the verdict' : ''}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function standingOf({ accounts, known, vouchedBy }: PublisherStanding): string {
  const who = accounts.join(', ');
  if (vouchedBy !== null) return `${who}, for ${vouchedBy}`;
  return known === null ? `${who}, for nothing older` : `${who}, since ${known.since.slice(0, 10)} (${known.name})`;
}

/** Enough to see what a bare install takes. */
const MOST_TAGS = 4;

function tagsOf(tags: Readonly<Record<string, string>>): string {
  const all = Object.entries(tags);
  const shown = all.slice(0, MOST_TAGS).map(([tag, version]) => `${tag} ${version}`);
  return [...shown, ...(all.length > MOST_TAGS ? [`and ${all.length - MOST_TAGS} more`] : [])].join(', ');
}

const WORD: Readonly<Record<Verdict['result'], string>> = {
  pass: 'nothing stands against it',
  blocked: 'blocked',
  inconclusive: 'could not be evaluated',
};

function said<T>(fact: Fact<T>, say: (value: T) => string): string {
  if (fact.state === 'known') return say(fact.value);
  if (fact.state === 'absent') return 'none';
  return fact.state === 'unavailable' ? `unknown: ${fact.reason}` : '';
}

function proofOf({ state, sourceRepository, reason }: Provenance): string {
  const why = reason === undefined ? '' : `: ${reason}`;
  if (state === 'verified') return `verified, built from ${sourceRepository ?? 'a repository that is not named'}`;
  return state === 'invalid' ? `does not hold${why}` : `listed, not verified${why}`;
}

function versionRows(version: VersionEvidence): [string, string][] {
  return [
    ['version published', said(version.publishedAt, (value) => value.slice(0, 10))],
    ['published by', said(version.publisher, (value) => value.name)],
    ['install scripts', said(version.installScripts, (value) => value.join(', ') || 'none')],
    [
      'signature',
      said(version.signature, (value) => (value.state === 'verified' ? 'verified' : 'is not the registry’s')),
    ],
    ['provenance', said(version.provenance, proofOf)],
    ['unpacked size', said(version.unpackedSize, (value) => `${Math.ceil(value / 1024)} KiB`)],
    ['deprecated', said(version.deprecation, (value) => value)],
    ['withdrawn', said(version.yanked, (value) => value || 'yes')],
    ['commit', said(version.belongs, (own) => (own ? 'of the repository itself' : 'on none of its branches and tags'))],
  ];
}
