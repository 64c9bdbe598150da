import { knownValue } from '../core/fact.ts';
import type { Finding } from '../core/finding.ts';
import { purlOf } from '../core/purl.ts';
import type { Report } from '../core/report.ts';
import type { Thresholds } from '../core/thresholds.ts';
import type { Ports } from '../ports.ts';
import type { ReviewJob } from './ground.ts';

const DAY_MS = 86_400_000;
/** Longer waits are made in steps: a queue is no calendar. */
const LONGEST_MS = 7 * DAY_MS;

/** Rules whose answer is another one when a package has grown older. */
const OF_AGE: ReadonlySet<string> = new Set(['version-too-new', 'package-too-new', 'fresh-squat']);

/**
 * When the next of a report's findings about youth has its answer changed by time alone, in milliseconds since the
 * epoch; null where there is none.
 */
export function maturesAt(
  report: Pick<Report, 'findings' | 'packages'>,
  thresholds: Thresholds,
  now: number,
): number | null {
  const young = report.findings.filter((finding) =>
    [finding, ...finding.supporting].some((each) => OF_AGE.has(each.ruleId)),
  );
  const instants = young
    .flatMap((finding) => datesOf(finding, report.packages))
    .flatMap(({ first, published }) => {
      const from = (instant: string | undefined, days: readonly number[]) =>
        instant === undefined ? [] : days.map((each) => Date.parse(instant) + each * DAY_MS);
      return [
        ...from(first, [thresholds.packageTooNewErrorDays, thresholds.packageTooNewWarningDays]),
        ...from(published, [thresholds.versionTooNewDays]),
      ];
    })
    .filter((instant) => instant > now);
  return instants.length === 0 ? null : Math.min(...instants);
}

interface Dates {
  readonly first: string | undefined;
  readonly published: string | undefined;
}

/** What a finding was judged by; where it speaks of youth only beside another one, what the reviewer's table knows. */
function datesOf(finding: Finding, packages: Report['packages']): readonly Dates[] {
  const stated = (name: string) => {
    const value = finding.evidence[name];
    return typeof value === 'string' ? value : undefined;
  };
  const own = { first: stated('firstPublishedAt'), published: stated('publishedAt') };
  const known = packages
    .filter(({ change, evidence }) => {
      const version = knownValue(evidence.resolvedVersion)?.version;
      return finding.purl === change.purl || finding.purl === purlOf(change.type, change.name, version);
    })
    .map(({ evidence }): Dates => {
      const published = knownValue(evidence.resolvedVersion)?.publishedAt;
      return {
        first: knownValue(evidence.firstPublishedAt),
        published: published === undefined ? undefined : knownValue(published),
      };
    });
  return [own, ...known];
}

/** Has the change looked at again when what was too new has grown old enough. Told twice it is one wish. */
export async function lookAgainWhenOlder(
  job: ReviewJob,
  report: Report,
  thresholds: Thresholds,
  ports: Pick<Ports, 'store' | 'now'>,
): Promise<void> {
  const now = ports.now();
  const matures = maturesAt(report, thresholds, now);
  if (matures === null) return;
  const at = Math.min(matures, now + LONGEST_MS);
  // Steps of a day, so that reviews of one day do not each leave a job of their own.
  const id = `age:${job.repository.id}#${job.pullRequest}@${report.headSha}:${Math.ceil(at / DAY_MS)}`;
  const { earlierStarts: _, ...again } = job;
  await ports.store.queue.send(id, { ...again, cause: 'age', attempt: 0 }, { afterMs: at - now });
}
