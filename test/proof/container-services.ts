import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Image, runHost } from './container-root.ts';
import { type Network, type Running, until, watch } from './container-run.ts';

type Environment = Readonly<Record<string, string>>;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A command in the root directory of Debian's services, on compose's network. */
export function inService(
  { root }: Image,
  { pid, hosts }: Network,
  command: readonly string[],
  { user = 'root', env = {} }: { readonly user?: string; readonly env?: Environment } = {},
): string[] {
  const given = Object.entries({ PATH, HOME: '/root', ...env }).map(([name, value]) => `'${name}=${value}'`);
  const script = [
    `mount --bind "${hosts}" "${root}/etc/hosts"`,
    `mount -t proc proc "${root}/proc"`,
    `mount --bind /dev "${root}/dev"`,
    `exec chroot "${root}" /usr/bin/setpriv --reuid=${user} --regid=${user} --init-groups /usr/bin/env -i ${given.join(' ')} ${command.map((word) => `'${word}'`).join(' ')}`,
  ].join(' && ');
  const alone = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--', '/bin/sh', '-ec', script];
  return ['nsenter', `--net=/proc/${pid}/ns/net`, '--', ...alone];
}

type Postgres = {
  readonly environment: Environment;
  readonly healthcheck?: { readonly test?: readonly string[] };
};

/** PostgreSQL with the role, password and database of its environment, as its image makes them, once its health check succeeds. */
export async function startPostgres(
  services: Image,
  network: Network,
  { environment, healthcheck }: Postgres,
  keep: (one: Running) => Running,
): Promise<void> {
  const {
    POSTGRES_USER: role = '',
    POSTGRES_PASSWORD: password = '',
    POSTGRES_DB: database = '',
  } = environment;
  const [version = ''] = await readdir(join(services.root, 'usr/lib/postgresql'));
  const bin = `/usr/lib/postgresql/${version}/bin`;
  const data = '/var/lib/postgresql/walk';
  const secret = join(services.root, 'var/lib/postgresql/secret');
  await writeFile(secret, password, { mode: 0o644 });
  const env = { LC_ALL: 'C.UTF-8' };
  const run = (...command: string[]) =>
    runHost(inService(services, network, command, { user: 'postgres', env }));
  await run(
    `${bin}/initdb`,
    '-D',
    data,
    '-U',
    role,
    '--pwfile=/var/lib/postgresql/secret',
    '--auth-host=scram-sha-256',
  );
  await run('sh', '-c', `echo host all all all scram-sha-256 >> ${data}/pg_hba.conf`);
  const options = ['-c', 'listen_addresses=*', '-c', 'unix_socket_directories=/tmp'];
  const one = keep(
    watch(
      inService(services, network, [`${bin}/postgres`, '-D', data, ...options], { user: 'postgres', env }),
    ),
  );
  const [, ...check] = healthcheck?.test ?? [];
  await until(() => run(...check, '--host=/tmp'), one.said);
  await run('createdb', '--host=/tmp', '-U', role, database);
}

/** Caddy with the Caddyfile, as its image starts it. */
export async function startProxy(
  services: Image,
  network: Network,
  { caddyfile, environment }: { readonly caddyfile: string; readonly environment: Environment },
): Promise<Running> {
  await mkdir(join(services.root, 'etc/caddy'), { recursive: true });
  await cp(caddyfile, join(services.root, 'etc/caddy/Caddyfile'));
  const command = ['caddy', 'run', '--config', '/etc/caddy/Caddyfile', '--adapter', 'caddyfile'];
  return watch(inService(services, network, command, { env: environment }));
}
