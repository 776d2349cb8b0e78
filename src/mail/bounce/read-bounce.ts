import { domainOf } from '../headers/address-parts.ts';
import { allAddresses, listedRecipients, loneRecipient, namedRecipients } from './named-recipients.ts';
import { actionOf, type BounceAction } from './bounce-action.ts';
import { readDeliveryStatus } from './delivery-status.ts';
import type { StatusEntry } from './delivery-status.ts';
import { judgeRefusal } from './refusal.ts';
import { bodyOf, reportText } from './report-text.ts';
import { hasBouncePhrase, hasBounceSubject, senderKind } from './bounce-words.ts';
import { headerValue, headerValues } from '../headers/header-values.ts';
import type { ParsedMail } from '../parsed-mail.ts';

export type BouncedRecipient = {
  readonly address: string;
  /** Enhanced status code (RFC 3463), as `5.1.1`. */
  readonly status: string | null;
  readonly diagnostic: string | null;
  /** False for one that the same report calls delivered, or still being tried. */
  readonly failed: boolean;
  readonly permanent: boolean;
  /** The address is dead (unknown, moved, accepts nothing): further mail to it is useless. A full mailbox or a policy is not that. */
  readonly suppress: boolean;
};

export type Bounce = {
  readonly recipients: readonly BouncedRecipient[];
  readonly action: BounceAction;
  /** Every Message-ID in what was returned, angle brackets kept: one of ours ties the bounce to a delivery. */
  readonly originalMessageIds: readonly string[];
  /** Every address in the report, for matching against recent recipients. */
  readonly addresses: readonly string[];
};

/** Reads what a bounce says: which recipients failed, why, for how long, and which email it is about; null when it is not a bounce. */
export function readBounce(mail: ParsedMail, rawText: string): Bounce | null {
  const report = reportText(mail, rawText);
  const entries = readDeliveryStatus(report.status);
  const failedHeader = headerValues(mail, 'x-failed-recipients').flatMap((value) => allAddresses(value));
  const isReport =
    /multipart\/report/i.test(headerValue(mail, 'content-type') ?? '') ||
    entries.length > 0 ||
    failedHeader.length > 0 ||
    headerValue(mail, 'x-mlserver') !== null;
  if (!isReport && senderKind(mail) === null && !hasBounceSubject(mail) && !hasBouncePhrase(report.said))
    return null;
  const action = actionOf(entries, mail.subject, report.said.slice(0, 1500));
  const recipients = unique([
    ...entries.flatMap((entry) =>
      entry.addresses.map((address) => recipientOf(address, entry, report.said, action)),
    ),
    ...failedHeader.map((address) => recipientOfText(address, around(report.said, address) ?? '', action)),
  ]);
  const named =
    recipients.length > 0
      ? recipients
      : fromProse(mail, report.said, report.returned, action).map((each) => withOutcome(each, entries));
  const body = bodyOf(rawText);
  return {
    recipients: named,
    action,
    originalMessageIds: messageIds(mail, [report.returned, report.said, body]),
    addresses: [
      ...new Set([
        ...named.map((one) => one.address),
        ...allAddresses([report.said, report.status, report.returned, body.slice(0, 200_000)].join('\n')),
      ]),
    ],
  };
}

function fromProse(
  mail: ParsedMail,
  said: string,
  returned: string,
  action: BounceAction,
): readonly BouncedRecipient[] {
  const sender = new Set(mail.from === null ? [] : [mail.from.address]);
  const own = new Set([...sender, ...[...mail.to, ...mail.cc].map(({ address }) => address)]);
  const from = mail.from?.address ?? '';
  const domain = from.includes('@') ? domainOf(from) : '';
  const named = namedRecipients(said, { sender, all: own, domain });
  if (named.length > 0)
    return unique(named.map(({ address, context }) => recipientOfText(address, context, action)));
  const returnedTo = returnedRecipients(returned.slice(0, 60_000)).filter((address) => !own.has(address));
  const lone = returnedTo.length === 1 ? null : loneRecipient(said, own);
  if (lone !== null) return [recipientOfText(lone, said.slice(0, 2000), action)];
  if (returnedTo.length > 0) {
    // Which of several failed is not said: none of them is dead by that.
    const known = returnedTo.length === 1;
    const meant = returnedTo.map((address) => recipientOfText(address, said.slice(0, 2000), action));
    return unique(known ? meant : meant.map((each) => ({ ...each, suppress: false })));
  }
  return unique(
    listedRecipients(said, sender).map(({ address, context }) => recipientOfText(address, context, action)),
  );
}

