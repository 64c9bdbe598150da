import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { CountersignError, messageOf } from '../core/errors.ts';
import type { PackageEvidence } from '../core/evidence.ts';
import type { SweepHost } from '../core/host.ts';
import type { OctokitLike } from '../github/request.ts';
import { type Requirement, requirementOf } from '../github/required-check.ts';
import { packageFile } from '../package-root.ts';
import { CHECK_NAME } from '../policy/checks.ts';
import type { AppApi, Installation } from './app-api.ts';
import { WEBHOOK_PATH } from './http.ts';
import type { Readiness } from './readiness.ts';

/** One line of `countersign doctor`. `note` is worth knowing and not wrong; `unknown` could not be found out. */
export interface Diagnosis {
  readonly check: string;
  readonly state: 'ok' | 'note' | 'wrong' | 'unknown';
  readonly found: string;
  /** Why it matters. */
  readonly why: string;
  /** What to do; null where nothing is to be done. */
  readonly fix: string | null;
}

/** Whether everything is well: what could not be found out is not. */
export function isWell(lines: readonly Diagnosis[]): boolean {
  return lines.every((line) => line.state === 'ok' || line.state === 'note');
}

const Manifest = z.object({
  default_permissions: z.record(z.string(), z.string()),
  default_events: z.array(z.string()),
});
type Manifest = z.infer<typeof Manifest>;

/** What `app.yml` asks GitHub for. */
export function readManifest(): Manifest {
  return Manifest.parse(parse(readFileSync(packageFile('app.yml'), 'utf8')));
}

/** GitHub refuses an App's token whose `iat` is in its future; we set it a minute back. Milliseconds. */
const SKEW_MS = 30_000;

/** The App as it is registered: reachable, its key right, its clock ours, its permissions and events those of app.yml. */
export async function diagnoseApp(api: AppApi, manifest: Manifest, now: () => number): Promise<Diagnosis[]> {
  const why = 'Everything that Countersign reads and says goes through the App.';
  const before = now();
  const registration = await settled(api.registration());
  if ('error' in registration) {
    const fix = registration.away
      ? 'Let this machine reach the address in GITHUB_API_URL (DNS, firewall, HTTPS_PROXY), or set it right; nothing else of GitHub can be looked at before.'
      : 'Check APP_ID and the private key (settings page of the App, "Private keys"), and the clock of this machine.';
    return [{ check: 'app', state: 'wrong', found: registration.error, why, fix }];
  }
  const { slug, permissions, events, at } = registration.value;
  const skew = at === null ? null : Math.round((before + now()) / 2 - at);
  const late = skew !== null && Math.abs(skew) > SKEW_MS;
  return [
    { check: 'app', state: 'ok', found: `GitHub knows the App "${slug}" and takes its key`, why, fix: null },
    {
      check: 'clock',
      state: skew === null ? 'unknown' : late ? 'wrong' : 'ok',
      found: skew === null ? 'GitHub sent no date' : `${Math.abs(skew / 1000).toFixed(0)} s from GitHub's clock`,
      why: "GitHub refuses the App's tokens when this clock is wrong, and sign-offs expire at the wrong time.",
      fix: late ? 'Let this machine keep time (NTP: `timedatectl set-ntp true`).' : null,
    },
    ...ofPermissions('permissions', permissions, manifest, `Set them on the settings page of the App "${slug}"`),
    ofEvents(events, manifest, slug),
  ];
}

const LEVELS = ['none', 'read', 'write', 'admin'];

