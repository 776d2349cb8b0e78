import type { AskedField } from '../../../requests/fields/field.ts';
import { listAskedFields } from '../../../requests/fields/find-field.ts';
import type { Viewer } from '../../../people/access/actor.ts';
import { servesMailbox } from '../../../people/access/permissions.ts';
import { listCannedReplies } from '../../../requests/canned-replies/find-canned-reply.ts';
import { listAllOperators } from '../parts/operators.ts';
import { listAllTeams } from '../parts/teams.ts';
import type { Visit } from '../shell/visit.ts';
import { everyPage } from '../parts/every-page.ts';

type People = Readonly<
  Record<
    'operators' | 'teams',
    readonly (Pick<Viewer, 'mailboxIds'> & { readonly id: number; readonly name: string })[]
  >
>;

/** Whom the rules of any mailbox can name. */
export async function readPeople(visit: Visit): Promise<People> {
  const [operators, teams] = await Promise.all([listAllOperators(visit), listAllTeams(visit)]);
  return { operators, teams };
}

/** Whom and what the rules of a mailbox can name, by id. */
export type Choices = Readonly<
  Record<'assign' | 'team' | 'answer', readonly (readonly [number, string])[]>
> & {
  readonly fields: readonly AskedField[];
};

export async function readChoices(
  visit: Visit,
  mailboxId: number,
  people: Promise<People> = readPeople(visit),
): Promise<Choices> {
  const { deps, actor } = visit;
  const [{ operators, teams }, canned, fields] = await Promise.all([
    people,
    everyPage((place) =>
      listCannedReplies(deps, actor, {
        filters: { mailboxId },
        sort: { field: 'name', descending: false },
        ...place,
      }),
    ),
    listAskedFields(deps, actor, mailboxId),
  ]);
  const named = ({ id, name }: { readonly id: number; readonly name: string }) => [id, name] as const;
  return {
    assign: operators.filter((each) => servesMailbox(each, mailboxId)).map(named),
    team: teams.filter((each) => servesMailbox(each, mailboxId)).map(named),
    answer: canned.filter(({ scope }) => scope !== 'own').map(named),
    fields,
  };
}
