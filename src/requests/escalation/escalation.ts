/** That a request was handed up: to a team or to a lead, by whom and why. */
export type Escalation = {
  readonly team: Named | null;
  readonly operator: Named | null;
  readonly by: Named;
  readonly reason: string;
  /** RFC 3339. */
  readonly at: string;
};

type Named = { readonly id: number; readonly name: string };

/** Whom it is handed to: one of the two. */
export type EscalationTarget = {
  readonly teamId?: number | null | undefined;
  readonly operatorId?: number | null | undefined;
};
