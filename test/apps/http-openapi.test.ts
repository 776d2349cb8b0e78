import { expect, test } from 'vitest';
import { problemOf, testApp } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';

const { db } = await testDatabase();
const { app, call } = testApp(db);

type Json = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly [key: string]: unknown;
};
type Operation = {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema?: Json }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Json }>> };
  readonly responses: Readonly<
    Record<
      string,
      { readonly description?: string; readonly content?: Readonly<Record<string, { schema?: Json }>> }
    >
  >;
};
type Document = {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

const METHODS = new Set(['get', 'post', 'put', 'patch', 'delete']);
const document = (await (await call('GET', '/openapi.json')).json()) as Document;

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, operation, name: `${method} ${path}` })),
);

test('the document is OpenAPI 3.1 with its required parts', () => {
  expect(document.openapi).toMatch(/^3\.1\.\d+$/);
  expect(document.info).toMatchObject({
    title: 'Mailroom',
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
  });
  expect(operations.length).toBeGreaterThan(10);
});

test.each(operations)('$name is described as OpenAPI 3.1 asks', ({ path, method, operation }) => {
  expect(METHODS.has(method)).toBe(true);
  expect(operation.summary).toMatch(/\S/);
  const parameters = operation.parameters ?? [];
  const namedInPath = new Set([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
  expect(new Set(parameters.filter((each) => each.in === 'path').map((each) => each.name))).toEqual(
    namedInPath,
  );
  expect(new Set(parameters.map((each) => `${each.in} ${each.name}`)).size).toBe(parameters.length);

  const statuses = Object.keys(operation.responses);
  expect(statuses.filter((status) => !/^[1-5]\d\d$/.test(status))).toEqual([]);
  expect(statuses.some((status) => status.startsWith('2'))).toBe(true);
  for (const status of statuses.filter((each) => !each.startsWith('2'))) {
    expect(Object.keys(operation.responses[status]?.content ?? {})).toEqual(['application/problem+json']);
  }
  expect(Object.values(operation.responses).map((response) => response.description)).not.toContain('');
  const contents = [operation.requestBody, ...Object.values(operation.responses)].flatMap((each) =>
    Object.values(each?.content ?? {}),
  );
  const schemas = [...parameters, ...contents].map((each) => each.schema);
  expect(schemas.flatMap((schema) => schemaFaults(schema, '#'))).toEqual([]);
});

test('every operation has an id of its own, and every one below /v1 but the relay and signing in asks for the token or a session', () => {
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(ids.every((id) => id !== undefined && /^[a-z]\w+$/i.test(id))).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { name, path, operation } of operations) {
    const open = !path.startsWith('/v1/') || path.startsWith('/v1/relay/') || path === '/v1/sign-in';
    const security = open ? [] : [{ token: [] }, { session: [] }];
    expect([name, operation.security ?? []]).toEqual([name, security]);
    expect([name, Object.keys(operation.responses)]).toEqual([
      name,
      expect.arrayContaining(open ? [] : ['401']),
    ]);
  }
  expect(document.components.securitySchemes?.token).toMatchObject({ type: 'http', scheme: 'bearer' });
});

test('the document lists each part of the interface that an operation names, and no other', () => {
  const named = operations.flatMap(({ operation }) => operation.tags ?? []);
  expect(document.tags.map(({ name }) => name).toSorted()).toEqual([...new Set(named)].toSorted());
});

test('what is documented is what is served, below /v1', () => {
  const served = app.routes
    .filter((route) => route.method !== 'ALL' && route.path.startsWith('/v1/'))
    .map((route) => `${route.method.toLowerCase()} ${route.path.replaceAll(/:(\w+)/g, '{$1}')}`);
  const documented = operations.map(({ name }) => name).filter((name) => name.includes(' /v1/'));
  expect([...new Set(served)].toSorted()).toEqual(documented.toSorted());
});

test('every operation that asks for the token is refused without it', async () => {
  for (const { path, method, operation } of operations) {
    if (operation.security === undefined) continue;
    await problemOf(
      await call(method.toUpperCase(), path.replaceAll(/\{\w+\}/g, '1')),
      401,
      'unauthenticated',
    );
  }
});

test('the docs page and all it loads come from this server', async () => {
  const page = await call('GET', '/docs');
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe-inline/);
  const html = await page.text();
  expect(html).not.toMatch(/(?:https?:)?\/\/[a-z]/i);
  const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => String(match[1]));
  expect(loaded.length).toBeGreaterThan(2);
  for (const path of loaded) {
    const response = await call('GET', path);
    expect([path, response.status]).toEqual([path, 200]);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(100);
  }
  const start = await (await call('GET', '/docs/start.js')).text();
  expect(start).toContain("url: '/openapi.json'");
  expect(start).not.toMatch(/\/\/[a-z]/i);
});

