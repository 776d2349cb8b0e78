import { canonical, type LabelStore } from './labels.ts';
import { headerOf, isAddressedTo, type GmailMessage } from './message.ts';

/**
 * Whether a mail matches a Gmail search; a term that is not modelled throws rather than match nothing.
 * `me` stands for the account's own address.
 */
export function matchesSearch(query: string, message: GmailMessage, labels: LabelStore, me: string): boolean {
  return (query.match(/-?[a-z]+:("[^"]*"|\S+)|\S+/gi) ?? []).every((term) => {
    const negated = term.startsWith('-');
    return matchesTerm(negated ? term.slice(1) : term, message, labels, me) !== negated;
  });
}

function matchesTerm(term: string, message: GmailMessage, labels: LabelStore, me: string): boolean {
  const [, operator = '', quoted = ''] = /^([a-z]+):(.*)$/i.exec(term) ?? [];
  const value = quoted.replace(/^"|"$/g, '');
  switch (operator.toLowerCase()) {
    case 'label':
      return labels.list().some((label) => spelledLike(label.name, value) && message.labelIds.has(label.id));
    case 'in':
    case 'is':
      return message.labelIds.has(value.toUpperCase());
    case 'after':
      return message.internalDate >= secondsOf(value);
    case 'before':
      return message.internalDate < secondsOf(value);
    case 'from':
      return holdsAddress(headerOf(message, 'from'), value, me);
    case 'to':
      return ['to', 'cc', 'bcc'].some((name) => holdsAddress(headerOf(message, name), value, me));
    case 'deliveredto':
      return holdsAddress(headerOf(message, 'delivered-to'), value, me);
    case 'subject':
      return headerOf(message, 'subject').toLowerCase().includes(value.toLowerCase());
    default:
      throw new Error(`simulated Gmail: the search term ${term} is not modelled`);
  }
}

/** The web client spells a label's slash and spaces as hyphens; label ids are not found by search. */
function spelledLike(name: string, value: string): boolean {
  return (
    canonical(name) === canonical(value) || canonical(name).replace(/[/ ]/g, '-') === value.toLowerCase()
  );
}

function secondsOf(value: string): number {
  if (!/^\d+$/.test(value)) throw new Error(`simulated Gmail: the date ${value} is not modelled`);
  return Number(value) * 1000;
}

function holdsAddress(header: string, value: string, me: string): boolean {
  if (value === 'me') return isAddressedTo(header, me);
  return header.toLowerCase().includes(value.toLowerCase());
}
