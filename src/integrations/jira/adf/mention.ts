/** Somebody whom a text names by an @: how the text says it, and by what Jira knows them. */
export type Mention = { readonly said: string; readonly id: string; readonly name: string };

/** An address, or one of these mentions as a word of its own. */
export function addressOrMention(address: RegExp, mentions: readonly Mention[]): RegExp {
  const said = mentions.map((each) => RegExp.escape(each.said)).join('|');
  const named = said === '' ? '' : `|(?<![\\p{L}\\p{N}_.+@/-])(?<mention>${said})(?![\\p{L}\\p{N}_])`;
  return new RegExp(`(?<address>${address.source})${named}`, 'gu');
}

/** Whom a match names; undefined for an address. */
export function mentionIn(match: RegExpExecArray, mentions: readonly Mention[]): Mention | undefined {
  return mentions.find(({ said }) => said === match.groups?.['mention']);
}

/** A mention that tells no name, spelled as Jira's own markup does it. */
export const NAMELESS = /\[~accountid:([^\]\n]*)\]/g;

export function namelessMention(id: string): string {
  return `[~accountid:${id}]`;
}
