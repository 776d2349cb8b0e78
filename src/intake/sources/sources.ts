import type { SourceName } from '../../mailboxes/mailbox.ts';
import * as registry from './registry.ts';
import { form } from '../form/form.ts';
import type { MessageSource, Source, TypedBy } from './source.ts';

/** The sources by their names. */
export const SOURCES: Readonly<Record<SourceName, Source>> = { ...registry };

/** A source by its name, which is a mailbox's or a message's. */
export function sourceOf(name: SourceName): Source {
  const found = SOURCES[name];
  if (found === undefined) throw new Error(`no source is called ${name}`);
  return found;
}

/** Where a message came from: the source of a mailbox, or a page of the desk. */
export function messageSourceOf(name: string): MessageSource {
  return name === form.name ? form : sourceOf(name);
}

/** What a message's place is called: by the rule that found it, or by how it was written. */
export function nameOfMatch<Rule extends string>(
  { source, labels }: { readonly source: string; readonly labels: readonly string[] },
  rule: Rule,
): Rule | TypedBy {
  return messageSourceOf(source).typed?.(labels) ?? rule;
}
