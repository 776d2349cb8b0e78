import { canonical, type LabelStore } from './labels.ts';
import { headerOf, isAddressedTo, type GmailMessage } from './message.ts';

type Search = (message: GmailMessage) => boolean;

/**
 * A Gmail search, made once for any number of emails: tells whether one matches. A term that is not modelled throws rather than
 * match nothing. `me` stands for the account's own address.
 */
export function gmailSearch(query: string, labels: LabelStore, me: string): Search {
  const terms = (query.match(/-?[a-z]+:("[^"]*"|\([^)]*\)|\S+)|\S+/gi) ?? []).map((term) => {
    const negated = term.startsWith('-');
    const matches = termSearch(negated ? term.slice(1) : term, labels, me);
    return (message: GmailMessage) => matches(message) !== negated;
  });
  return (message) => terms.every((matches) => matches(message));
}

function termSearch(term: string, labels: LabelStore, me: string): Search {
  const [, operator = '', quoted = ''] = /^([a-z]+):(.*)$/i.exec(term) ?? [];
  const choice = /^\((.*)\)$/.exec(quoted)?.[1];
  if (choice !== undefined) {
    const either = choice.split(' OR ').map((one) => termSearch(`${operator}:${one}`, labels, me));
    return (message) => either.some((matches) => matches(message));
  }
  const value = quoted.replace(/^"|"$/g, '');
  const inHeader = (name: string) => (message: GmailMessage) =>
    holdsAddress(headerOf(message, name), value, me);
  switch (operator.toLowerCase()) {
    case 'label': {
      const ids = labels.list().flatMap(({ id, name }) => (spelledLike(name, value) ? [id] : []));
      return ({ labelIds }) => ids.some((id) => labelIds.has(id));
    }
    case 'in':
    case 'is':
      return ({ labelIds }) => labelIds.has(value.toUpperCase());
    case 'after': {
      const since = secondsOf(value);
      return ({ internalDate }) => internalDate >= since;
    }
    case 'before': {
      const until = secondsOf(value);
      return ({ internalDate }) => internalDate < until;
    }
    case 'from':
      return inHeader('from');
    case 'to':
      return (message) => ['to', 'cc', 'bcc'].some((name) => inHeader(name)(message));
    case 'deliveredto':
      return inHeader('delivered-to');
    case 'subject':
      return (message) => headerOf(message, 'subject').toLowerCase().includes(value.toLowerCase());
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
