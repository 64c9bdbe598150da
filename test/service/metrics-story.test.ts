import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parser } from '@prometheus-io/lezer-promql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { QueueBacklog } from '../../src/core/store.ts';
import { packageFile } from '../../src/package-root.ts';
import type { Service } from '../../src/service/start.ts';
import type { RequestRecord } from '../support/github/index.ts';
import { atRest, until } from '../support/world.ts';
import { openStage, type Stage } from './support.ts';

const TOKEN = 'a-metrics-token-of-thirty-two-chars';
const INJECTION = `import { exec } from 'node:child_process';

export function list(request, response) {
  exec('ls ' + request.query.dir, (error, out) => response.send(out));
}
`;

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

let stage: Stage;
let registry: Server;
let service: Service;
let samples: readonly Sample[];
let types: ReadonlyMap<string, string>;
let entries: Readonly<Record<string, number>>;
let conclusions: readonly string[];
let began: number;
let left: QueueBacklog;
/** Lines of the log, and requests of the service. */
let jobs: readonly string[];
let asked: readonly RequestRecord[];

/** A whole story, with a count of everything that happened in it, beside what the metrics say of it in the end. */
beforeAll(async () => {
  let story = '';
  registry = createServer((request, response) => {
    // Well again before the review is tried again: a try that says the same once more would be counted, and not written down.
    const isAtFault = stage.repository.checkRuns(story).every(({ status }) => status !== 'completed');
    const status = isAtFault && request.url?.includes('broken') === true ? 503 : 404;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end('{"error":"Not found"}');
  });
  registry.listen(0, '127.0.0.1');
  await once(registry, 'listening');
  const npm = { registry: `http://127.0.0.1:${(registry.address() as AddressInfo).port}/` };
  stage = await openStage(
    {},
    { npm, osv: null, denyList: '/dev/null', depsDev: null, npmDownloads: null, sigstore: null },
  );
  const { github, repository } = stage;
  // Opened while nobody listened: the sweep finds it.
  const early = await repository.push('early', { 'src/a.js': 'export const a = 1;\n' }, { as: 'Copilot' });
  await repository.open({ branch: 'early', title: 'Early', as: 'Copilot' });
  await github.settled();
  github.clearLog();
  began = Date.now() / 1000;
  service = await stage.start({ COUNTERSIGN_METRICS_TOKEN: TOKEN });
  await repository.completed(early);

  const dependencies = { 'invented-name': '1.0.0', 'broken-answer': '1.0.0' };
  story = await repository.push('story', { 'package.json': JSON.stringify({ dependencies }) }, { as: 'Copilot' });
  await repository.open({ branch: 'story', title: 'Story', as: 'Copilot' });
  const head = await repository.push('signed', { 'src/list.js': INJECTION }, { as: 'Copilot' });
  const number = await repository.open({ branch: 'signed', title: 'Signed', as: 'Copilot' });
  const run = await repository.completed(head);
  const code = /\br-[0-9a-z]{8}\b/.exec(`${run.summary} ${run.text}`)?.[0] ?? '';
  await repository.comment(number, `/countersign sign F1 ${code} only our own scheduler calls this`, 'ben');
  const pending = await repository.completed(head, { when: ({ actions }) => actions.length > 0 });
  await repository.press(pending.id, pending.actions[0]?.identifier ?? '', 'ben');
  await repository.completed(head, { when: ({ conclusion }) => conclusion === 'success' });
  await github.deliver('pull_request', { action: 'opened' }, { secret: 'a-wrong-secret-of-some-length' });
  await fetch(`${service.address}/api/github/webhooks`, { method: 'POST', body: '{}' });
  const tries = () =>
    stage.lines.filter(
      (line) => line.includes('"a job is done"') && line.includes('"job":"review"') && line.includes(story),
    );
  await until(() => (tries().length > 1 ? true : undefined));

  // What is put off is done when its time comes, on a slow machine in the middle of this: all is read at one moment.
  const text = await until(async () => {
    left = await atRest(github, service.ports.store.queue);
    jobs = stage.lines.filter((line) => line.includes('"a job is done"'));
    asked = github.appRequests().filter(({ caller }) => caller === 'installation');
    const answer = await fetch(`${service.address}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
    const told = await answer.text();
    const found: string[] = [];
    const said: string[] = [];
    for await (const { body } of service.ports.store.ledger.entries(repository.ref.installationId)) {
      const { type, details } = body as { type: string; details: { conclusion?: string } };
      found.push(type);
      if (type === 'verdict') said.push(details.conclusion ?? '');
    }
    entries = counted(found);
    conclusions = said;
    const since = await atRest(github, service.ports.store.queue);
    const done = stage.lines.filter((line) => line.includes('"a job is done"')).length;
    return since.delayed === left.delayed && done === jobs.length ? told : undefined;
  });
  samples = [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = '', labels = '', value]) => ({
    name,
    labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', word = '']) => [key, word])),
    value: Number(value),
  }));
  types = new Map([...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type = '']) => [name, type]));
});
afterAll(async () => {
  await service.stop();
  registry.close();
  await stage.close();
});

/** Of one metric, by one label or all together. */
function sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
  return samples
    .filter((each) => each.name === name && Object.entries(labels).every(([key, word]) => each.labels[key] === word))
    .reduce((total, { value }) => total + value, 0);
}

function by(name: string, label: string): Readonly<Record<string, number>> {
  const words = new Set(samples.filter((each) => each.name === name).map(({ labels }) => labels[label] ?? ''));
  return Object.fromEntries([...words].map((word) => [word, sum(name, { [label]: word })]));
}

function counted(items: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(Object.groupBy(items, (item) => item)).map(([k, v]) => [k, v?.length ?? 0]));
}

describe('after a whole story the metrics say what happened:', () => {
  test('deliveries by event, and answers at the door', () => {
    const taken = stage.github.deliveries.filter(({ at, status }) => at !== null && status !== null && status < 300);
    expect(sum('countersign_deliveries_total')).toBe(taken.length);
    expect(by('countersign_deliveries_total', 'event')).toMatchObject(
      counted(taken.map(({ event }) => event).filter((event) => event !== 'check_suite')),
    );
    const { 400: forged, 401: unsigned, ...good } = by('countersign_webhook_answers_total', 'status');
    expect([forged, unsigned]).toEqual([1, 1]);
    expect(Object.values(good).reduce((a, b) => a + b, 0)).toBe(taken.length);
  });

  test('jobs, by kind and outcome, as many as the log tells of', () => {
    const told = jobs.map((line) => (JSON.parse(line) as { job: string }).job);
    expect(by('countersign_job_seconds_count', 'kind')).toEqual(counted(told));
    expect(by('countersign_job_seconds_count', 'outcome')).toEqual({ done: told.length });
  });

  test('stages of reviews, each with a time', () => {
    const stages = by('countersign_review_stage_seconds_count', 'stage');
    expect(Object.keys(stages).sort()).toEqual(['check-run', 'dependencies', 'evidence', 'files', 'inspection']);
    expect(stages['files']).toBe(sum('countersign_job_seconds_count', { kind: 'review' }));
    expect(sum('countersign_review_stage_seconds_sum')).toBeGreaterThan(0);
  });

  test('verdicts and signatures, as the ledger has them', () => {
    expect(by('countersign_ledger_entries_total', 'type')).toEqual(entries);
    expect(by('countersign_verdicts_total', 'conclusion')).toEqual(counted(conclusions));
    expect(by('countersign_signoffs_total', 'type')).toEqual({ 'sign-off-pending': 1, 'sign-off': 1 });
  });

  test('what sources answered, and when', () => {
    expect(by('countersign_source_answers_total', 'state')).toMatchObject({ absent: 3 });
    expect(sum('countersign_source_answers_total', { state: 'unavailable' })).toBeGreaterThan(0);
    for (const name of ['answer', 'failure']) {
      const at = sum(`countersign_source_last_${name}_timestamp_seconds`);
      expect(at).toBeGreaterThan(began);
      expect(at).toBeLessThanOrEqual(Date.now() / 1000);
    }
  });

  test('requests to GitHub by status, and what is left of them', () => {
    expect(by('countersign_github_requests_total', 'status')).toEqual(counted(asked.map(({ status }) => `${status}`)));
    expect(sum('countersign_github_request_seconds_count')).toBe(asked.length);
    expect(sum('countersign_github_quota_remaining')).toBeGreaterThan(0);
  });

  test('the queue, and the review that no webhook asked for', () => {
    const { delayed, failed } = left;
    const kept = by('countersign_queue_jobs', 'state');
    expect(kept).toEqual({ waiting: 0, running: 0, delayed, failed });
    expect(sum('countersign_queue_oldest_waiting_seconds')).toBe(0);
    expect(sum('countersign_up')).toBe(1);
    expect(sum('countersign_sweep_reviews_total')).toBe(1);
  });
});

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
  readonly panels?: readonly Panel[];
}

const dashboard = JSON.parse(readFileSync(packageFile('docs', 'grafana.json'), 'utf8')) as {
  readonly panels: readonly Panel[];
};
const queries = dashboard.panels
  .flatMap((panel) => [panel, ...(panel.panels ?? [])])
  .flatMap(({ title, targets }) => (targets ?? []).map(({ expr }) => [title, expr] as const));

/** What stands in a query, by kind of node in the grammar of Prometheus' own editor; and whether it can be read. */
function read(query: string) {
  const found: { readonly kind: string; readonly text: string }[] = [];
  let good = true;
  parser.parse(query).iterate({
    enter(node) {
      good &&= !node.type.isError;
      found.push({ kind: node.name, text: query.slice(node.from, node.to) });
    },
  });
  return { good, texts: (kind: string) => found.filter((each) => each.kind === kind).map(({ text }) => text) };
}

describe('the dashboard', () => {
  test('is looked through, and a broken query would be noticed', () => {
    expect(queries.length).toBeGreaterThan(10);
    expect(read('sum by (status) (rate(countersign_up[5m])').good).toBe(false);
  });

  test.each(queries)('%s: its query can be read, and asks for metrics and labels that there are', (_, query) => {
    const { good, texts } = read(query);
    expect(good).toBe(true);
    const names = texts('Identifier').filter((name) => name.startsWith('countersign_'));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const histogram = /^(.*)_(?:bucket|count|sum)$/.exec(name)?.[1] ?? '';
      expect(types.get(histogram) === 'histogram' || types.has(name), name).toBe(true);
    }
    // A label that nothing carries gives one sum of all, or nothing, and no error.
    const labels = new Set(
      samples.filter(({ name }) => names.includes(name)).flatMap((each) => Object.keys(each.labels)),
    );
    for (const label of texts('LabelName')) expect([...labels]).toContain(label);
  });
});
