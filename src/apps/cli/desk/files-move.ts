import { sendFiles } from '../../../platform/bucket/send-files.ts';
import type { Bucket } from '../../../platform/bucket/bucket.ts';
import { invalidField } from '../../../platform/problems.ts';
import { command, type Desk } from '../command.ts';

const TOLD_EVERY = 100;

export const filesMove = command({
  options: {
    to: {
      type: 'string',
      value: 'bucket|database',
      sentence: 'Where the files are to lie, those that come later too.',
      required: true,
    },
  },
  async run(desk, { to }) {
    if (to !== 'bucket' && to !== 'database') throw invalidField('/to', 'is bucket or database');
    const bucket = neededBucket(desk);
    const moved = await sendFiles(
      { ...desk, bucket },
      {
        to,
        told({ files, bytes }) {
          if (files > 0 && files % TOLD_EVERY === 0) desk.tell(`${files} files moved, ${megabytes(bytes)}`);
        },
      },
    );
    const place = to === 'bucket' ? `the bucket “${bucket.name}”` : 'the database';
    const left = moved.left === 0 ? '' : ` ${moved.left} are being moved by a server right now.`;
    const text = `${moved.files} files moved to ${place}, ${megabytes(moved.bytes)}; new ones go there too.${left}\n`;
    return { text, json: { to, ...moved } };
  },
});

export function neededBucket({ bucket }: Desk): Bucket {
  if (bucket !== undefined) return bucket;
  throw new Error(
    'There is no bucket: set S3_BUCKET with its access key, as the server has it (.env.example).',
  );
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
