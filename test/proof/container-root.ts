import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Copy, DockerfileParser, type Instruction } from 'dockerfile-ast';

export type Image = {
  /** Its root directory. */
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string;
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly healthcheck: readonly string[];
};

/** Runs a program of the machine to its end; its output, or an error with it. */
export async function runHost(
  command: readonly string[],
  input: string | null = null,
  cwd?: string,
): Promise<string> {
  const [program = '', ...rest] = command;
  const child = spawn(program, rest, { cwd, stdio: [input === null ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
  let [out, all] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text) && (all += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (all += text));
  child.stdin?.end(input);
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`${command.join(' ')}: ended with ${String(code)}\n${all.slice(-3000)}`);
  return out;
}

/**
 * Runs the very steps of a Dockerfile, each stage in a root directory of its own that begins as a copy of what debootstrap
 * made. An instruction that this does not know is refused: nothing is passed over.
 */
export async function buildImage(
  dockerfile: string,
  place: { readonly context: string; readonly base: string; readonly folder: string },
  progress: (step: string) => void,
): Promise<Image> {
  const stages = new Map<string, string>();
  let image = freshImage('');
  for (const step of DockerfileParser.parse(dockerfile).getInstructions()) {
    const keyword = step.getKeyword();
    progress(`${keyword} ${step.getArgumentsContent()?.slice(0, 60) ?? ''}`);
    if (keyword === 'ARG') continue;
    if (keyword === 'FROM') {
      const name = /\bAS (\S+)$/i.exec(step.getArgumentsContent() ?? '')?.[1] ?? 'last';
      const root = join(place.folder, name);
      await runHost(['cp', '-a', '--reflink=auto', place.base, root]);
      // As Debian's own image has it: what is lost with the machine is built again.
      await writeFile(join(root, 'etc/dpkg/dpkg.cfg.d/docker-apt-speedup'), 'force-unsafe-io\n');
      stages.set(name, root);
      image = freshImage(root);
    } else image = await takeStep(image, step, { ...place, stages });
  }
  return image;
}

function freshImage(root: string): Image {
  return { root, env: {}, workdir: '/', user: '0:0', entrypoint: [], healthcheck: [] };
}

type StepPlace = { readonly context: string; readonly stages: ReadonlyMap<string, string> };

async function takeStep(image: Image, step: Instruction, place: StepPlace): Promise<Image> {
  const text = step.getArgumentsContent() ?? '';
  switch (step.getKeyword()) {
    case 'RUN':
      await runStep(image, joined(text));
      return image;
    case 'COPY':
      await copyStep(image, text.split(/\s+/), {
        ...place,
        from: (step as Copy).getFromFlag()?.getValue() ?? null,
      });
      return image;
    case 'WORKDIR':
      await mkdir(join(image.root, text), { recursive: true });
      return { ...image, workdir: text };
    case 'ENV':
      return { ...image, env: { ...image.env, ...pairsIn(joined(text)) } };
    case 'USER':
      return { ...image, user: text };
    case 'ENTRYPOINT':
      return { ...image, entrypoint: JSON.parse(text) as string[] };
    case 'HEALTHCHECK':
      return { ...image, healthcheck: JSON.parse(/CMD (\[.*\])$/.exec(text)?.[1] ?? '[]') as string[] };
    case 'SHELL':
    case 'LABEL':
    case 'EXPOSE':
    case 'STOPSIGNAL':
      return image;
    default:
      throw new Error(`the proof cannot run ${step.getKeyword()}`);
  }
}

// A line that is continued, and comments between its parts.
const joined = (text: string): string => text.replace(/\\\n/g, ' ').replace(/^\s*#.*$/gm, '');

function pairsIn(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/(\w+)=("[^"]*"|\S+)/g)].map(([, name = '', value = '']) => [
      name,
      value.replaceAll('"', ''),
    ]),
  );
}

async function runStep(image: Image, command: string): Promise<void> {
  await cp('/etc/resolv.conf', join(image.root, 'etc/resolv.conf'), { dereference: true });
  const env = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    ...image.env,
  };
  const given = [...Object.entries(env), ...(await ownAuthority(image.root))].map(
    ([name, value]) => `${name}=${value}`,
  );
  const inside = `mount -t proc proc "${image.root}/proc" && exec chroot "${image.root}" env -i DEBIAN_FRONTEND=noninteractive ${given.map((each) => `'${each}'`).join(' ')} /bin/bash -o pipefail -c 'cd ${image.workdir} && eval "$(cat)"'`;
  await runHost(['unshare', '--mount', '--pid', '--fork', '--', '/bin/sh', '-ec', inside], command);
  await rm(join(image.root, 'etc/resolv.conf'));
}

/** A machine whose network stands behind an authority of its own hands it on for the time of a step. */
async function ownAuthority(root: string): Promise<[string, string][]> {
  const bundle = process.env['NODE_EXTRA_CA_CERTS'];
  if (bundle === undefined) return [];
  await mkdir(join(root, 'run'), { recursive: true });
  await cp(bundle, join(root, 'run/authority.pem'), { dereference: true });
  return [['NODE_EXTRA_CA_CERTS', '/run/authority.pem']];
}

async function copyStep(
  image: Image,
  paths: readonly string[],
  place: StepPlace & { readonly from: string | null },
): Promise<void> {
  const { from } = place;
  const target = paths.at(-1) ?? '';
  const source = from === null ? place.context : place.stages.get(from);
  if (source === undefined) throw new Error(`there is no stage ${from}`);
  const to = target.startsWith('/') ? join(image.root, target) : join(image.root, image.workdir, target);
  for (const path of paths.slice(0, -1)) {
    const whole = join(source, path);
    if (!existsSync(whole)) throw new Error(`COPY: there is no ${path}`);
    const isInto = target.endsWith('/') || paths.length > 2;
    const at = isInto ? join(to, basename(path)) : to;
    await mkdir(dirname(at), { recursive: true });
    await runHost(['cp', '-a', '--no-target-directory', whole, at]);
  }
}

/** Everything that a Dockerfile at a path says. */
export const readDockerfile = (path: string): Promise<string> => readFile(path, 'utf8');
