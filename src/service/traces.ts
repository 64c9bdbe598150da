import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span, Tracer } from '@opentelemetry/api';
import { messageOf } from '../core/errors.ts';
import type { ObservedRequest } from '../github/request.ts';
import type { Ports } from '../ports.ts';
import { VERSION } from '../version.ts';
import type { Log } from './log.ts';

/** Traces of jobs, of their stages, and of their requests to GitHub. Attributes are numbers and words of ours, never text of a change. */
export interface Traces {
  job<T>(name: string, attributes: Readonly<Record<string, string | number>>, work: () => Promise<T>): Promise<T>;
  /** Notes something about the job that runs. */
  note(attributes: Readonly<Record<string, string | number>>): void;
  /** The same ports, with a span for each stage of a review. */
  watch(ports: Ports): Ports;
  request(request: ObservedRequest): void;
  /** Sends what is left. */
  close(): Promise<void>;
}

/** Without the standard variables nothing is loaded and nothing is done. */
const NO_TRACES: Traces = {
  job: (_name, _attributes, work) => work(),
  note: () => undefined,
  watch: (ports) => ports,
  request: () => undefined,
  close: async () => undefined,
};

/** OpenTelemetry specification, "Environment Variable Specification" and "OTLP Exporter Configuration". */
export function wantsTraces(env: Readonly<Record<string, string | undefined>>): boolean {
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '';
  const off = env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none';
  return endpoint !== '' && !off;
}

/** Traces go where the standard variables say, by OTLP over HTTP; the exporter reads its address and headers from them itself. */
export async function openTraces(env: Readonly<Record<string, string | undefined>>, log: Log): Promise<Traces> {
  if (!wantsTraces(env)) return NO_TRACES;
  const [api, sdk, { OTLPTraceExporter }, resources] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const named = { 'service.name': env['OTEL_SERVICE_NAME'] ?? 'countersign', 'service.version': VERSION };
  const provider = new sdk.TracerProvider({
    resource: resources.defaultResource().merge(resources.resourceFromAttributes(named)),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  api.diag.setLogger(
    {
      error: (message) => log('warn', 'traces could not be sent', { error: message.slice(0, 300) }),
      warn: () => undefined,
      info: () => undefined,
      debug: () => undefined,
      verbose: () => undefined,
    },
    api.DiagLogLevel.ERROR,
  );
  return traces(provider.getTracer('countersign', VERSION), api, () => provider.shutdown());
}

type Api = typeof import('@opentelemetry/api');

function traces(tracer: Tracer, { trace, ROOT_CONTEXT, SpanStatusCode }: Api, close: () => Promise<void>): Traces {
  const running = new AsyncLocalStorage<Span>();

  async function within<T>(
    name: string,
    attributes: Readonly<Record<string, string | number>>,
    work: () => Promise<T>,
  ): Promise<T> {
    const parent = running.getStore();
    const context = parent === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, parent);
    const span = tracer.startSpan(name, { attributes: { ...attributes } }, context);
    try {
      return await running.run(span, work);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : messageOf(error) });
      throw error;
    } finally {
      span.end();
    }
  }

  function staged<A extends readonly unknown[], R>(name: string, act: (...given: A) => Promise<R>) {
    return (...given: A): Promise<R> => within(name, {}, () => act(...given));
  }

  return {
    job: within,
    note(attributes) {
      running.getStore()?.setAttributes({ ...attributes });
    },
    watch(ports) {
      const { host, evidence, inspector, store } = ports;
      return {
        ...ports,
        changes: staged('dependencies', ports.changes),
        evidence: { ...evidence, gather: staged('evidence', evidence.gather.bind(evidence)) },
        inspector: { ...inspector, inspect: staged('inspection', inspector.inspect.bind(inspector)) },
        host: {
          ...host,
          snapshot: staged('files', host.snapshot.bind(host)),
          updateCheckRun: staged('check-run', host.updateCheckRun.bind(host)),
        },
        store: {
          ...store,
          ledger: { ...store.ledger, append: staged('ledger', store.ledger.append.bind(store.ledger)) },
        },
      };
    },
    request({ route, status, ms }) {
      const parent = running.getStore();
      if (parent === undefined) return;
      const end = Date.now();
      const [method = '', path = ''] = route.split(' ');
      tracer
        .startSpan(
          `GitHub ${method}`,
          {
            startTime: end - ms,
            attributes: {
              'http.request.method': method,
              'url.template': path,
              'http.response.status_code': status ?? 0,
            },
          },
          trace.setSpan(ROOT_CONTEXT, parent),
        )
        .end(end);
    },
    close,
  };
}
