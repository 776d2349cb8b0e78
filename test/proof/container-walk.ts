import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { HERE } from '../bench/desk.ts';
import { buildImage, type Image, runHost } from './container-root.ts';
import { enter, type Network, type Running, start, stop, until, watch } from './container-run.ts';
import { inService, startPostgres, startProxy } from './container-services.ts';
import { ensure, type Figures } from './proof.ts';

/** What deploy/README.md tells a newcomer to run, in order; what it tells them next has to be walked here, too. */
const COMMANDS = [
  'docker build -f deploy/Dockerfile -t mailroom .',
  'cat > .env <<SETTINGS',
  'docker compose up --build --detach --wait',
  'docker compose exec web node src/apps/cli/main.ts operator list',
  'cp -r deploy/kubernetes/overlays/example deploy/kubernetes/overlays/ours',
  'cp deploy/kubernetes/overlays/ours/secret.env.example deploy/kubernetes/overlays/ours/secret.env',
  'kubectl kustomize deploy/kubernetes/overlays/ours',
  'kubectl apply --kustomize deploy/kubernetes/overlays/ours',
] as const;
/** compose's network, with an address for each service. */
const ADDRESSES = { postgres: 2, catcher: 3, web: 4, worker: 5, proxy: 6 } as const;
const SERVICES =
  'FROM base AS services\nRUN apt-get update && apt-get install --yes --no-install-recommends postgresql caddy curl';

const CURL = ['--insecure', '--silent', '--show-error', '--fail', '--max-time', '20'];

/** A service of compose.yaml, its settings filled in. */
export type Service = {
  readonly environment: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly healthcheck?: { readonly test?: readonly string[] };
};
type Services = Readonly<Record<'migrate' | 'web' | 'worker' | 'postgres' | 'proxy', Service>>;

/**
 * Walks deploy/README.md as a newcomer. Where no engine is needed a command runs as it is written; what `docker compose`
 * stands for is done by hand: its services with the very environment, command, user and health check of compose.yaml, with
 * Debian's PostgreSQL and Caddy and a mail catcher of ours in the place of their images.
 */
export async function walkReadme(
  image: Image,
  place: { readonly base: string; readonly folder: string },
  progress: (step: string) => void,
): Promise<Figures> {
  const commands = commandsIn(await readFile(join(HERE, 'deploy/README.md'), 'utf8'));
  const first = commands.map((each) => each.split('\n')[0]);
  ensure(
    JSON.stringify(first) === JSON.stringify(COMMANDS),
    `the README has the commands that are walked: ${first.join('; ')}`,
  );
  const desk = join(place.folder, 'walk');
  await cp(join(HERE, 'deploy'), join(desk, 'deploy'), { recursive: true });
  const [, settings = '', , , ...copies] = commands;
  await runHost(['sh', '-ec', settings], null, join(desk, 'deploy'));
  const kustomized = await kustomize(copies, desk);
  const services = await buildImage(SERVICES, { ...place, context: HERE }, progress);
  return {
    'commands of deploy/README.md walked': COMMANDS.length,
    ...(await compose({ image, services, desk }, progress)),
    ...kustomized,
  };
}

function commandsIn(readme: string): string[] {
  return [...readme.matchAll(/```sh\n(.*?)```/gs)].flatMap(
    ([, block = '']) => block.trim().match(/^.*<<(\w+)\n[\s\S]*?^\1$|^.+$/gm) ?? [],
  );
}

async function kustomize(commands: readonly string[], desk: string): Promise<Figures> {
  const what = 'resources that kubectl kustomize makes of a copied overlay';
  const isThere = await runHost(['sh', '-c', 'command -v kubectl']).then(
    () => true,
    () => false,
  );
  const [copyOverlay = '', copySecret = '', make = ''] = commands;
  for (const each of [copyOverlay, copySecret]) await runHost(['sh', '-ec', each], null, desk);
  if (!isThere) return { [what]: 'not tried: there is no kubectl on this machine' };
  const made = await runHost(['sh', '-ec', make], null, desk);
  return { [what]: made.match(/^kind: /gm)?.length ?? 0 };
}

type Parts = { readonly image: Image; readonly services: Image; readonly desk: string };

