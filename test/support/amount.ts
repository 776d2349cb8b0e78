/**
 * How much of something a test does: a little in every run, and many times as much in `npm run proof amounts`, which runs
 * the same test with PROOF set.
 */
export function amount<T>(inTest: T, inProof: T): T {
  return process.env['PROOF'] === undefined ? inTest : inProof;
}
