import { z } from 'zod';
import { CountersignError } from '../core/errors.ts';
import type {
  CheckAction,
  CheckAnnotation,
  CheckOutput,
  CheckRunStart,
  CheckRunState,
  CheckRunUpdate,
  Host,
  RepositoryRef,
} from '../core/host.ts';
import { createMemory } from './cache.ts';
import { isGone } from './failure.ts';
import { type Parameters, placeOf, type Requester } from './request.ts';
import { Annotation, CheckRun, CheckRunList } from './schema.ts';
import { cutBytes, cutCharacters } from './text.ts';

type Checks = Pick<Host, 'startCheckRun' | 'checkRuns' | 'checkRun' | 'updateCheckRun'>;

/** GitHub REST, "Create a check run": annotations a request; bytes of summary and text; buttons and their parts. */
const limits = { annotations: 50, output: 65_535, title: 255, actions: 3, label: 20, description: 40, identifier: 20 };
/** 1,000 runs of one name per suite, a hundred a page. */
const maxPages = 10;

const run = 'GET /repos/{owner}/{repo}/check-runs/{check_run_id}';
const create = 'POST /repos/{owner}/{repo}/check-runs';
const patch = 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}';

export function createChecks(requester: Requester, appId: number): Checks {
  // GitHub appends annotations, so what a run already shows must not be sent again. Known for runs of this process.
  const shown = createMemory<Set<string>>(100_000, (keys) => 10 + keys.size);

  async function runsOn(ref: RepositoryRef, headSha: string): Promise<CheckRun[]> {
    const route = 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs';
    const found: CheckRun[] = [];
    for (let page = 1; page <= maxPages; page += 1) {
      const asked = { ref: headSha, app_id: appId, filter: 'all', per_page: 100, page };
      const answer = await requester.read(ref, route, asked, CheckRunList);
      found.push(...answer.check_runs);
      if (found.length >= answer.total_count || answer.check_runs.length === 0) break;
    }
    return found.filter(({ app }) => app?.id === appId).sort((a, b) => b.id - a.id);
  }

  async function ownRun(ref: RepositoryRef, start: CheckRunStart): Promise<CheckRun | undefined> {
    const runs = await runsOn(ref, start.headSha);
    return runs.find((one) => one.external_id === start.externalId && one.name === start.name);
  }

  /** Keys of the annotations that the run shows. */
  async function annotationsOf(ref: RepositoryRef, id: number): Promise<Set<string>> {
    const route = 'GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations';
    const { items } = await requester.readPages(ref, route, { check_run_id: id }, Annotation, Number.POSITIVE_INFINITY);
    return new Set(
      items.map((one) => keyOf(one.path, one.start_line, one.end_line, one.title ?? '', one.message ?? '')),
    );
  }

  /** One request; after a lost answer the run itself says whether the annotations arrived. */
  async function send(
    ref: RepositoryRef,
    id: number,
    body: Parameters,
    batch: readonly CheckAnnotation[],
  ): Promise<void> {
    const output = { ...z.looseObject({}).parse(body['output']), annotations: batch.map(annotationOf) };
    try {
      await requester.write(ref, patch, { ...body, check_run_id: id, output }, CheckRun);
    } catch (error) {
      if (!(error instanceof CountersignError) || error.code !== 'host-unavailable' || error.retryAfterMs) throw error;
      const there = batch.length === 0 ? new Set<string>() : await annotationsOf(ref, id);
      const missing = batch.filter((one) => !there.has(keyOfOwn(one)));
      const again = { ...output, annotations: missing.map(annotationOf) };
      await requester.write(ref, patch, { ...body, check_run_id: id, output: again }, CheckRun);
    }
  }

  return {
    async startCheckRun(ref, start) {
      const known = start.first ? undefined : await ownRun(ref, start);
      if (known) return stateOf(known);
      const body = {
        name: start.name,
        head_sha: start.headSha,
        external_id: start.externalId,
        status: 'in_progress',
        started_at: start.startedAt,
        ...(start.detailsUrl === undefined ? {} : { details_url: start.detailsUrl }),
        ...(start.output === undefined ? {} : { output: outputOf(start.output) }),
      };
      const made = await createOnce();
      await shown.get(`${placeOf(ref)} ${made.id}`, async () => new Set<string>());
      return stateOf(made);

      /** A create whose answer was lost may have made the run: it is looked for before a second create. */
      async function createOnce(): Promise<CheckRun> {
        try {
          return await requester.write(ref, create, body, CheckRun);
        } catch (error) {
          if (!(error instanceof CountersignError) || error.code !== 'host-unavailable' || error.retryAfterMs)
            throw error;
          return (await ownRun(ref, start)) ?? (await requester.write(ref, create, body, CheckRun));
        }
      }
    },

    async checkRuns(ref, headSha) {
      return (await runsOn(ref, headSha)).map(stateOf);
    },

    async checkRun(ref, id) {
      try {
        return stateOf(await requester.read(ref, run, { check_run_id: id }, CheckRun));
      } catch (error) {
        if (isGone(error)) return null;
        throw error;
      }
    },

    async updateCheckRun(ref, id, update) {
      const output = outputOf(update.output);
      const wanted = unique(update.annotations.map(withinLimits));
      const there =
        wanted.length === 0
          ? new Set<string>()
          : await shown.get(`${placeOf(ref)} ${id}`, () => annotationsOf(ref, id));
      const missing = wanted.filter((one) => !there.has(keyOfOwn(one)));
      const batches = batchesOf(missing);
      for (const batch of batches.slice(0, -1)) {
        await send(ref, id, { output }, batch);
        for (const one of batch) there.add(keyOfOwn(one));
      }
      const last = batches.at(-1) ?? [];
      await send(ref, id, { ...closing(update), output, actions: actionsOf(update.actions) }, last);
      for (const one of last) there.add(keyOfOwn(one));
    },
  };
}