async function compose({ image, services, desk }: Parts, progress: (step: string) => void): Promise<Figures> {
  const of = await readCompose(join(desk, 'deploy'));
  const running: Running[] = [];
  const keep = (one: Running): Running => {
    running.push(one);
    return one;
  };
  try {
    const network = await makeNetwork(desk, keep);
    for (const { root } of [image, services]) await writeFile(join(root, 'etc/hosts'), '');
    const began = performance.now();
    progress('compose: postgres, catcher');
    await startPostgres(services, network, of.postgres, keep);
    keep(
      watch([
        'nsenter',
        `--net=/proc/${network.pid}/ns/net`,
        process.execPath,
        join(HERE, 'test/proof/catcher-process.ts'),
      ]),
    );
    progress('compose: migrate');
    const { entrypoint = [], environment } = of.migrate;
    const migrated = keep(start({ ...image, entrypoint }, environment, [], network));
    ensure((await migrated.ended) === 0, `migrate succeeds: ${migrated.said()}`);
    progress('compose: web, worker, proxy');
    for (const { environment: env, command = [] } of [of.web, of.worker]) {
      const one = keep(start(image, env, command, network));
      await until(
        () => runHost(enter(image, image.healthcheck, env, network)),
        () => one.said(),
      );
    }
    const proxy = keep(
      await startProxy(services, network, { caddyfile: join(desk, 'deploy/Caddyfile'), ...of.proxy }),
    );
    const curl = (...more: string[]) => runHost(inService(services, network, ['curl', ...CURL, ...more]));
    await until(
      () => curl('https://localhost/readyz'),
      () => proxy.said(),
    );
    const upMs = Math.round(performance.now() - began);
    progress('the newcomer signs in');
    const listed = await runHost(
      enter(image, ['node', 'src/apps/cli/main.ts', 'operator', 'list'], of.web.environment, network),
    );
    const email = of.web.environment['ADMIN_EMAIL'] ?? '';
    ensure(listed.includes(email), `operator list names the first operator: ${listed}`);
    await signIn(curl, email);
    return {
      'seconds until the services of compose are healthy, and the desk answers over TLS': Math.round(
        upMs / 1000,
      ),
      'a link from the mail catcher signs the first operator in over TLS': 'yes',
    };
  } finally {
    await Promise.all(running.map(stop));
  }
}

async function readCompose(folder: string): Promise<Services> {
  const env = new Map(
    (await readFile(join(folder, '.env'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => line.split(/=(.*)/s, 2) as [string, string]),
  );
  const text = (await readFile(join(folder, 'compose.yaml'), 'utf8')).replaceAll(
    /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (_, name: string, kind: string | undefined, otherwise = '') => {
      const value = env.get(name) ?? '';
      ensure(value !== '' || kind === '-', `.env has ${name}: ${otherwise}`);
      return value === '' ? otherwise : value;
    },
  );
  const { services } = parse(text, { merge: true }) as { services: Services };
  return Object.fromEntries(
    Object.entries(services).map(([name, { environment, ...rest }]) => [
      name,
      {
        ...rest,
        environment: environment ?? {},
      },
    ]),
  ) as Services;
}

// Of its own, so that the ports of compose.yaml are free; a service is reached by its name, as compose has it.
async function makeNetwork(folder: string, keep: (one: Running) => Running): Promise<Network> {
  const addresses = Object.values(ADDRESSES).map((last) => `ip address add 172.28.0.${last}/24 dev eth0`);
  // Addresses of loopback alone would be no network to the library that sends: it would look up no name.
  const links = [
    'ip link add eth0 type veth peer name eth1',
    ...['lo', 'eth0', 'eth1'].map((link) => `ip link set ${link} up`),
  ];
  const script = [...links, ...addresses, 'echo up', 'exec sleep infinity'].join(' && ');
  const one = keep(watch(['unshare', '--net', '--', '/bin/sh', '-ec', script]));
  await until(
    async () => ensure(one.said().includes('up'), 'the network is up'),
    () => one.said(),
  );
  const hosts = join(folder, 'hosts');
  const names = Object.entries(ADDRESSES).map(([name, last]) => `172.28.0.${last} ${name}\n`);
  await writeFile(hosts, `127.0.0.1 localhost\n${names.join('')}`);
  return { pid: one.child.pid ?? 0, hosts };
}

async function signIn(curl: (...more: string[]) => Promise<string>, email: string): Promise<void> {
  const own = ['--header', 'Sec-Fetch-Site: same-origin', '--header', 'Origin: https://localhost'];
  ensure((await curl('https://localhost/sign-in')).includes('name="email"'), 'the page asks for an address');
  await curl(...own, '--data-urlencode', `email=${email}`, 'https://localhost/sign-in');
  let link: string | undefined;
  await until(
    async () => {
      const mails = await curl('http://localhost:8025');
      link = /https:\/\/localhost\/sign-in\S+/.exec(
        mails.replaceAll(/=\r\n/g, '').replaceAll('=3D', '='),
      )?.[0];
      ensure(link !== undefined, 'a link is in the catcher');
    },
    () => '',
  );
  const token = new URL(link ?? '').searchParams.get('token') ?? '';
  ensure((await curl(link ?? '')).includes(token), 'the link shows a button');
  const headers = await curl(
    ...own,
    '--include',
    '--data-urlencode',
    `token=${token}`,
    'https://localhost/sign-in',
  );
  const cookie = /^set-cookie: ([^;]+);.*secure/im.exec(headers)?.[1];
  ensure(cookie !== undefined, `the button signs in, with a cookie for TLS alone: ${headers}`);
  const page = await curl('--location', '--header', `Cookie: ${cookie}`, 'https://localhost/requests');
  ensure(page.includes('<main'), 'the console shows its requests');
}