/** A status that names its one recipient by something other than an email address (X.400, a local name) still says what became of them. */
function withOutcome(recipient: BouncedRecipient, entries: readonly StatusEntry[]): BouncedRecipient {
  const [entry] = entries;
  if (entry === undefined || entries.length > 1 || recipient.status !== null) return recipient;
  const { address, diagnostic, failed } = recipient;
  return judged(address, entry.status, entry.diagnostic ?? diagnostic ?? '', failed);
}

/** The recipient of a returned message: the envelope's recipient where a server on its way wrote it down, else those in To. */
function returnedRecipients(returned: string): readonly string[] {
  const to =
    /^[ \t]*(?:to|x-original-to|envelope-to|delivered-to)\s*:([^\n]{0,1000}(?:\n[ \t]+[^\s:]{1,300}[ ,<@][^\n]{0,1000}){0,50})/im.exec(
      returned,
    )?.[1] ?? '';
  const named = allAddresses(to);
  if (named.length === 1) return named;
  const envelope = new Set(
    [...returned.matchAll(/\sfor\s{1,4}<([^<>\s]{1,300}@[^<>\s]{1,200})>/g)].map((match) =>
      (match[1] ?? '').toLowerCase(),
    ),
  );
  const [only] = envelope;
  return envelope.size === 1 && only !== undefined ? [only] : named;
}

function recipientOf(
  address: string,
  entry: StatusEntry,
  said: string,
  action: BounceAction,
): BouncedRecipient {
  const failed = (entry.action === '' ? action : entry.action) === 'failed';
  if (entry.diagnostic !== null) return judged(address, entry.status, entry.diagnostic, failed);
  const prose = around(said, address);
  // Without a reply the code stands alone: the words around an address are the report's own.
  const judgement = judged(address, entry.status, entry.status === null ? (prose ?? '') : '', failed);
  return { ...judgement, diagnostic: prose };
}

function recipientOfText(address: string, context: string, action: BounceAction): BouncedRecipient {
  return judged(address, null, context.replace(/\s+/g, ' ').trim().slice(0, 500), action === 'failed');
}

function judged(address: string, status: string | null, reply: string, failed: boolean): BouncedRecipient {
  const refusal = judgeRefusal(status, reply);
  return {
    address,
    status: refusal.status,
    diagnostic: reply === '' ? null : reply,
    failed,
    permanent: failed && refusal.permanent,
    suppress: failed && refusal.dead,
  };
}

/** What a report in prose says of an address, from its line on. */
function around(text: string, address: string): string | null {
  const at = text.toLowerCase().indexOf(address);
  if (at < 0) return null;
  const line = text.lastIndexOf('\n', at) + 1;
  const found = text
    .slice(Math.max(line, at - 200), at + 500)
    .replace(/\s+/g, ' ')
    .trim();
  return found === '' ? null : found;
}

function messageIds(mail: ParsedMail, texts: readonly string[]): readonly string[] {
  const found = new Set([...mail.inReplyTo, ...mail.references]);
  for (const text of texts) {
    const unfolded = text
      .slice(0, 800_000)
      .replace(/=\n/g, '')
      .replace(/\n[ \t]+/g, ' ');
    for (const match of unfolded.matchAll(
      /(?:message-?id|in-reply-to|references)\b[^<\n]{0,60}((?:<[^<>\s]{3,300}>\s*){1,60})/gi,
    )) {
      for (const id of (match[1] ?? '').match(/<[^<>\s]{3,300}>/g) ?? [])
        found.add(id.replaceAll('=3D', '='));
      if (found.size > 500) return [...found];
    }
  }
  if (mail.internetMessageId !== null) found.delete(mail.internetMessageId);
  return [...found];
}

function unique(recipients: readonly BouncedRecipient[]): readonly BouncedRecipient[] {
  const byAddress = new Map<string, BouncedRecipient>();
  for (const recipient of recipients)
    if (!byAddress.has(recipient.address)) byAddress.set(recipient.address, recipient);
  return [...byAddress.values()];
}
