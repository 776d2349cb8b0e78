import { countBucket, countFiles } from '../../../platform/bucket/count-files.ts';
import { command } from '../command.ts';
import { megabytes, neededBucket } from './files-move.ts';

export const filesStatus = command({
  options: {},
  async run(desk) {
    const bucket = neededBucket(desk);
    const [{ place, inDatabase, trouble }, inBucket] = await Promise.all([
      countFiles({ db: desk.db, bucket }),
      countBucket(desk),
    ]);
    const lines = [
      `In the bucket “${bucket.name}”: ${inBucket.files} files, ${megabytes(inBucket.bytes)}`,
      `In the database, of ${bucket.minBytes} bytes or more: ${inDatabase}`,
      `New files go to the ${place}`,
      trouble === null ? 'The bucket takes files and gives them' : trouble.message,
    ];
    return {
      text: `${lines.join('\n')}\n`,
      json: { place, inDatabase, inBucket, trouble: trouble?.message ?? null },
      failed: trouble !== null,
    };
  },
});