test('the shared schemas are as sound as those of the operations', () => {
  const faults = Object.entries(document.components.schemas ?? {}).flatMap(([name, schema]) =>
    schemaFaults(schema as Json, name),
  );
  expect(faults).toEqual([]);
});

test('whoever reads the document learns of every field and parameter what it holds', () => {
  const mute = (at: string, value: Json | undefined): string[] => {
    const parts = value?.['properties'] ?? (value?.['items'] as Json | undefined)?.['properties'] ?? {};
    const said = ['$ref', 'description', 'example', 'enum'].some((name) => value?.[name] !== undefined);
    const within = Object.entries(parts).flatMap(([name, part]) => mute(`${at}.${name}`, part as Json));
    return said ? within : [at, ...within];
  };
  const fields = Object.entries(document.components.schemas ?? {}).flatMap(([name, schema]) =>
    mute(name, { description: '', ...(schema as Json) }),
  );
  const parameters = operations.flatMap(({ name, operation }) =>
    (operation.parameters ?? []).flatMap((each) => mute(`${name} ${each.name}`, { ...each.schema, ...each })),
  );
  expect([...fields, ...parameters]).toEqual([]);
});

const SCHEMA_TYPES = new Set(['null', 'boolean', 'object', 'array', 'number', 'string', 'integer']);
const NUMBERS = ['exclusiveMinimum', 'exclusiveMaximum', 'minimum', 'maximum'];

/** Keywords that changed between OpenAPI 3.0 and 3.1 are where a generator goes wrong. */
function schemaFaults(schema: Json | undefined, path: string): string[] {
  if (typeof schema !== 'object') return [`${path}: no schema`];
  if (schema.$ref !== undefined) {
    const name = /^#\/components\/schemas\/(\w+)$/.exec(schema.$ref)?.[1] ?? '';
    return Object.hasOwn(document.components.schemas ?? {}, name)
      ? []
      : [`${path}: ${schema.$ref} leads nowhere`];
  }
  const types = [schema.type ?? []].flat().map(String);
  const lists = ['anyOf', 'allOf', 'oneOf', 'prefixItems'].flatMap((keyword) =>
    ((schema[keyword] ?? []) as readonly Json[]).map((part) => [`${path}/${keyword}`, part] as const),
  );
  const properties = Object.entries(schema.properties ?? {}).map(
    ([name, part]) => [`${path}/${name}`, part as Json] as const,
  );
  const items = 'items' in schema ? [[`${path}/items`, schema.items as Json] as const] : [];
  return [
    ...('nullable' in schema ? [`${path}: nullable is OpenAPI 3.0`] : []),
    ...NUMBERS.filter((each) => each in schema && typeof schema[each] !== 'number').map(
      (each) => `${path}: ${each}`,
    ),
    ...types.filter((type) => !SCHEMA_TYPES.has(type)).map((type) => `${path}: type ${type}`),
    ...[...lists, ...properties, ...items].flatMap(([at, part]) => schemaFaults(part, at)),
  ];
}
