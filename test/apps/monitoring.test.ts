import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { COMMANDS } from '../../src/apps/cli/command-table.ts';
import type { Bucket } from '../../src/platform/bucket/bucket.ts';
import { testApp } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');
type Rule = {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
};
const { groups } = parse(read('deploy/monitoring/alerts.yaml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read('deploy/monitoring/dashboard.json')) as {
  panels: { id: number; title: string; targets: { expr: string }[] }[];
};
const pages = readdirSync(`${ROOT}docs/runbooks`).map((name) => `docs/runbooks/${name}`);

const { db } = await testDatabase();

test('every alarm has its page, and every page its alarm', () => {
  expect(rules.map(({ annotations }) => annotations['runbook'] ?? '').toSorted()).toEqual(pages.toSorted());
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  for (const { alert, labels, annotations } of rules) {
    expect(read(annotations['runbook'] ?? '')).toMatch(new RegExp(`^# ${alert}\n`));
    expect(annotations).toMatchObject({ summary: expect.any(String), description: expect.any(String) });
    expect(['page', 'ticket']).toContain(labels['severity']);
  }
});

test('every figure that an alarm or the dashboard asks for is told by the server, with the labels asked for', async () => {
  const bucket = { name: 'files', minBytes: 16_384, trouble: async () => null } as unknown as Bucket;
  const scanner = { scan: () => Promise.reject(new Error('not asked')), trouble: async () => null };
  const text = await (await testApp(db, { bucket, scanner }).call('GET', '/metrics')).text();
  const told = new Set([...text.matchAll(/^# HELP (\S+)/gm)].map(([, name]) => name));
  const asked = [
    ...rules.map(({ expr }) => expr),
    ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ];
  const figures = asked.flatMap((expr) => expr.match(/\b(?:mailroom_[a-z_]+|up)\b/g) ?? []);
  expect(figures.filter((name) => name !== 'up' && !told.has(name))).toEqual([]);
  expect([...told].filter((name) => !figures.includes(name ?? ''))).toEqual([]);
  // A label's words are those of the schema: a state that nothing is in has no sample.
  const schema = read('test/fixtures/schema.txt');
  for (const [, word = ''] of asked.join('\n').matchAll(/mailroom_[a-z]+\{\w+="(\w+)"\}/g))
    expect(schema).toContain(`'${word}'::text`);
});

test('the dashboard names each panel once, and a page names no command that is not there', () => {
  for (const part of ['id', 'title'] as const)
    expect(new Set(dashboard.panels.map((panel) => panel[part])).size).toBe(dashboard.panels.length);
  const names = COMMANDS.map(({ name }) => name);
  for (const [, command = ''] of pages
    .map(read)
    .join('\n')
    .matchAll(/`npx mailroom ([a-z -]*[a-z])/g))
    expect(names.some((name) => command === name || command.startsWith(`${name} `))).toBe(true);
});