function closing(update: CheckRunUpdate): Parameters {
  const details = update.detailsUrl === undefined ? {} : { details_url: update.detailsUrl };
  if (update.conclusion === undefined) return { ...details, status: 'in_progress' };
  const at = update.completedAt === undefined ? {} : { completed_at: update.completedAt };
  return { ...details, status: 'completed', conclusion: update.conclusion, ...at };
}

function batchesOf(annotations: readonly CheckAnnotation[]): CheckAnnotation[][] {
  const count = Math.max(1, Math.ceil(annotations.length / limits.annotations));
  return Array.from({ length: count }, (_, index) =>
    annotations.slice(index * limits.annotations, (index + 1) * limits.annotations),
  );
}

/** The renderer keeps the limits; this is the last line, so that an overlong text never costs the whole check. */
function outputOf({ title, summary, text }: CheckOutput): Parameters {
  return {
    title: cutCharacters(title, limits.title),
    summary: cutBytes(summary, limits.output),
    ...(text === undefined ? {} : { text: cutBytes(text, limits.output) }),
  };
}

/** A button that is cut would act on something else, so too many or too long ones are our own bug. */
function actionsOf(actions: readonly CheckAction[]): Parameters[] {
  const wrong = actions.find(
    ({ label, description, identifier }) =>
      [...label].length > limits.label ||
      [...description].length > limits.description ||
      [...identifier].length > limits.identifier,
  );
  if (wrong !== undefined || actions.length > limits.actions) {
    throw new RangeError(`GitHub takes three buttons of 20, 40 and 20 characters: ${JSON.stringify(actions)}`);
  }
  return actions.map((action) => ({ ...action }));
}

function withinLimits(one: CheckAnnotation): CheckAnnotation {
  const { startColumn, endColumn, ...rest } = one;
  const columns = {
    ...(startColumn === undefined ? {} : { startColumn }),
    ...(endColumn === undefined ? {} : { endColumn }),
  };
  return {
    ...rest,
    // GitHub refuses columns on an annotation of several lines.
    ...(one.startLine === one.endLine ? columns : {}),
    title: cutCharacters(one.title, limits.title),
    message: cutBytes(one.message, limits.output),
    ...(one.rawDetails === undefined ? {} : { rawDetails: cutBytes(one.rawDetails, limits.output) }),
  };
}

function annotationOf(one: CheckAnnotation): Parameters {
  return {
    path: one.path,
    start_line: one.startLine,
    end_line: one.endLine,
    ...(one.startColumn === undefined ? {} : { start_column: one.startColumn }),
    ...(one.endColumn === undefined ? {} : { end_column: one.endColumn }),
    annotation_level: one.level,
    title: one.title,
    message: one.message,
    ...(one.rawDetails === undefined ? {} : { raw_details: one.rawDetails }),
  };
}

function unique(annotations: readonly CheckAnnotation[]): CheckAnnotation[] {
  return [...new Map(annotations.map((one) => [keyOfOwn(one), one])).values()];
}

function keyOfOwn(one: CheckAnnotation): string {
  return keyOf(one.path, one.startLine, one.endLine, one.title, one.message);
}

function keyOf(...parts: readonly (string | number)[]): string {
  return parts.join('\0');
}

function stateOf(found: CheckRun): CheckRunState {
  const status = found.status === 'completed' || found.status === 'in_progress' ? found.status : 'queued';
  return {
    id: found.id,
    name: found.name,
    headSha: found.head_sha,
    externalId: found.external_id || null,
    status,
    conclusion: found.conclusion,
    htmlUrl: found.html_url ?? null,
  };
}
