import { PackageURL } from 'packageurl-js';
import picomatch from 'picomatch';
import semver from 'semver';
import type { Detection } from '../core/detection.ts';
import type { PolicyException } from '../core/policy.ts';

/** The standing exception that covers a detection, or null. A past one covers nothing: its last day counts to its end, UTC. */
export function exceptionFor(
  exceptions: readonly PolicyException[],
  detection: Detection,
  now: number,
): PolicyException | null {
  const found = exceptions.find(
    (exception) => exception.rule === detection.ruleId && !isPast(exception, now) && covers(exception, detection),
  );
  return found ?? null;
}

/** Whether an exception's last day is over. */
export function isPast({ expires }: PolicyException, now: number): boolean {
  return !(endOf(expires) >= now);
}

/** ISO 8601: the first moment at which an exception that holds now holds no more; null where none holds. */
export function nextEnd(exceptions: readonly PolicyException[], now: number): string | null {
  const ends = exceptions.filter((each) => !isPast(each, now)).map(({ expires }) => endOf(expires) + 1);
  return ends.length === 0 ? null : new Date(Math.min(...ends)).toISOString();
}

function endOf(day: string): number {
  return Date.parse(`${day}T23:59:59.999Z`);
}

function covers(exception: PolicyException, detection: Detection): boolean {
  if (exception.path !== undefined) {
    const inPath = picomatch(exception.path, { dot: true });
    return detection.locations.every((location) => inPath(location.path));
  }
  if (exception.package === undefined || detection.purl === undefined) return false;
  return coversPackage(exception.package, detection.purl);
}

/** `npm:left-pad@^1.3.0` against `pkg:npm/left-pad@1.3.1`. Without a version, or with one that has no order, only the very same text counts. */
function coversPackage(wanted: string, purl: string): boolean {
  const parsed = /^(?<type>[a-z]+):(?<name>.+?)(?:@(?<range>[^@/]+))?$/.exec(wanted)?.groups;
  if (parsed === undefined) return false;
  const { type, namespace, name, version } = PackageURL.fromString(purl);
  const joined = namespace ? `${namespace}${type === 'maven' ? ':' : '/'}${name}` : name;
  if (parsed['type'] !== type || parsed['name'] !== joined) return false;
  const range = parsed['range'];
  if (range === undefined || range === '*') return true;
  if (version === undefined || version === null) return false;
  return version === range || (type === 'npm' && semver.satisfies(version, range, { includePrerelease: true }));
}

/** Days before its end that an exception is announced. */
export const ANNOUNCED_DAYS = 7;

/** A sentence for each exception that has ended, or is about to. `now` is milliseconds since the epoch. */
export function exceptionNotes(exceptions: readonly PolicyException[], now: number): readonly string[] {
  return exceptions.flatMap((exception) => {
    const { rule, expires, owner } = exception;
    const what = `The exception of ${rule} for ${exception.package ?? exception.path ?? 'nothing'}`;
    if (isPast(exception, now)) return [`${what} ended on ${expires} and is ignored; ${owner} answers for it.`];
    if (!isPast(exception, now + ANNOUNCED_DAYS * 86_400_000)) return [];
    return [`${what} ends on ${expires}; ${owner} answers for it.`];
  });
}
