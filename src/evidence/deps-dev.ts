import { z } from 'zod';
import type { PackageType } from '../core/dependency.ts';
import type { HttpClient } from '../core/lookup.ts';
import type { EvidenceCache } from './cache.ts';
import type { Gate } from './gate.ts';
import { createSilence } from './silence.ts';

/** The public service of deps.dev. */
export const DEPS_DEV_ADDRESS = 'https://api.deps.dev';

/** deps.dev API v3, `GetPackage`: versions with their publication dates, with a delay of hours. */
const packageSchema = z.object({
  packageKey: z.object({ name: z.string() }),
  versions: z.array(z.object({ versionKey: z.object({ version: z.string() }), publishedAt: z.string().optional() })),
});

const SYSTEM: Readonly<Partial<Record<PackageType, string>>> = {
  npm: 'NPM',
  pypi: 'PYPI',
  cargo: 'CARGO',
  golang: 'GO',
  maven: 'MAVEN',
  nuget: 'NUGET',
  gem: 'RUBYGEMS',
};

/** Dates of a package: the first, and those of its versions; or why they are not known. */
export type FallbackDates =
  | { readonly state: 'known'; readonly firstPublishedAt: string; readonly versions: Readonly<Record<string, string>> }
  | { readonly state: 'unavailable'; readonly reason: string; readonly transient: boolean };

export type DateSource = (type: PackageType, name: string, signal: AbortSignal) => Promise<FallbackDates>;

/** Publication dates where the registry's own answers carry none. */
export function createDepsDev(settings: {
  readonly base: string;
  readonly http: HttpClient;
  readonly gate: Gate;
  readonly cache: EvidenceCache | null;
  readonly now: () => number;
}): DateSource {
  const base = settings.base.replace(/\/+$/, '');
  const silence = createSilence('deps.dev', settings.cache, settings.now);
  return async (type, name, signal) => {
    const system = SYSTEM[type];
    if (system === undefined)
      return { state: 'unavailable', reason: `deps.dev knows no ${type} packages`, transient: false };
    const answer = await settings.gate.ask(
      () => settings.http({ url: `${base}/v3/systems/${system}/packages/${encodeURIComponent(name)}`, signal }),
      signal,
    );
    if (answer.state === 'unavailable') {
      return {
        state: 'unavailable',
        reason: `deps.dev: ${answer.reason}`,
        transient: answer.transient && !(await silence.failed()),
      };
    }
    await silence.answered();
    if (answer.status !== 200)
      return { state: 'unavailable', reason: 'deps.dev does not know the package yet', transient: false };
    const parsed = packageSchema.safeParse(parse(answer.body));
    if (!parsed.success || parsed.data.packageKey.name !== name) {
      return { state: 'unavailable', reason: 'deps.dev answered with something else', transient: true };
    }
    return datesOf(parsed.data.versions);
  };
}

function datesOf(versions: z.infer<typeof packageSchema>['versions']): FallbackDates {
  const dated = versions.flatMap(({ versionKey, publishedAt }): [string, string][] => {
    const at = Date.parse(publishedAt ?? '');
    return Number.isNaN(at) ? [] : [[versionKey.version, new Date(at).toISOString()]];
  });
  const first = dated.map(([, at]) => at).sort()[0];
  // One version without a date might be the first of all.
  if (first === undefined || dated.length < versions.length) {
    return { state: 'unavailable', reason: 'deps.dev has no date for every version', transient: false };
  }
  return { state: 'known', firstPublishedAt: first, versions: Object.fromEntries(dated) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema refuses undefined, and the caller says what was wrong.
    return undefined;
  }
}
