import { Problem } from '../../../platform/problems.ts';
import { problemWords } from './problem-words.ts';
import type { Visit } from './visit.ts';

/** Does what a form asks; what refuses it is told by the form's own page, drawn again with what was typed. */
export async function orAgain(
  visit: Visit,
  act: () => Promise<Response>,
  again: (alert: string) => Promise<Response>,
): Promise<Response> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Problem) || error.code === 'not_found') throw error;
    return again(problemWords(visit, error));
  }
}
