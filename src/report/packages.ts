import type { PackageEvidence, VersionEvidence } from '../core/evidence.ts';
import type { Fact } from '../core/fact.ts';
import { inlineCode, inlineText, listed } from './markdown.ts';
import { day, LENGTH, type PackageView } from './view.ts';

const DAY_MS = 86_400_000;

/** Packages that are new to the repository: one row per real name and version, in the order of the change. */
export function newPackages(packages: readonly PackageView[]): readonly PackageView[] {
  const seen = new Set<string>();
  return packages.filter(({ change }) => {
    const key = `${change.type}:${change.name}@${change.version ?? change.range ?? ''}`;
    if (change.changeType !== 'added' || change.relationship === 'transitive' || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** How many packages the new ones bring along: names and versions that no manifest names. */
export function transitiveCount(packages: readonly PackageView[]): number {
  const brought = packages.filter(
    ({ change }) => change.changeType === 'added' && change.relationship === 'transitive',
  );
  return new Set(brought.map(({ change }) => change.purl)).size;
}

/** Header and rule of the table, and one row per package: what a reviewer needs to decide. Markdown. */
export function packageTable(
  packages: readonly PackageView[],
  now: number,
): { readonly head: string; readonly rows: readonly string[] } {
  const head =
    '| package | exists since | version’s age | downloads a week | publisher | install scripts | provenance |\n| --- | --- | --- | --- | --- | --- | --- |';
  return { head, rows: packages.map((view) => row(view, now)) };
}

function row({ change, evidence }: PackageView, now: number): string {
  if (evidence.registryEntry.state === 'absent') {
    return `| ${inlineCode(`${change.type}:${change.name}`, LENGTH.name)} | **does not exist** | – | – | – | – | – |`;
  }
  const resolved = evidence.resolvedVersion;
  const name = resolved.state === 'known' ? `${change.name}@${resolved.value.version}` : change.name;
  const cells = [
    inlineCode(`${change.type}:${name}`, LENGTH.name),
    since(evidence),
    cell(
      ofVersion(evidence, (version) => version.publishedAt),
      (at) => ageOf(at, now),
    ),
    cell(evidence.weeklyDownloads, (count) => count.toLocaleString('en-US')),
    cell(
      ofVersion(evidence, (version) => version.publisher),
      (person) => inlineText(person.name, LENGTH.login),
    ),
    cell(
      ofVersion(evidence, (version) => version.installScripts),
      (scripts) => (scripts.length === 0 ? 'none' : `**${inlineText(listed([...scripts], 4), 60)}**`),
    ),
    cell(
      ofVersion(evidence, (version) => version.provenance),
      (provenance) => provenance.state,
    ),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** A fact of the version that the change leads to; where there is no such version, its facts are missing for its own reason. */
function ofVersion<T>(evidence: PackageEvidence, pick: (version: VersionEvidence) => Fact<T>): Fact<T> {
  const resolved = evidence.resolvedVersion;
  return resolved.state === 'known' ? pick(resolved.value) : resolved;
}

function since(evidence: PackageEvidence): string {
  if (evidence.firstPublishedAt.state === 'known') return day(evidence.firstPublishedAt.value);
  if (evidence.existedBy.state === 'known') return `${day(evidence.existedBy.value)} or earlier`;
  return cell(evidence.firstPublishedAt, day);
}

function cell<T>(fact: Fact<T>, show: (value: T) => string): string {
  if (fact.state === 'known') return show(fact.value);
  if (fact.state === 'absent') return 'none';
  return fact.state === 'notApplicable' ? '–' : `unknown (${inlineText(fact.reason, 40)})`;
}

/** Age in words of the largest fitting unit, from an ISO 8601 instant to `now` (milliseconds since the epoch). */
export function ageOf(instant: string, now: number): string {
  const time = Date.parse(instant);
  if (Number.isNaN(time)) return 'unknown';
  const days = Math.floor((now - time) / DAY_MS);
  if (days < 0) return 'in the future';
  if (days === 0) {
    const hours = Math.floor((now - time) / 3_600_000);
    return hours === 0 ? `**${Math.floor((now - time) / 60_000)} min**` : `**${hours} h**`;
  }
  if (days < 60) return days === 1 ? '1 day' : `${days} days`;
  return days < 730 ? `${Math.floor(days / 30.44)} months` : `${Math.floor(days / 365.25)} years`;
}
