import { z } from 'zod';
import type { PackageType } from '../core/dependency.ts';
import type { Advisory } from '../core/evidence.ts';
import type { AdvisoryAnswer, AdvisoryQuestion, AdvisorySource, HttpClient } from '../core/lookup.ts';
import type { Gate } from './gate.ts';

/** The public service of OSV. */
export const OSV_ADDRESS = 'https://api.osv.dev';

/** OSV API, `POST /v1/querybatch`: one result a query, ids only, in order. */
const batchSchema = z.object({
  results: z.array(
    z.object({
      vulns: z.array(z.object({ id: z.string() })).optional(),
      next_page_token: z.string().optional(),
    }),
  ),
});

/** OSV schema 1.7, the parts that say what it is and where it ends. */
const recordSchema = z.object({
  id: z.string(),
  summary: z.string().optional(),
  details: z.string().optional(),
  withdrawn: z.string().optional(),
  database_specific: z
    .object({ severity: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
  affected: z
    .array(
      z.object({
        package: z.object({ name: z.string(), ecosystem: z.string() }).optional(),
        ranges: z.array(z.object({ events: z.array(z.object({ fixed: z.string().optional() })) })).optional(),
      }),
    )
    .optional(),
});

/** Names of ecosystems in OSV (OSV schema, "Defined ecosystems"). */
const ECOSYSTEM: Readonly<Partial<Record<PackageType, string>>> = {
  npm: 'npm',
  pypi: 'PyPI',
  cargo: 'crates.io',
  golang: 'Go',
  gem: 'RubyGems',
  composer: 'Packagist',
  nuget: 'NuGet',
  maven: 'Maven',
  githubactions: 'GitHub Actions',
};

/** OSV takes at most 1,000 queries a batch. */
const BATCH = 1000;

/** Advisories from OSV: one request a thousand packages, and one for each advisory found. */
export function createOsv(settings: {
  readonly base: string;
  readonly http: HttpClient;
  readonly gate: Gate;
}): AdvisorySource {
  const base = settings.base.replace(/\/+$/, '');
  const records = new Map<string, Promise<Advisory | Unavailable | null>>();

  async function lookUp(
    questions: readonly AdvisoryQuestion[],
    signal: AbortSignal,
  ): Promise<readonly AdvisoryAnswer[]> {
    const asked = questions
      .map((question, place) => ({ question, place }))
      .filter(({ question }) => ECOSYSTEM[question.type] !== undefined);
    const answers: AdvisoryAnswer[] = questions.map(() => ({ state: 'known', advisories: [] }));
    for (let from = 0; from < asked.length; from += BATCH) {
      const lot = asked.slice(from, from + BATCH);
      const found = await askBatch(
        lot.map(({ question }) => question),
        signal,
      );
      for (const [index, { place, question }] of lot.entries()) {
        const ids =
          'reason' in found
            ? found
            : (found[index] ?? unavailable('answered for fewer packages than were asked', true));
        answers[place] = 'reason' in ids ? ids : await advisoriesFor(ids, question, signal);
      }
    }
    return answers;
  }

  async function askBatch(
    questions: readonly AdvisoryQuestion[],
    signal: AbortSignal,
  ): Promise<readonly (readonly string[] | Unavailable)[] | Unavailable> {
    const queries = questions.map(({ type, name, version }) => ({
      package: { name, ecosystem: ECOSYSTEM[type] ?? '' },
      ...(version === null ? {} : { version: type === 'golang' ? version.replace(/^v/, '') : version }),
    }));
    const answer = await settings.gate.ask(
      () => settings.http({ url: `${base}/v1/querybatch`, method: 'POST', body: { queries }, signal }),
      signal,
    );
    if (answer.state === 'unavailable') return answer;
    const parsed = batchSchema.safeParse(jsonOf(answer.body));
    if (answer.status !== 200 || !parsed.success || parsed.data.results.length !== questions.length) {
      return unavailable('answered with something that is no batch of advisories', true);
    }
    return parsed.data.results.map((result) =>
      result.next_page_token === undefined
        ? (result.vulns ?? []).map((each) => each.id)
        : unavailable('has more advisories than one page', false),
    );
  }

  async function advisoriesFor(
    ids: readonly string[],
    question: AdvisoryQuestion,
    signal: AbortSignal,
  ): Promise<AdvisoryAnswer> {
    const read = await Promise.all(ids.map((id) => recordOf(id, question, signal)));
    const advisories: Advisory[] = [];
    for (const [index, each] of read.entries()) {
      if (each === null) continue;
      if (!('reason' in each)) {
        advisories.push(each);
        continue;
      }
      // What matters most stands in the id itself; a text that is late does not make malware unknown.
      const id = ids[index] ?? '';
      if (!isMalware(id)) return each;
      advisories.push({ id, summary: 'malicious code is reported in this version', malicious: true });
    }
    return { state: 'known', advisories };
  }

  function recordOf(
    id: string,
    question: AdvisoryQuestion,
    signal: AbortSignal,
  ): Promise<Advisory | Unavailable | null> {
    const key = `${id} ${question.type} ${question.name}`;
    const kept = records.get(key);
    if (kept !== undefined) return kept;
    const reading = readRecord(id, question, signal).then((record) => {
      if (record !== null && 'reason' in record) records.delete(key);
      return record;
    });
    records.set(key, reading);
    return reading;
  }

  async function readRecord(
    id: string,
    question: AdvisoryQuestion,
    signal: AbortSignal,
  ): Promise<Advisory | Unavailable | null> {
    const answer = await settings.gate.ask(
      () => settings.http({ url: `${base}/v1/vulns/${encodeURIComponent(id)}`, signal }),
      signal,
    );
    if (answer.state === 'unavailable') return answer;
    const parsed = recordSchema.safeParse(jsonOf(answer.body));
    if (answer.status !== 200 || !parsed.success || parsed.data.id !== id)
      return unavailable('answered with something that is no advisory', true);
    return parsed.data.withdrawn === undefined ? advisoryOf(parsed.data, question) : null;
  }

  return { source: 'osv', covers: (type) => ECOSYSTEM[type] !== undefined, look: lookUp };
}

interface Unavailable {
  readonly state: 'unavailable';
  readonly reason: string;
  readonly transient: boolean;
}

function advisoryOf(record: z.infer<typeof recordSchema>, question: AdvisoryQuestion): Advisory {
  const own = record.affected?.filter(
    (each) => each.package?.name === question.name && each.package.ecosystem === ECOSYSTEM[question.type],
  );
  const fixed = own
    ?.flatMap((each) => each.ranges ?? [])
    .flatMap((range) => range.events)
    .flatMap((event) => event.fixed ?? []);
  const severity = severityOf(record.database_specific?.severity);
  const fixedIn = fixed?.at(-1);
  return {
    id: record.id,
    summary: (record.summary ?? record.details ?? '').split('\n')[0]?.slice(0, 200) ?? '',
    malicious: isMalware(record.id),
    ...(fixedIn === undefined ? {} : { fixedIn }),
    ...(severity === undefined ? {} : { severity }),
  };
}

function isMalware(id: string): boolean {
  return id.startsWith('MAL-');
}

function severityOf(word: string | undefined): Advisory['severity'] | undefined {
  const lower = word?.toLowerCase();
  if (lower === 'medium') return 'moderate';
  return lower === 'low' || lower === 'moderate' || lower === 'high' || lower === 'critical' ? lower : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema refuses undefined, and the caller says what was wrong.
    return undefined;
  }
}

function unavailable(reason: string, transient: boolean): Unavailable {
  return { state: 'unavailable', reason, transient };
}
