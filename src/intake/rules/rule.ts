import { errorText, isTransient } from '../../platform/db/errors.ts';
import type { MailClass } from '../../mail/kind/kind.ts';
import { LANGUAGES } from '../../mail/language.ts';
import type { FieldValue } from '../../requests/fields/field.ts';
import type { Priority } from '../../requests/request.ts';

export const MAX_RULES = 100;

/** The classes of email that rules ask for. */
export const CLASSES = [
  'human',
  'list',
  'auto_reply',
  'bounce',
  'receipt',
] as const satisfies readonly MailClass[];

/** The languages that rules ask for; `other` is none of these, or not known. */
export const SPOKEN = [...LANGUAGES, 'other'] as const;

/** What a rule looks at; `value` lists alternatives, of which one has to hold. `not` turns it round. */
export type Condition = { readonly not?: boolean | undefined } & (
  | { readonly field: 'sender' | 'recipient' | 'subject' | 'words'; readonly value: readonly string[] }
  | { readonly field: 'header'; readonly name: string; readonly value: readonly string[] }
  | { readonly field: 'language'; readonly value: readonly (typeof SPOKEN)[number][] }
  | { readonly field: 'class'; readonly value: readonly MailClass[] }
  | { readonly field: 'attachment'; readonly value: boolean }
  | { readonly field: 'request'; readonly value: Place }
);

/** Whether an email opened its request or joined one. */
export type Place = 'new' | 'joined';

/** What a rule does. */
export type RuleAction =
  | { readonly type: 'priority'; readonly value: Priority }
  /** Added to those it has. */
  | { readonly type: 'tags'; readonly value: readonly string[] }
  | { readonly type: 'category'; readonly value: string }
  /** A field of the mailbox or the desk, by its key; several rows set several. */
  | { readonly type: 'field'; readonly key: string; readonly value: FieldValue }
  /** To an operator, by id, unless somebody has it. */
  | { readonly type: 'assign'; readonly value: number }
  /** To a team, by id, unless it is with one. */
  | { readonly type: 'team'; readonly value: number }
  | { readonly type: 'note'; readonly value: string }
  /** The text of a canned reply, by id, as an automatic answer to the contact. */
  | { readonly type: 'answer'; readonly value: number }
  /** Without a notice for email; by time with the closing notice. */
  | { readonly type: 'close' }
  /** It becomes a Jira issue by the mailbox's mapping; integrations see the rule's event. */
  | { readonly type: 'jira' }
  /** By time alone: the assignee is told. */
  | { readonly type: 'tell' };

/** What a rule says, apart from where it stands. */
export type RuleText = {
  readonly name: string;
  readonly enabled: boolean;
  /** `mail`: for each email that is filed; `time`: for a request that has waited for its contact for `afterDays`. */
  readonly trigger: 'mail' | 'time';
  readonly afterDays: number | null;
  readonly match: 'all' | 'any';
  readonly conditions: readonly Condition[];
  readonly actions: readonly RuleAction[];
  /** The rules after it are not tried on an email that it hit. */
  readonly stop: boolean;
};

export type DeskRule = RuleText & {
  readonly id: number;
  readonly mailboxId: number;
  /** From 1 on: the order in which a mailbox's rules are tried. */
  readonly position: number;
  readonly failures: number;
  readonly lastError: string | null;
  readonly failedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** A rule that could not do what it says; its email is filed without it. */
export type Failure = { readonly ruleId: number; readonly name: string; readonly error: string };

/** Ends a filing that a rule has spoilt, so that it begins anew without the rule. */
export class RuleFailed extends Error {
  readonly failures: readonly Failure[];

  constructor(failures: readonly Failure[]) {
    super(failures.map(({ name, error }) => `${name}: ${error}`).join('; '));
    this.name = 'RuleFailed';
    this.failures = failures;
  }
}

/** Names rules as having failed with an error, unless the error says that the same may well succeed later. */
export function blame(rules: readonly DeskRule[], error: unknown): unknown {
  if (isTransient(error) || error instanceof RuleFailed) return error;
  return new RuleFailed(rules.map(({ id, name }) => ({ ruleId: id, name, error: errorText(error) })));
}
