import { Problem } from '../../../platform/problems.ts';
import { problemWords } from './problem-words.ts';
import type { Visit } from './visit.ts';

/** Does what a form asks; a refusal is shown on the form's own page, drawn again with what was typed. */
export async function orDrawn(
  act: () => Promise<Response>,
  again: (problem: Problem) => Promise<Response>,
): Promise<Response> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Problem) || error.code === 'not_found') throw error;
    return again(error);
  }
}

/** The same, with the refusal in the operator's words. */
export async function orAgain(
  visit: Visit,
  act: () => Promise<Response>,
  again: (alert: string, problem: Problem) => Promise<Response>,
): Promise<Response> {
  return orDrawn(act, (problem) => again(problemWords(visit, problem), problem));
}

/** What is wrong with a control of a form, to stand beside it. */
export function faultOf(problem: Problem | undefined, name: string): string | undefined {
  const errors = problem?.extras.errors ?? [];
  return errors.find(({ pointer }) => pointer === `/${name}` || pointer.startsWith(`/${name}/`))?.detail;
}
