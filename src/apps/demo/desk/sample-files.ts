import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type { Scanner } from '../../../platform/scanning/scanner.ts';
import type { ContactSide } from '../contact-side.ts';

/** The harmless file that every virus scanner finds; in pieces, or one would find it here. */
const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');

const LEAST_MS = 2000;
const BYTES_PER_MS = 25;

/** Stands in for clamd: finds the EICAR file, and takes so long over a large one that it is seen waiting. */
export function demoScanner(): Scanner {
  return {
    async scan(bytes) {
      const content = await buffer(bytes());
      await pause(LEAST_MS + content.byteLength / BYTES_PER_MS);
      return content.includes(EICAR) ? { kind: 'found', name: 'Win.Test.EICAR_HDB-1' } : { kind: 'clean' };
    },
    trouble: async () => null,
  };
}

/** Two people send files: one that the scanner holds, and a large one that waits for it for most of a minute. */
export async function writeSampleFiles({ write }: Pick<ContactSide, 'write'>): Promise<void> {
  const letter = { inReplyTo: null, forged: false } as const;
  await write({
    ...letter,
    name: 'Greta Holm',
    address: 'greta@customer.example',
    subject: 'The invoice that you sent me',
    text: 'Hello,\n\nthis came as an invoice of yours, and my computer warns of it. Is it from you?\n\nGreta Holm',
    attachments: [
      { name: 'invoice-2291.pdf.js', contentType: 'text/javascript', content: Buffer.from(EICAR) },
    ],
  });
  await write({
    ...letter,
    name: 'Milo Brandt',
    address: 'milo@customer.example',
    subject: 'Pictures of the broken lamp',
    text: 'Hello,\n\nhere are the pictures that you asked for: all of them in one archive.\n\nMilo Brandt',
    attachments: [
      { name: 'lamp-pictures.zip', contentType: 'application/zip', content: randomBytes(1_000_000) },
    ],
  });
}
