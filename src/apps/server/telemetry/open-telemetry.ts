import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { TelemetrySettings } from '../../config.ts';
import type { Log } from '../../../platform/log.ts';
import { type SpanStart, traceBy, type Tracer } from '../../../platform/tracing/tracing.ts';
import { samplesIn } from './samples-in.ts';

export type Telemetry = { readonly stop: () => Promise<void> };

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const satisfies Record<SpanStart['kind'], SpanKind>;

/**
 * Sends traces and the figures of `/metrics` by OpenTelemetry's own protocol. A collector that is away costs memory for a few
 * thousand spans and nothing else: what does not fit is dropped.
 */
export async function startTelemetry(
  settings: TelemetrySettings,
  deps: { readonly log: Log; readonly metrics: () => Promise<string>; readonly everyMs?: number },
): Promise<Telemetry> {
  const { endpoint, serviceName, headers } = settings;
  const resource = defaultResource().merge(resourceFromAttributes({ 'service.name': serviceName }));
  const to = (path: string) => ({
    url: `${endpoint.replace(/\/$/, '')}/v1/${path}`,
    headers: { ...headers },
  });
  const provider = new TracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(to('traces')) })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  traceBy(tracerOf(provider));
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(to('metrics')),
    exportIntervalMillis: deps.everyMs ?? 60_000,
  });
  const meters = new MeterProvider({ resource, readers: [reader] });
  await observe(meters, deps);
  return {
    async stop() {
      traceBy(null);
      const ended = await Promise.allSettled([provider.shutdown(), meters.shutdown()]);
      for (const each of ended)
        if (each.status === 'rejected') deps.log.warn({ error: each.reason }, 'telemetry was not sent whole');
      context.disable();
    },
  };
}

const propagator = new W3CTraceContextPropagator();
const GETTER = {
  get: (carrier: Record<string, string>, key: string) => carrier[key],
  keys: (carrier: Record<string, string>) => Object.keys(carrier),
};

function tracerOf(provider: TracerProvider): Tracer {
  const tracer = provider.getTracer('mailroom');
  return {
    run({ name, kind, parent, attributes = {} }, work) {
      const above =
        parent === undefined || parent === null
          ? context.active()
          : propagator.extract(ROOT_CONTEXT, { traceparent: parent }, GETTER);
      return tracer.startActiveSpan(name, { kind: KINDS[kind], attributes }, above, async (span) => {
        try {
          return await work();
        } catch (error) {
          // The log has the error itself, whose text may hold what somebody wrote.
          span.setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          span.end();
        }
      });
    },
    note(attributes) {
      trace.getActiveSpan()?.setAttributes(attributes);
    },
    current() {
      const carrier: Record<string, string> = {};
      propagator.inject(context.active(), carrier, {
        set: (to: Record<string, string>, key, value) => void (to[key] = value),
      });
      return carrier['traceparent'] ?? null;
    },
  };
}

// Every figure of /metrics is a gauge; both ways tell the same numbers under the same names. Those known at the start are
// told from the first time on; one that comes later, from the second.
async function observe(
  meters: MeterProvider,
  { log, metrics }: { readonly log: Log; readonly metrics: () => Promise<string> },
): Promise<void> {
  const meter = meters.getMeter('mailroom');
  const names = new Set<string>();
  // Asked by each gauge: the text is the same for some seconds.
  const read = async () => {
    try {
      return samplesIn(await metrics());
    } catch (error) {
      log.warn({ error }, 'the figures for telemetry could not be read');
      return [];
    }
  };
  const addGauges = async (): Promise<void> => {
    for (const { name, help } of await read()) {
      if (names.has(name)) continue;
      names.add(name);
      meter.createObservableGauge(name, { description: help }).addCallback(async (result) => {
        for (const sample of await read())
          if (sample.name === name) result.observe(sample.value, sample.labels);
      });
    }
  };
  const heart = meter.createObservableGauge('mailroom_up', {
    description: '1 while the process tells how it is.',
  });
  heart.addCallback(async (result) => {
    result.observe(1);
    await addGauges();
  });
  await addGauges();
}
