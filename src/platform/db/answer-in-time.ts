import { Problem } from '../problems.ts';

/**
 * Resolves with the result of the work, or refuses (`busy`) after `milliseconds`: a database that hangs answers neither
 * yes nor no. The work goes on; what it still files is a duplicate when it comes again.
 */
export async function answerInTime<Answer>(
  milliseconds: number,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Problem('busy', 'The database does not answer in time.', { retryAfterSeconds: 60 }));
  }, milliseconds);
  try {
    return await Promise.race([work(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