function ofPermissions(
  check: string,
  given: Readonly<Record<string, string>>,
  manifest: Manifest,
  fix: string,
): Diagnosis[] {
  const level = (value: string | undefined) => LEVELS.indexOf(value ?? 'none');
  const wanted = Object.entries(manifest.default_permissions);
  const missing = wanted.filter(([name, value]) => level(given[name]) < level(value)).map((each) => each.join(': '));
  const extra = Object.entries(given)
    .filter(([name, value]) => level(value) > level(manifest.default_permissions[name]))
    .map((each) => each.join(': '));
  const why = 'With less the App cannot do its work; with more a stolen key can do more harm.';
  if (missing.length > 0) {
    return [{ check, state: 'wrong', found: `missing: ${missing.join(', ')}`, why, fix: `${fix}.` }];
  }
  const found = extra.length === 0 ? 'as in app.yml' : `all of app.yml, and more: ${extra.join(', ')}`;
  const less = `${fix}; lower what nothing else needs.`;
  return [{ check, state: extra.length === 0 ? 'ok' : 'note', found, why, fix: extra.length === 0 ? null : less }];
}

function ofEvents(events: readonly string[], manifest: Manifest, slug: string): Diagnosis {
  const missing = manifest.default_events.filter((event) => !events.includes(event));
  return {
    check: 'events',
    state: missing.length > 0 ? 'wrong' : 'ok',
    found: missing.length > 0 ? `not subscribed: ${missing.join(', ')}` : 'as in app.yml',
    why: 'What GitHub does not tell of is not reviewed until the hourly sweep, and commands and buttons do nothing.',
    fix:
      missing.length > 0
        ? `Tick them on the page "Permissions & events" of the App "${slug}": ${missing.join(', ')}.`
        : null,
  };
}

/** Where GitHub sends webhooks. Whether it gets there its deliveries tell. */
export async function diagnoseHook(api: Pick<AppApi, 'hook'>): Promise<Diagnosis[]> {
  const why = 'Reviews start with a webhook; the hourly sweep only finds what was missed.';
  const answer = await settled(api.hook());
  if ('error' in answer) return [{ check: 'webhook', state: 'unknown', found: answer.error, why, fix: 'Try again.' }];
  const { url, hasSecret, insecureTls } = answer.value;
  const page = 'on the settings page of the App';
  const problems: [string, string][] = [];
  if (url === null || url === '') problems.push(['no address', `set "Webhook URL" ${page}`]);
  else if (!URL.canParse(url) || new URL(url).pathname !== WEBHOOK_PATH)
    problems.push([
      `${url} does not end in ${WEBHOOK_PATH}`,
      `set "Webhook URL" ${page} to https://YOUR-HOST${WEBHOOK_PATH}`,
    ]);
  else if (new URL(url).protocol !== 'https:' && !isLocal(new URL(url).hostname))
    problems.push([`${url} is not encrypted`, 'put TLS in front and use https']);
  if (!hasSecret)
    problems.push(['GitHub has no secret', `set "Webhook secret" ${page} to the value of WEBHOOK_SECRET`]);
  if (insecureTls) problems.push(['certificates are not checked', `enable "SSL verification" ${page}`]);
  return [
    {
      check: 'webhook',
      state: problems.length === 0 ? 'ok' : 'wrong',
      found: problems.length === 0 ? `${url}, with a secret` : problems.map(([found]) => found).join('; '),
      why,
      fix: problems.length === 0 ? null : `${problems.map(([, fix]) => fix).join('; ')}.`,
    },
  ];
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host === '127.0.0.1' || host === '[::1]';
}

/** What the running service says of itself: of its queue, and of sources that it had no answer from when it asked last. */
export function diagnoseService({ queue, sources }: Readiness): Diagnosis[] {
  return [...(queue === 'stuck' ? [STUCK] : []), ...ofSources(sources)];
}

const STUCK: Diagnosis = {
  check: 'queue',
  state: 'wrong',
  found: 'a job that could run has waited for more than five minutes',
  why: 'A job that waits is a pull request that is held.',
  fix: "Read the service's log for what its jobs fail of or hang on; with PostgreSQL, start more `countersign worker`.",
};

