import { parentPort } from 'node:worker_threads';

/** Stands in for the parser's thread: does to each mail what its text says, so that deadline and crash can be seen. */
parentPort?.on('message', ({ raw }: { raw: Uint8Array }) => {
  const text = Buffer.from(raw).toString('latin1');
  if (text.includes('stall')) for (;;);
  if (text.includes('nap')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1100);
  if (text.includes('crash')) throw new Error('the parser broke');
  if (text.includes('swallow memory')) {
    const kept: unknown[] = [];
    for (;;) kept.push(Array.from({ length: 10_000 }, () => kept.length));
  }
  parentPort?.postMessage({
    reading: { ok: false, reason: 'parser_error' },
    contents: new Uint8Array(),
    lengths: [],
  });
});
parentPort?.postMessage('ready');
