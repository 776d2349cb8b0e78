import type { Clock } from '../../platform/clock.ts';
import type { ContactSide } from './contact-side.ts';
import { mailboxView, peopleView } from './page/contact-view.ts';
import { groupConversations } from './conversations.ts';
import type { DemoMail } from './demo-mail.ts';
import type { DeskSide } from './desk-side.ts';
import type { GmailSide } from './gmail-side.ts';
import { gmailView } from './page/gmail-view.ts';
import type { EmailOutcome } from './queries.ts';

type Sides = {
  readonly contacts: ContactSide;
  readonly desk: DeskSide;
  readonly gmail: Pick<GmailSide, 'mails' | 'lines'>;
  readonly outcomes: () => Promise<readonly EmailOutcome[]>;
  readonly clock: Clock;
};

/** Whose mailbox and which request are looked at. */
type Visitor = { readonly person: string; readonly requestId: number | null };

/** How everything stands, as data. */
export async function demoState(sides: Sides, look: Visitor) {
  // Effects before causes: what a mail or a label tells of is then in the desk's part as well.
  const conversations = groupConversations(sides.contacts.mailsOf(look.person));
  const gmail = await sides.gmail.mails();
  const [outcomes, desk] = await Promise.all([sides.outcomes(), sides.desk.state(look.requestId)]);
  return {
    conversations: conversations.map(({ subject, mails }) => ({ subject, mails: mails.map(mailData) })),
    gmail: gmail.map((mail) => ({
      ...mail,
      outcome: outcomes.find(({ sourceId }) => sourceId === mail.id) ?? null,
    })),
    desk,
  };
}

/** How everything stands, as the parts of the page. */
export async function liveParts(sides: Omit<Sides, 'desk'>, person: string) {
  const [gmail, outcomes] = await Promise.all([sides.gmail.mails(), sides.outcomes()]);
  const now = sides.clock.now();
  const labelsOf = new Map(gmail.map(({ id, labels }) => [id, labels]));
  return {
    parts: {
      people: String(await peopleView(sides.contacts.people(), person)),
      mailbox: String(await mailboxView(groupConversations(sides.contacts.mailsOf(person)), labelsOf, now)),
      gmail: String(await gmailView(gmail, outcomes, sides.gmail.lines(), now)),
    },
  };
}

function mailData({ id, at, mail, owners, written }: DemoMail) {
  const { from, to, replyTo, subject, text, visibleText, internetMessageId, inReplyTo, references, headers } =
    mail;
  return {
    id,
    at,
    owners,
    written,
    from,
    to,
    replyTo,
    subject,
    text,
    visibleText,
    internetMessageId,
    inReplyTo,
    references,
    headers,
    attachments: mail.attachments.map(({ name, contentType, content }) => ({
      name,
      contentType,
      size: content.length,
    })),
  };
}
