import { invalidField } from '../../../platform/problems.ts';
import { listBoards } from '../client/boards.ts';
import { type JiraClient, listIssueTypes } from '../client/jira-client.ts';
import type { Mapping, NewMapping } from './mapping.ts';

export type IssueTarget = Pick<Mapping, 'projectKey' | 'board' | 'issueTypeId' | 'issueType'>;

/** Where new issues are made, for a board or project and a type as somebody names them. */
export async function findTarget(jira: JiraClient, wanted: NewMapping): Promise<IssueTarget> {
  const board = typeof wanted.board === 'string' ? await findBoard(jira, wanted.board) : null;
  const projectKey = board?.projectKey ?? wanted.projectKey;
  if (projectKey === undefined) throw invalidField('/projectKey', 'is required unless a board is named');
  if (wanted.projectKey !== undefined && wanted.projectKey !== projectKey)
    throw invalidField('/projectKey', `is not the project of the board, which is ${projectKey}`);
  const types = (await listIssueTypes(jira, projectKey)).filter(({ subtask }) => subtask !== true);
  const [pointer, named] =
    wanted.issueTypeId === undefined
      ? (['/issueType', wanted.issueType] as const)
      : (['/issueTypeId', wanted.issueTypeId] as const);
  if (named === undefined) throw invalidField(pointer, 'is required: the name of an issue type');
  const type = types.find(
    ({ id, name }) => (wanted.issueTypeId ?? id) === id && isSameName(wanted.issueType ?? name, name),
  );
  if (type === undefined)
    throw invalidField(
      pointer,
      `is not an issue type of ${projectKey}, which has ${types.map(({ name }) => name).join(', ')}`,
    );
  return { projectKey, board: board?.name ?? null, issueTypeId: type.id, issueType: type.name };
}

async function findBoard(jira: JiraClient, wanted: string) {
  const boards = (await listBoards(jira, wanted)).filter(({ name }) => isSameName(name, wanted));
  const [board, ...others] = boards;
  if (board === undefined) throw invalidField('/board', 'is not a board that this connection sees');
  if (others.length > 0) throw invalidField('/board', 'names several boards: name the project instead');
  const projectKey = board.location?.projectKey;
  if (projectKey === undefined)
    throw invalidField('/board', 'belongs to no project: name the project instead');
  return { name: board.name, projectKey };
}

function isSameName(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}