function ofSources(sources: Readiness['sources']): Diagnosis[] {
  if (sources.down.length === 0) return [];
  const since = sources.down.map(({ source, since }) => `${source} since ${since}`);
  return [
    {
      check: 'service',
      state: 'note',
      found: `it got no answer from ${since.join(', ')}`,
      why: 'What needs a source that does not answer is not evaluated, and holds the merge until it does.',
      fix: 'Read the lines about sources here; where all are ok, the service asks again by itself.',
    },
  ];
}

/** Evidence for one well-known package, as a source gave it. */
export function diagnoseSource(type: string, asked: string, evidence: PackageEvidence | undefined): Diagnosis[] {
  const why = 'What a source does not tell is unknown, and an unknown holds the merge.';
  const check = `source ${type}`;
  const entry = evidence?.registryEntry;
  if (evidence === undefined || entry === undefined || entry.state === 'notApplicable') {
    return [{ check, state: 'unknown', found: `${asked} was not looked up`, why, fix: 'Try again.' }];
  }
  const setting = `COUNTERSIGN_REGISTRY_${type.toUpperCase()}`;
  if (entry.state === 'unavailable') {
    const fix = `Let this machine reach the registry, or name yours in ${setting}.`;
    return [
      { check, state: 'wrong', found: `${evidence.source} did not answer for ${asked}: ${entry.reason}`, why, fix },
    ];
  }
  if (entry.state === 'absent') {
    const found = `${evidence.source} does not know ${asked}: every package behind it would look invented`;
    return [
      { check, state: 'wrong', found, why, fix: `Name a registry in ${setting} that also serves public packages.` },
    ];
  }
  const dates = evidence.firstPublishedAt;
  if (dates.state !== 'unavailable') {
    return [{ check, state: 'ok', found: `${evidence.source} answers, with dates`, why, fix: null }];
  }
  const found = `${evidence.source} answers, and gives no dates (${dates.reason})`;
  const fix =
    'A proxy that strips dates: let this machine reach deps.dev (COUNTERSIGN_DEPS_DEV), or new packages are listed as not evaluated and signed for.';
  return [{ check, state: 'note', found, why, fix }];
}

/** Advisories: known malware and vulnerabilities. */
export function diagnoseAdvisories(
  evidence: PackageEvidence | undefined,
  settings: { readonly osv: string | null },
): Diagnosis[] {
  const why = 'Known malware is refused by advisories; nothing else knows of it.';
  const check = 'source advisories';
  if (settings.osv === null) {
    return [{ check, state: 'note', found: 'declared absent; the deny-list speaks instead', why, fix: null }];
  }
  const fact = evidence?.advisories;
  if (fact === undefined || fact.state === 'notApplicable')
    return [{ check, state: 'unknown', found: 'they were not asked', why, fix: 'Mend the source of npm first.' }];
  if (fact.state === 'unavailable') {
    const fix = 'Let this machine reach the address, or name a mirror in COUNTERSIGN_OSV.';
    return [{ check, state: 'wrong', found: `${settings.osv}: ${fact.reason}`, why, fix }];
  }
  return [{ check, state: 'ok', found: `${settings.osv} answers`, why, fix: null }];
}

/** Repositories looked at side by side. */
const WIDTH = 4;

