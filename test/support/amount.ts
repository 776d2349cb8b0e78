/**
 * How much of something a test does: a little in every run, and many times as much in `npm run proof amounts`, which runs
 * the same test with PROOF set.
 */
export function amount(inTest: number, inProof: number): number {
  return process.env['PROOF'] === undefined ? inTest : inProof;
}
