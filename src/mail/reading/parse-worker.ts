import { parentPort } from 'node:worker_threads';
import type { MailReading, ReadContext } from './read-mail.ts';
import { readMail } from './read-mail.ts';

export type ParseJob = { readonly raw: Uint8Array; readonly context: ReadContext };

/** A reading whose attachments lie one behind the other in `contents`: one transfer, however many there are. */
export type PackedReading = {
  readonly reading: MailReading;
  readonly contents: Uint8Array;
  readonly lengths: readonly number[];
};

parentPort?.on('message', ({ raw, context }: ParseJob) => {
  void readMail(raw, context).then((reading) => {
    const packed = pack(reading);
    parentPort?.postMessage(packed, [packed.contents.buffer as ArrayBuffer]);
  });
});
parentPort?.postMessage('ready');

function pack(reading: MailReading): PackedReading {
  if (!reading.ok) return { reading, contents: new Uint8Array(), lengths: [] };
  const { attachments } = reading.mail;
  const lengths = attachments.map(({ content }) => content.length);
  const contents = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const { content } of attachments) {
    contents.set(content, at);
    at += content.length;
  }
  const emptied = attachments.map((attachment) => ({ ...attachment, content: new Uint8Array() }));
  return { reading: { ...reading, mail: { ...reading.mail, attachments: emptied } }, contents, lengths };
}