/** Every installation, and whether its repositories hold merges on our check. Archived repositories cannot be merged into. */
export async function diagnoseRepositories(parts: {
  readonly installations: readonly Installation[];
  readonly host: Pick<SweepHost, 'repositoriesOf'>;
  readonly defaultBranch: (ref: Parameters<SweepHost['openPullRequests']>[0]) => Promise<{
    readonly branch: string;
    readonly archived: boolean;
  }>;
  readonly octokit: (installationId: number) => Promise<OctokitLike>;
  readonly appId: number;
  readonly webUrl: string;
  readonly manifest: Manifest;
}): Promise<Diagnosis[]> {
  const why = 'A check that is not required holds nothing; one that is not pinned to the App can be posted by others.';
  const lines: Diagnosis[] = [];
  for (const installation of parts.installations) {
    const account = installation.account ?? `installation ${installation.id}`;
    const check = `installation ${account}`;
    if (installation.suspended) {
      lines.push({ check, state: 'note', found: 'suspended', why, fix: 'Unsuspend it on GitHub, or leave it.' });
      continue;
    }
    const accept = `An owner of ${account} accepts the new permissions (settings of the account, "GitHub Apps", Countersign)`;
    lines.push(...ofPermissions(check, installation.permissions, parts.manifest, accept));
    const repositories = await settled(parts.host.repositoriesOf(installation.id));
    if ('error' in repositories) {
      lines.push({ check, state: 'unknown', found: repositories.error, why, fix: 'Try again.' });
      continue;
    }
    const left = repositories.value.values();
    const found: Diagnosis[] = [];
    await Promise.all(
      Array.from({ length: WIDTH }, async () => {
        for (const ref of left) {
          const line = await ofRepository(ref);
          if (line !== null) found.push(line);
        }
      }),
    );
    lines.push(...found.sort((a, b) => (a.check < b.check ? -1 : 1)));
  }
  if (parts.installations.length === 0) {
    const fix = 'Install it from its page on GitHub ("Install App").';
    lines.push({ check: 'installations', state: 'wrong', found: 'the App is installed nowhere', why, fix });
  }
  return lines;

  async function ofRepository(ref: Parameters<typeof parts.defaultBranch>[0]): Promise<Diagnosis | null> {
    const name = `${ref.owner}/${ref.name}`;
    const check = `repository ${name}`;
    const asked = await settled(
      (async () => {
        const { branch, archived } = await parts.defaultBranch(ref);
        if (archived) return null;
        const octokit = await parts.octokit(ref.installationId);
        const place = { owner: ref.owner, repo: ref.name, branch };
        return { branch, requirement: await requirementOf(octokit, place, { name: CHECK_NAME, appId: parts.appId }) };
      })(),
    );
    if ('error' in asked) return { check, state: 'unknown', found: asked.error, why, fix: 'Try again.' };
    if (asked.value === null) return null;
    const { branch, requirement } = asked.value;
    return { check, why, ...saidOf(requirement, branch, `${parts.webUrl}/${name}/settings/rules`) };
  }
}

function saidOf(requirement: Requirement, branch: string, page: string): Pick<Diagnosis, 'state' | 'found' | 'fix'> {
  const add = `${page}: a ruleset for ${branch}, "Require status checks to pass", check \`${CHECK_NAME}\` with this App as its source`;
  switch (requirement.state) {
    case 'pinned':
      return { state: 'ok', found: `${branch} requires \`${CHECK_NAME}\` of this App`, fix: null };
    case 'unpinned':
      return { state: 'wrong', found: `${branch} requires \`${CHECK_NAME}\` from any source`, fix: `${add}.` };
    case 'other-app':
      return {
        state: 'wrong',
        found: `${branch} requires \`${CHECK_NAME}\` from another App (${requirement.appId}): no merge is possible, or not our check decides`,
        fix: `${add}.`,
      };
    case 'not-required':
      return { state: 'wrong', found: `${branch} does not require \`${CHECK_NAME}\``, fix: `${add}.` };
    case 'unreadable':
      return {
        state: 'unknown',
        found: `the rules of ${branch} cannot be read: ${requirement.reason}`,
        fix: `Look at ${page} yourself: \`${CHECK_NAME}\` must be required, with this App as its source.`,
      };
  }
}

/** A value, or why there is none, in words; `away` where nobody answered at all. */
export async function settled<T>(
  work: Promise<T>,
): Promise<{ readonly value: T } | { readonly error: string; readonly away: boolean }> {
  try {
    return { value: await work };
  } catch (error) {
    const away = error instanceof CountersignError && error.code === 'host-unavailable';
    return { error: messageOf(error), away };
  }
}
