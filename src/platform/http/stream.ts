/**
 * Texts as a body that is made as fast as it is read. What fails on the way breaks the answer off, so that a part cannot
 * pass for the whole. `onCancel` is called as soon as the reader is gone; the texts end at their next step.
 */
export function streamOf(pieces: AsyncGenerator<string>, onCancel?: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (;;) {
          const { done, value } = await pieces.next();
          if (done === true) return controller.close();
          // A pull that gives nothing would not be repeated.
          if (value !== '') return controller.enqueue(encoder.encode(value));
        }
      },
      async cancel() {
        onCancel?.();
        await pieces.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
