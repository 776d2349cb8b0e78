import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Image } from './container-root.ts';

const WITHIN_MS = 120_000;

/** A container that runs. */
export type Running = {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly said: () => string;
};

/** The network that containers share, by a process within it, and the names of its hosts. */
export type Network = { readonly pid: number; readonly hosts: string };

/** What a container engine does: a root directory that is read only, processes of its own, a user without capabilities. */
export function enter(
  image: Image,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  network?: Network,
): string[] {
  const [uid = '', gid = ''] = image.user.split(':');
  const given = Object.entries({ ...image.env, ...env }).map(([name, value]) => `'${name}=${value}'`);
  const { root } = image;
  const script = [
    `mount --bind "${root}" "${root}"`,
    ...(network === undefined ? [] : [`mount --bind "${network.hosts}" "${root}/etc/hosts"`]),
    `mount -o remount,ro,bind "${root}"`,
    `mount -t proc proc "${root}/proc"`,
    `mount -t tmpfs -o mode=1777 tmpfs "${root}/tmp"`,
    `mount --bind /dev "${root}/dev"`,
    `cd "${root}"`,
    `exec chroot "${root}" /usr/bin/env -i ${given.join(' ')} /usr/bin/setpriv --reuid=${uid} --regid=${gid} --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs /bin/sh -c 'cd ${image.workdir} && exec "$@"' sh ${command.map((word) => `'${word}'`).join(' ')}`,
  ].join(' && ');
  const within = network === undefined ? [] : ['nsenter', `--net=/proc/${network.pid}/ns/net`, '--'];
  return [...within, 'unshare', '--mount', '--pid', '--fork', '--kill-child', '--', '/bin/sh', '-ec', script];
}

/** Starts a container whose processes end with it. */
export function start(
  image: Image,
  env: Readonly<Record<string, string>>,
  more: readonly string[],
  network?: Network,
): Running {
  return watch(enter(image, [...image.entrypoint, ...more], env, network));
}

/** Starts a program and keeps what it says. */
export function watch([program = '', ...rest]: readonly string[]): Running {
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, ended, said: () => said.slice(-2000) };
}

/** Process 1 of the container: the child that `unshare` waits for. */
export async function initPid(web: Running): Promise<number> {
  return childOf(web.child.pid ?? 0);
}

/** The server itself, which process 1 has started. */
export async function nodePid(web: Running): Promise<number> {
  return childOf(await initPid(web));
}

/** Ends a container. Whoever gave up being root has lost the signal that comes with its parent's death: its process 1 is killed. */
export async function stop(one: Running): Promise<void> {
  const first = await childOf(one.child.pid ?? 0).catch(() => null);
  if (first !== null && one.child.exitCode === null) process.kill(first, 'SIGKILL');
  one.child.kill('SIGKILL');
  await one.ended;
}

async function childOf(pid: number): Promise<number> {
  const [first] = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ');
  if (first === undefined || first === '') throw new Error(`process ${pid} has no child`);
  return Number(first);
}

/** Tries again until it succeeds; fails with what it and its process said last. */
export async function until(attempt: () => Promise<unknown>, said: () => string): Promise<void> {
  for (const end = performance.now() + WITHIN_MS; ; await pause(500)) {
    const failed = await attempt().then(
      () => null,
      (error: unknown) => error,
    );
    if (failed === null) return;
    if (performance.now() > end) throw new Error(`not in time: ${said()}`, { cause: failed });
  }
}
