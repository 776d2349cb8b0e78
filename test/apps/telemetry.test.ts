import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMetrics } from '../../src/apps/server/health/metrics.ts';
import { startTelemetry, type Telemetry } from '../../src/apps/server/telemetry/open-telemetry.ts';
import { samplesIn } from '../../src/apps/server/telemetry/samples-in.ts';
import type { Bucket } from '../../src/platform/bucket/bucket.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import type { MailTransport } from '../../src/outbox/smtp/transport.ts';
import { silentLog } from '../../src/platform/log.ts';
import { testApp } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { deliverDue } from '../support/deliver-due.ts';
import { receive, testMailbox } from '../support/intake.ts';
import { oneAccount } from '../support/transports.ts';

type Attribute = { readonly key: string; readonly value: Record<string, unknown> };
type Span = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly Attribute[];
};

const { db } = await testDatabase();
const spans: Span[] = [];
const figures = new Map<string, number>();
const keys: (string | string[] | undefined)[] = [];
const collector = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => (body += text));
  request.on('end', () => {
    keys.push(request.headers['api-key']);
    keep(JSON.parse(body));
    response.setHeader('content-type', 'application/json').end('{}');
  });
});

function keep(told: any): void {
  for (const { scopeSpans } of told.resourceSpans ?? [])
    for (const each of scopeSpans) spans.push(...each.spans);
  for (const { scopeMetrics } of told.resourceMetrics ?? [])
    for (const { metrics } of scopeMetrics)
      for (const { name, gauge } of metrics) figures.set(name, gauge.dataPoints.length);
}

const parsePool = createParsePool({ size: 1 });
const transport: MailTransport = {
  account: 'main',
  async send(_, { to }) {
    return {
      kind: 'answered',
      accepted: [...to],
      refused: [],
      reply: { code: 250, enhancedCode: null, text: 'OK' },
    };
  },
  verify: async () => null,
  close: () => {},
};
const made = testApp(db, { parsePool, transports: oneAccount(transport) });
let telemetry: Telemetry;

beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/`;
  telemetry = await startTelemetry(
    { endpoint, serviceName: 'desk', headers: { 'api-key': 'hush' } },
    { log: silentLog, metrics: createMetrics(made.deps) },
  );
});
afterAll(async () => {
  await parsePool.close();
  collector.close();
});

test('an email is one trace from the relay’s call to SMTP, and tells nothing that somebody wrote', async () => {
  await testMailbox(made.deps);
  await receive(made, { from: 'Carla <carla@customer.example>', subject: 'Walrus' });
  const [row] = await db<{ traceparent: string }[]>`select traceparent from deliveries`;
  await deliverDue(made.deps);
  await telemetry.stop();
  expect(keys).toContain('hush');
  const named = (name: string) => spans.find((span) => span.name === name);
  const [call, file, send, smtp] = ['POST /v1/relay/:mailbox', 'file mail', 'send delivery', 'SMTP'].map(
    named,
  );
  expect(file?.parentSpanId).toBe(call?.spanId);
  expect(send?.parentSpanId).toBe(file?.spanId);
  expect(smtp?.parentSpanId).toBe(send?.spanId);
  expect(new Set([call, file, send, smtp].map((span) => span?.traceId))).toEqual(
    new Set([row?.traceparent.split('-')[1]]),
  );
  expect(JSON.stringify(spans)).not.toMatch(/carla|walrus|support@/i);
  expect(file?.attributes).toContainEqual({ key: 'mailroom.status', value: { stringValue: 'accepted' } });
  expect(figures.get('mailroom_up')).toBe(1);
});

test('a collector is told every figure that the dashboard asks for, the first time already', async () => {
  const bucket = { name: 'files', minBytes: 16_384, trouble: async () => null } as unknown as Bucket;
  const scanner = { scan: () => Promise.reject(new Error('not asked')), trouble: async () => 'away' };
  await testMailbox(made.deps);
  await db`update mailboxes set relay_heard_at = ${made.clock.now()}`;
  await receive(made, {});
  figures.clear();
  const metrics = createMetrics({ ...made.deps, bucket, scanner });
  const { port } = collector.address() as AddressInfo;
  const settings = { endpoint: `http://127.0.0.1:${port}`, serviceName: 'desk', headers: {} };
  const watching = await startTelemetry(settings, { log: silentLog, metrics });
  await watching.stop();
  const told = samplesIn(await metrics());
  for (const name of new Set(told.map((each) => each.name)))
    expect([name, figures.get(name)]).toEqual([name, told.filter((each) => each.name === name).length]);
  const dashboard = readFileSync(new URL('../../deploy/monitoring/dashboard.json', import.meta.url), 'utf8');
  const asked = new Set(dashboard.match(/\bmailroom_[a-z_]+/g));
  // No mailbox of Microsoft 365 is on this desk.
  asked.delete('mailroom_microsoft_lag_seconds');
  expect([...asked].filter((name) => !figures.has(name))).toEqual([]);
});

test('without a collector nothing is kept with a delivery', async () => {
  await testMailbox(made.deps);
  await receive(made, {});
  expect(await db`select traceparent from deliveries`).toEqual([{ traceparent: null }]);
});

test('OpenTelemetry is in one file, which is loaded only where a collector is set', () => {
  const root = fileURLToPath(new URL('../../src/', import.meta.url));
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  );
  const having = (pattern: RegExp) =>
    files.filter((path) => pattern.test(readFileSync(`${root}${path}`, 'utf8')));
  expect(having(/from '@opentelemetry/)).toEqual(['apps/server/telemetry/open-telemetry.ts']);
  expect(having(/^import (?!type)[^;]*open-telemetry\.ts'/m)).toEqual([]);
});
