import { type JiraClient, pages } from './jira-client.ts';
import { JiraFault } from './jira-fault.ts';
import * as shapes from './shapes.ts';

const SCOPES = 'read:board-scope.admin:jira-software read:project:jira';

/** Boards, or those whose name has these words in it. */
export async function listBoards(jira: JiraClient, words?: string): Promise<shapes.JiraBoard[]> {
  const query = words === undefined ? '' : `name=${encodeURIComponent(words)}`;
  try {
    return await pages(jira, `/rest/agile/1.0/board?${query}`, 'values', shapes.board);
  } catch (error) {
    // The usual scopes are enough for all else: a connection without these two is no broken one.
    if (error instanceof JiraFault && error.kind === 'scope')
      throw new JiraFault('forbidden', `Boards need the scopes ${SCOPES}; name the project instead.`);
    throw error;
  }
}
