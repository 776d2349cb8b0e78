import type { NoticeCounts } from '../../../outbox/notices/count-notices.ts';
import type { Opening } from '../../../requests/life/opening.ts';
import { MAX_TAGS } from '../../../requests/request/edit-request.ts';
import type { RuleAction, Failure, DeskRule } from '../rule.ts';

/** Rules that hit, and those that failed. */
export type RuledBy = { readonly rules: readonly DeskRule[]; readonly failed: readonly Failure[] };

/** A request that rules act on, and what they may do about it. */
export type Ruled = {
  readonly requestId: number;
  readonly mailboxId: number;
  readonly intakeId?: number;
  /** What rules set came with its opening. */
  readonly opened: boolean;
  /** An automatic answer may go to its contact. */
  readonly mayAnswer: boolean;
  /** What such an answer is measured by, where filing has counted already. */
  readonly counts: NoticeCounts | null;
  /** By time nothing came in: a closing sends its notice, and an answer reminds. */
  readonly byTime: boolean;
  readonly at: Date;
};

/** What the rules that hit an email set of the request that it opens. */
export function openedWith(rules: readonly DeskRule[]): Pick<Opening, 'priority' | 'category' | 'tags'> {
  const { priority, category, addTags } = fieldsOf(rules);
  return {
    tags: addTags.slice(0, MAX_TAGS),
    ...(priority === undefined ? {} : { priority }),
    ...(category === undefined ? {} : { category }),
  };
}

/** What rules set; of two that set the same the later counts. */
export function fieldsOf(rules: readonly DeskRule[]) {
  const actions = actionsOf(rules);
  return {
    priority: actions.findLast((each) => each.type === 'priority')?.value,
    category: actions.findLast((each) => each.type === 'category')?.value,
    addTags: [...new Set(actions.flatMap((each) => (each.type === 'tags' ? each.value : [])))],
  };
}

/** True when acting asks the database more than once: that has to be over before a transaction's last statements. */
export function takesTurns({ rules, failed }: RuledBy, opened: boolean): boolean {
  return failed.length > 0 || needsActing(rules, opened);
}

/** True when there is more to do than what comes with the opening, and what others do when they see the event. */
export function needsActing(rules: readonly DeskRule[], opened: boolean): boolean {
  const done: readonly RuleAction['type'][] = opened ? ['jira', 'priority', 'category', 'tags'] : ['jira'];
  return actionsOf(rules).some(({ type }) => !done.includes(type));
}

/** True when they give it values of fields. */
export function giveValues(rules: readonly DeskRule[]): boolean {
  return actionsOf(rules).some(({ type }) => type === 'field');
}

/** True for rules that leave no place for the created notice: nobody is to be told, or they are answered already. */
export function silence(rules: readonly DeskRule[]): boolean {
  return actionsOf(rules).some(({ type }) => type === 'close' || type === 'answer');
}

function actionsOf(rules: readonly DeskRule[]): readonly RuleAction[] {
  return rules.flatMap(({ actions }) => actions);
}
