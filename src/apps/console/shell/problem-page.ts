import { html } from 'hono/html';
import { PROBLEM_KINDS } from '../../../platform/http/problems/problem-response.ts';
import type { Problem } from '../../../platform/problems.ts';
import { problemWords } from './problem-words.ts';
import { respond } from './respond.ts';
import type { Catalogue, Visit } from './visit.ts';

const en = {
  notFound: 'This page does not exist, or you may not see it.',
  refused: 'This could not be done',
  back: 'To the list of requests',
};
const ru: typeof en = {
  notFound: 'Здесь ничего нет, или это не для вас.',
  refused: 'Это не получилось',
  back: 'К списку обращений',
};
const sentences: Catalogue<typeof en> = { en, ru };

/** The page of a refusal that no form's own page shows. */
export function problemPage(visit: Visit, problem: Problem): Promise<Response> {
  const words = visit.say(sentences);
  const title = problem.code === 'not_found' ? words.notFound : words.refused;
  const content = html`<div class="page narrow">
    <h1>${title}</h1>
    <p>${problemWords(visit, problem)}</p>
    <p><a class="button" href="/requests">${words.back}</a></p>
  </div>`;
  return respond(
    visit,
    { title, content },
    problem.code === 'invalid_input' ? 422 : PROBLEM_KINDS[problem.code].status,
  );
}
