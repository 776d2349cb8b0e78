import { z } from '@hono/zod-openapi';
import { id, idParameter, listOf, pageQuery, text, time, written } from '../../platform/http/schemas.ts';
import { sortParameter, totalParameter } from '../../platform/lists/sort-parameter.ts';
import type { Team } from './team.ts';
import { TEAM_SORTS } from './team-sorts.ts';

const NAME_LENGTH = 100;
const MAX_MEMBERS = 1000;

const name = written(NAME_LENGTH).openapi({ example: 'Billing' });

const person = z.object({ id, name: text(NAME_LENGTH).openapi({ example: 'Ann' }) });

export const teamSchema = z
  .object({
    id,
    name,
    mailboxIds: z
      .array(id)
      .nullable()
      .openapi({ description: 'Whose requests it may be given; null means every mailbox.' }),
    members: z.array(person).openapi({ description: 'By name, the leads included.' }),
    leads: z.array(person).openapi({ description: 'Those of the members who lead it.' }),
    createdAt: time,
    updatedAt: time,
    version: z.int().openapi({
      description: 'Counts every change of the team and of who is in it; its entity tag is `"id.version"`.',
    }),
  })
  .openapi('Team');

export const teamListSchema = listOf(teamSchema).openapi('TeamList');

export const teamListQuery = z.strictObject({
  ...pageQuery,
  memberId: idParameter.optional().openapi({ description: 'In which this operator is.' }),
  sort: sortParameter(TEAM_SORTS, 'id'),
  total: totalParameter,
});

const fields = {
  name,
  mailboxIds: z
    .array(id)
    .min(1)
    .max(1000)
    .nullable()
    .optional()
    .openapi({ description: 'Whose requests it may be given; null: every mailbox.' }),
  memberIds: z.array(id).max(MAX_MEMBERS).optional().openapi({
    description: 'All of them, not those to add: active operators.',
  }),
  leadIds: z.array(id).max(MAX_MEMBERS).optional().openapi({
    description: 'Who lead it, all of them: active operators who are not agents. They are members too.',
  }),
};

export const newTeamSchema = z.strictObject(fields).openapi('NewTeam');

export const teamChangesSchema = z.strictObject({ ...fields, name: name.optional() }).openapi('TeamChanges');

/** A team as the interface shows one. */
export function renderTeam(team: Team): z.infer<typeof teamSchema> {
  const { members } = team;
  const people = (some: Team['members']) => some.map((each) => ({ id: each.id, name: each.name }));
  return {
    id: team.id,
    name: team.name,
    mailboxIds: team.mailboxIds === null ? null : [...team.mailboxIds],
    members: people(members),
    leads: people(members.filter((each) => each.leads)),
    createdAt: team.createdAt.toISOString(),
    updatedAt: team.updatedAt.toISOString(),
    version: team.version,
  };
}
