import { paged, type Route, readable, refused, repo, route, type Stage, shaOf } from './http.ts';
import type { Json, StoredAnnotation, StoredCheckRun } from './types.ts';
import { checkRunsAt } from './world.ts';

/** Check runs: annotations are appended, buttons kept, and only the App that made a run may change it. */
export const checkRunRoutes: readonly Route[] = [
  route('POST', `${repo}/check-runs`, async (call, [name = ''], stage) => {
    const body = call.body ?? {};
    if (!stage.world.commits.has(String(body['head_sha'])))
      return refused(422, `No commit found for SHA: ${body['head_sha']}`);
    if (call.caller !== 'installation') return refused(403, 'You must authenticate via a GitHub App.');
    const answer = await call.forward();
    if (answer.status !== 201) return answer;
    const run: StoredCheckRun = {
      id: Number((answer.json as Json)['id']),
      repository: name,
      name: String(body['name']),
      headSha: String(body['head_sha']),
      externalId: null,
      status: 'queued',
      conclusion: null,
      startedAt: stage.now(),
      completedAt: null,
      detailsUrl: null,
      title: null,
      summary: null,
      text: null,
      annotations: [],
      actions: [],
      appId: stage.world.app.id,
    };
    stage.world.checkRuns.set(run.id, run);
    const { checkRunsAt: byHead } = stage.world;
    byHead.set(run.headSha, [...(byHead.get(run.headSha) ?? []), run]);
    updateRun(run, body, stage);
    emitRun(stage, run, 'created');
    if (run.status === 'completed') emitRun(stage, run, 'completed');
    return { status: 201, json: stage.shapes.checkRun(run) };
  }),
  route('PATCH', `${repo}/check-runs/(\\d+)`, async (call, [name = '', id = ''], stage) => {
    const run = stage.world.checkRuns.get(+id);
    if (!run || run.repository !== name) return refused(404, 'Not Found');
    if (call.caller !== 'installation' || run.appId !== stage.world.app.id)
      return refused(403, 'Invalid app_id `x` - check run can only be modified by the GitHub App that created it.');
    const { annotations: _left, ...output } = (call.body?.['output'] ?? {}) as Json;
    const answer = await call.forward();
    if (answer.status !== 200) return answer;
    const wasCompleted = run.status === 'completed';
    updateRun(
      run,
      { ...call.body, ...(call.body?.['output'] ? { output: { ...output, annotations: _left } } : {}) },
      stage,
    );
    if (run.status === 'completed' && !wasCompleted) emitRun(stage, run, 'completed');
    return { status: 200, json: stage.shapes.checkRun(run) };
  }),
  route('GET', `${repo}/check-runs/(\\d+)`, async (call, [, id = ''], stage) => {
    const run = stage.world.checkRuns.get(+id);
    if (!run) return refused(404, 'Not Found');
    return readable(call, stage, 'checks') ?? { status: 200, json: stage.shapes.checkRun(run) };
  }),
  route('GET', `${repo}/check-runs/(\\d+)/annotations`, (call, [, id = ''], stage) => {
    const run = stage.world.checkRuns.get(+id);
    if (!run) return refused(404, 'Not Found');
    return readable(call, stage, 'checks') ?? paged(call, run.annotations, (items) => items);
  }),
  route('GET', `${repo}/commits/(.+)/check-runs`, async (call, [name = '', ref = ''], stage) => {
    const sha = await shaOf(call, name, decodeURIComponent(ref), stage);
    const asked = {
      name: call.query.get('check_name'),
      app: call.query.get('app_id'),
      status: call.query.get('status'),
    };
    const runs = checkRunsAt(stage.world, name, sha ?? '')
      .filter((run) => asked.name === null || run.name === asked.name)
      .filter((run) => asked.app === null || String(run.appId) === asked.app)
      .filter((run) => asked.status === null || run.status === asked.status)
      .sort((a, b) => b.id - a.id);
    const latest = runs.filter((run) => runs.find((r) => r.name === run.name && r.appId === run.appId) === run);
    const kept = call.query.get('filter') === 'all' ? runs : latest;
    return (
      readable(call, stage, 'checks') ??
      paged(call, kept.map(stage.shapes.checkRun), (items, total_count) => ({ total_count, check_runs: items }))
    );
  }),
];

function updateRun(run: StoredCheckRun, body: Json, stage: Stage): void {
  const text = (value: unknown, before: string | null): string | null => (typeof value === 'string' ? value : before);
  run.name = text(body['name'], run.name) ?? run.name;
  run.externalId = text(body['external_id'], run.externalId);
  run.detailsUrl = text(body['details_url'], run.detailsUrl);
  run.startedAt = text(body['started_at'], run.startedAt);
  run.status = body['conclusion'] === undefined ? (text(body['status'], run.status) ?? run.status) : 'completed';
  run.conclusion = run.status === 'completed' ? text(body['conclusion'], run.conclusion) : null;
  run.completedAt = run.status === 'completed' ? (text(body['completed_at'], run.completedAt) ?? stage.now()) : null;
  if (Array.isArray(body['actions'])) run.actions = body['actions'] as StoredCheckRun['actions'];
  const output = body['output'] as Json | undefined;
  if (!output) return;
  run.title = text(output['title'], run.title);
  run.summary = text(output['summary'], run.summary);
  run.text = text(output['text'], run.text);
  const added = (output['annotations'] ?? []) as Partial<StoredAnnotation>[];
  const empty = { start_column: null, end_column: null, title: null, raw_details: null };
  run.annotations = [...run.annotations, ...added.map((one) => ({ ...empty, ...one }) as StoredAnnotation)];
}

function emitRun(stage: Stage, run: StoredCheckRun, action: string): void {
  const fields = { action, check_run: stage.shapes.checkRun(run) };
  stage.emit('check_run', run.repository, `${stage.world.app.slug}[bot]`, fields);
}
