import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildImage, type Image, readDockerfile, runHost } from './container-root.ts';
import { enter, initPid, nodePid, type Running, start, stop } from './container-run.ts';
import { walkReadme } from './container-walk.ts';
import { freePort } from './of-the-machine.ts';
import { ensure, type Figures, type Proof, type ProofPlace } from './proof.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const READY_MS = 90_000;
/** Tools that build things: an image that has them is larger, and helps whoever breaks into it. */
const BUILDERS = ['npm', 'npx', 'gcc', 'cc', 'make', 'python3', 'git', 'curl', 'wget'];

/** The image's steps run one by one in root directories made by Debian's own tools, and what they made runs as a container would. */
export const container: Proof = {
  name: 'container',
  title: 'The container image built step by step, and run with nothing to write to',
  async run(place) {
    ensure(process.getuid?.() === 0, 'the proof runs as root: it makes root directories and enters them');
    ensure(existsSync('/usr/sbin/debootstrap'), 'debootstrap is installed: apt-get install debootstrap');
    const folder = await mkdtemp(join(tmpdir(), 'mailroom-image-'));
    try {
      const base = process.env['PROOF_BASE'] ?? (await makeBase(folder, place));
      const dockerfile = await readDockerfile(join(ROOT, 'deploy/Dockerfile'));
      const image = await buildImage(dockerfile, { context: ROOT, base, folder }, place.progress);
      const ran = { ...(await lookAt(image)), ...(await runIt(image, place)) };
      return { ...ran, ...(await walkReadme(image, { base, folder }, place.progress)) };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function makeBase(folder: string, { progress }: ProofPlace): Promise<string> {
  progress('debootstrap');
  const base = join(folder, 'base');
  await runHost(['debootstrap', '--variant=minbase', 'trixie', base, 'http://deb.debian.org/debian']);
  return base;
}

async function lookAt(image: Image): Promise<Figures> {
  const inside = (path: string) => join(image.root, path);
  const found = BUILDERS.filter((name) =>
    ['usr/bin', 'usr/local/bin', 'bin'].some((at) => existsSync(inside(`${at}/${name}`))),
  );
  ensure(found.length === 0, `the image has no tools to build with (${found.join(', ')})`);
  const sbom = JSON.parse(await readFile(inside('app/sbom/npm.cdx.json'), 'utf8')) as {
    components: { name: string; version: string }[];
  };
  ensure(
    sbom.components.some(({ name }) => name === 'hono'),
    'the list of what is in the image names hono',
  );
  ensure(!sbom.components.some(({ name }) => name === 'vitest'), 'it names nothing that only tests need');
  const packages = (await readFile(inside('app/sbom/debian.txt'), 'utf8')).trim().split('\n');
  ensure(
    packages.some((line) => line.startsWith('tini')),
    'and the packages of Debian',
  );
  const [size = ''] = (await runHost(['du', '-sm', image.root])).split('\t');
  return {
    'MB in the image': Number(size),
    'npm packages listed': sbom.components.length,
    'Debian packages listed': packages.length,
  };
}

async function runIt(image: Image, place: ProofPlace): Promise<Figures> {
  const port = await freePort();
  const web = start(image, { PORT: String(port), DATABASE_URL: place.url, APP_SECRET: 'x'.repeat(40) }, [
    '--web',
  ]);
  try {
    const began = performance.now();
    await healthy(image, web, port);
    const ready = Math.round(performance.now() - began);
    const status = await readFile(`/proc/${await nodePid(web)}/status`, 'utf8');
    ensure(/^Uid:\t10001\t10001/m.test(status), 'the server runs as user 10001');
    ensure(/^CapEff:\t0+$/m.test(status), 'it has no capabilities');
    ensure(/^NoNewPrivs:\t1$/m.test(status), 'it gains no privileges');
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
    ensure(answer.status === 200, 'it is ready on the database');
    ensure((await fetch(`http://127.0.0.1:${port}/docs`)).status === 200, 'it serves the docs');
    const refused = await tryToWrite(image, web);
    ensure(refused, 'nothing in its root directory can be written');
    const stopping = performance.now();
    process.kill(await initPid(web), 'SIGTERM');
    const code = await web.ended;
    ensure(code === 0, `SIGTERM to process 1 ends it in order (${String(code)}: ${web.said()})`);
    return {
      'ms until healthy': ready,
      'ms from SIGTERM to the end': Math.round(performance.now() - stopping),
    };
  } finally {
    await stop(web);
  }
}

async function healthy(image: Image, web: Running, port: number): Promise<void> {
  const until = performance.now() + READY_MS;
  const command = enter(image, image.healthcheck, { PORT: String(port) });
  for (;;) {
    const isWell = await runHost(command).then(
      () => true,
      () => false,
    );
    if (isWell) return;
    ensure(
      performance.now() < until && web.child.exitCode === null,
      `the health check succeeds (${web.said()})`,
    );
    await delay(500);
  }
}

async function tryToWrite(image: Image, web: Running): Promise<boolean> {
  const pid = await nodePid(web);
  const places = ['/app', '/app/src', '/etc', '/usr/bin', '/data'];
  const script = places.map((at) => `! touch ${at}/written 2>/dev/null`).join(' && ');
  const inside = [
    'nsenter',
    `--target=${pid}`,
    '--mount',
    `--root=/proc/${pid}/root`,
    '--',
    '/bin/sh',
    '-c',
    script,
  ];
  return (
    (await runHost(inside).then(
      () => true,
      () => false,
    )) && image.root !== ''
  );
}
