import semver from 'semver';

/** A version of any type as semver reads it: at most three numbers count, what follows is kept as a prerelease. */
function coerced(version: string): semver.SemVer | null {
  return semver.parse(version.replace(/^v/, ''), true) ?? semver.coerce(version, { includePrerelease: true });
}

/** Highest version that fits a semver range, by the versions' own spelling; null where none does, undefined where the range cannot be read. */
export function highest(versions: readonly string[], range: string): string | null | undefined {
  return choose(versions, range, 1, false);
}

/** Lowest version that fits: NuGet's choice. */
export function lowest(versions: readonly string[], range: string): string | null | undefined {
  return choose(versions, range, -1, false);
}

/** As `highest`, prereleases included. */
export function highestOfAll(versions: readonly string[], range: string): string | null | undefined {
  return choose(versions, range, 1, true);
}

function choose(
  versions: readonly string[],
  range: string,
  direction: 1 | -1,
  includePrerelease: boolean,
): string | null | undefined {
  const parsed = semver.validRange(range, true);
  if (parsed === null) return undefined;
  const fitting = versions
    .map((version) => ({ version, read: coerced(version) }))
    .filter(({ read }) => read !== null && semver.satisfies(read, parsed, { loose: true, includePrerelease }));
  fitting.sort((a, b) => (a.read === null || b.read === null ? 0 : direction * b.read.compare(a.read)));
  return fitting[0]?.version ?? null;
}

/** Cargo: a bare version is a caret range, commas mean "and" (Cargo book, "Specifying dependencies"). */
export function cargoRange(range: string): string {
  return range
    .split(',')
    .map((part) => part.trim())
    .map((part) => (/^\d/.test(part) && !part.includes('*') ? `^${part}` : part))
    .join(' ');
}

/** RubyGems: `~> 1.2` is `>= 1.2, < 2`; a bare version is exact (RubyGems guides, "Patterns"). */
export function gemRange(range: string): string {
  return range
    .split(',')
    .map((part) => part.trim().replace(/^=\s*/, ''))
    .map((part) => {
      const pessimistic = /^~>\s*(\d+(?:\.\d+)*)/.exec(part)?.[1];
      return pessimistic === undefined ? part : upToNext(pessimistic);
    })
    .join(' ');
}

/**
 * Composer: `~1.2` allows up to 2, `|` is "or", a comma or a blank "and" (Composer docs, "Versions and constraints").
 * Of an alias (`dev-main as 1.0.0`) the branch is what is installed.
 */
export function composerRange(range: string): string {
  return range
    .replace(/\s+as\s+\S+$/, '')
    .replace(/@(?:stable|rc|beta|alpha|dev)\b/gi, '')
    .split(/\s*\|\|?\s*/)
    .map((part) =>
      part
        .replaceAll(',', ' ')
        .replace(/(^|\s)v(?=\d)/g, '$1')
        .replace(/~\s*(\d+(?:\.\d+)*)/g, (_, version: string) => upToNext(version)),
    )
    .join(' || ');
}

/** Several intervals, each of which may hold (Maven POM reference), also with Gradle's brackets turned outwards: `]1.0, 2.0[`. Null where it is none. */
export function intervalsRange(range: string): string | null {
  const parts = range.split(/(?<=[\])[])\s*,\s*(?=[[(\]])/).map((part) => {
    const inwards = part.trim().replace(/^\]/, '(').replace(/\[$/, ')');
    return intervalRange(inwards);
  });
  return parts.some((part) => part === null) ? null : parts.join(' || ');
}

/** `[1.0,2.0)` of NuGet and Maven (NuGet docs, "Version ranges"; Maven POM reference, "Dependency version requirement"). Null where it is no interval. */
export function intervalRange(range: string): string | null {
  const match = /^([[(])\s*([^,\])]*?)\s*(?:(,)\s*([^,\])]*?)\s*)?([\])])$/.exec(range.trim());
  if (match === null) return null;
  const [, open, low = '', comma, high = '', close] = match;
  if (comma === undefined) return low === '' ? null : `=${full(low)}`;
  const parts = [
    low === '' ? '' : `${open === '[' ? '>=' : '>'}${full(low)}`,
    high === '' ? '' : `${close === ']' ? '<=' : '<'}${full(high)}`,
  ];
  return parts.filter((part) => part !== '').join(' ') || '*';
}

function upToNext(version: string): string {
  const numbers = version.split('.').map(Number);
  const kept = numbers.length <= 1 ? numbers : numbers.slice(0, -1);
  const next = kept.map((number, index) => (index === kept.length - 1 ? number + 1 : number));
  return `>=${full(version)} <${full(next.join('.'))}`;
}

function full(version: string): string {
  const numbers = version.split('.');
  return numbers.length >= 3 ? numbers.slice(0, 3).join('.') : [...numbers, '0', '0'].slice(0, 3).join('.');
}
