import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openTraces, wantsTraces } from '../../src/service/traces.ts';
import { openStage } from './support.ts';

afterEach(() => vi.unstubAllEnvs());

describe('traces are wanted', () => {
  test.each([
    ['where an endpoint is named', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example:4318' }, true],
    [
      'where one for traces is named',
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector.example/v1/traces' },
      true,
    ],
    ['nowhere else', {}, false],
    ['not where it is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
    ['not where the SDK is off', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x.example', OTEL_SDK_DISABLED: 'true' }, false],
    [
      'not where traces are off',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x.example', OTEL_TRACES_EXPORTER: 'none' },
      false,
    ],
  ])('%s', (_, env, expected) => {
    expect(wantsTraces(env)).toBe(expected);
  });
});

test('without the variables the work is done as it is, and nothing of OpenTelemetry is loaded', async () => {
  const traces = await openTraces({}, () => undefined);
  const ports = {} as Parameters<typeof traces.watch>[0];
  expect(traces.watch(ports)).toBe(ports);
  expect(await traces.job('review', {}, async () => 7)).toBe(7);
});

interface OtlpSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { readonly key: string }[];
}

test('a review is one trace at the collector: the job, its stages, its requests, and no text of the change', async () => {
  const spans: OtlpSpan[] = [];
  let bodies = '';
  const collector = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += String(piece);
    bodies += body;
    const { resourceSpans } = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] };
    spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{}');
  });
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint);
  const stage = await openStage();
  try {
    const service = await stage.start({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
    const head = await stage.repository.push(
      'traced',
      { 'src/a-telling-name.js': 'export const n = 1;\n' },
      { as: 'Copilot' },
    );
    await stage.repository.open({ branch: 'traced', title: 'A telling title', as: 'Copilot' });
    await stage.repository.completed(head);
    await expect.poll(() => service.ports.store.queue.depth()).toBe(0);
    await service.stop();
  } finally {
    await stage.close();
    collector.close();
  }
  const job = spans.find(({ name }) => name === 'review');
  expect(job?.attributes.map(({ key }) => key)).toEqual(
    expect.arrayContaining(['delivery', 'repository.id', 'headSha', 'review']),
  );
  const own = spans.filter(({ traceId }) => traceId === job?.traceId);
  const names = new Set(own.map(({ name }) => name));
  for (const name of ['files', 'dependencies', 'inspection', 'ledger', 'check-run', 'GitHub GET', 'GitHub PATCH'])
    expect(names).toContain(name);
  const ids = new Set(own.map(({ spanId }) => spanId));
  expect(
    own.filter(({ parentSpanId }) => parentSpanId !== undefined && parentSpanId !== '' && !ids.has(parentSpanId)),
  ).toEqual([]);
  expect(bodies).not.toMatch(/telling/);
});
