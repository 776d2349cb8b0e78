import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figures, Proof } from './proof.ts';

const REPORT = fileURLToPath(new URL('../../docs/proofs.md', import.meta.url));

const INTRODUCTION = `# Proofs

What \`npm run proof\` broke and what was left, each proof with the figures of its last run. They are written by the run
itself; what the proofs do is in \`test/proof/\`.
`;

/** Puts a proof's figures into docs/proofs.md, in the place of its last ones; the others stay as they are. */
export async function writeReport(proof: Proof, figures: Figures, machine: string): Promise<void> {
  const [, ...sections] = (await lastReport()).split(/^(?=## )/m);
  const heading = `## ${proof.title}`;
  const section =
    `${heading}\n\n\`npm run proof ${proof.name}\`, ${new Date().toISOString().slice(0, 10)}, ${machine}\n\n` +
    Object.entries(figures)
      .map(([what, figure]) => `- ${what}: ${figure}\n`)
      .join('');
  const at = sections.findIndex((each) => each.startsWith(`${heading}\n`));
  const all = at < 0 ? [...sections, section] : sections.with(at, section);
  await mkdir(dirname(REPORT), { recursive: true });
  await writeFile(REPORT, [INTRODUCTION, ...all.map((each) => each.trim() + '\n')].join('\n'));
}

async function lastReport(): Promise<string> {
  try {
    return await readFile(REPORT, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return INTRODUCTION;
    throw error;
  }
}
