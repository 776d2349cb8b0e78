/** Operators who share work. */
export type Team = {
  readonly id: number;
  readonly name: string;
  /** Whose requests it may be given; null: every mailbox's, those to come included. */
  readonly mailboxIds: readonly number[] | null;
  /** By name, those who lead it included. */
  readonly members: readonly TeamMember[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Counts every change of the team and of who is in it. */
  readonly version: number;
};

export type TeamMember = { readonly id: number; readonly name: string; readonly leads: boolean };

/** What an edit may change; whoever leads is a member too. */
export type TeamFields = {
  readonly name: string;
  readonly mailboxIds: readonly number[] | null;
  readonly memberIds: readonly number[];
  readonly leadIds: readonly number[];
};

/** A team's fields as they stand. */
export function fieldsOf({ name, mailboxIds, members }: Team): TeamFields {
  const ids = (some: readonly TeamMember[]): number[] =>
    some.map((each) => each.id).toSorted((a, b) => a - b);
  return { name, mailboxIds, memberIds: ids(members), leadIds: ids(members.filter((each) => each.leads)) };
}
