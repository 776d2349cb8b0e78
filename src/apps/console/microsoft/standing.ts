import { html } from 'hono/html';
import type { MicrosoftConnection } from '../../../intake/microsoft/access/find-connection.ts';
import { SILENT_AFTER_MS } from '../../../intake/microsoft/access/watch-microsoft.ts';
import { type Html, icon, when } from '../parts/html.ts';
import type { MailboxRow } from '../../../mailboxes/settings/list-mailboxes.ts';
import { MINUTE } from '../../../platform/time.ts';
import { may } from '../../../people/access/permissions.ts';
import type { Visit } from '../shell/visit.ts';
import { microsoftWords } from './words.ts';

/** How fetching stands: whether mail comes in, when somebody last looked, and when the secret ends. */
export function standing(
  visit: Visit,
  connection: MicrosoftConnection,
): { readonly good: boolean; readonly shown: Html } {
  const words = visit.say(microsoftWords);
  const { lookedAt, refusedSince, refusal, fault, secretEndsAt, signInEndsAt, toldUntil, connectedAt } =
    connection;
  const lag = visit.now.getTime() - (lookedAt ?? connectedAt).getTime();
  const isSilent = lag > SILENT_AFTER_MS;
  const good = refusedSince === null && !isSilent;
  const said =
    refusedSince !== null
      ? words.refused
      : isSilent
        ? words.silent
        : lookedAt === null
          ? words.waiting
          : words.good;
  const facts: readonly (readonly [string, Html | string])[] = [
    ...(lookedAt === null ? [] : [[words.lookedAt, visit.format.age(lookedAt)] as const]),
    ...(lookedAt === null
      ? []
      : [
          [
            words.lag,
            `${visit.format.number(Math.max(0, Math.round(lag / MINUTE)))} ${words.minutes}`,
          ] as const,
        ]),
    ...(connection.kind === 'delegated' && secretEndsAt === null
      ? []
      : [[words.secretEnds, secretEndsAt?.toISOString().slice(0, 10) ?? words.unknown] as const]),
    ...(signInEndsAt === null ? [] : [[words.signInEnds, signInEndsAt.toISOString().slice(0, 10)] as const]),
    [words.told, toldUntil === null ? words.polled : words.atOnce],
    [words.sending, words.sendsBy[connection.sends]],
  ];
  const shown = html`<p data-standing="${good ? 'good' : 'bad'}">
      ${icon(good ? (lookedAt === null ? 'clock' : 'circle-check') : 'triangle-alert', visit.deps.assets)}
      ${said} ${when(good ? null : (refusal ?? fault), (why) => html` <q lang="en">${why}</q>`)}
    </p>
    <dl class="figures">
      ${facts.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>`;
  return { good, shown };
}

/** A mailbox among the others: how its mail comes in, or that it is not connected. */
export function microsoftCard(
  visit: Visit,
  mailbox: MailboxRow,
  connection: MicrosoftConnection | null,
): Html {
  const words = visit.say(microsoftWords);
  const stands = connection === null ? null : standing(visit, connection);
  return html`<li class="card ${stands?.good === true ? 'good' : 'bad'}">
    <h2>${mailbox.name} <span class="quiet">${mailbox.address}</span></h2>
    ${stands?.shown ?? ''}
    ${when(
      may(visit.actor, 'mailboxes.manage'),
      () =>
        html`<p>
          <a href="/settings/mailboxes/${mailbox.id}/microsoft"
            >${connection === null ? words.button : words.title}</a
          >
        </p>`,
    )}
  </li>`;
}
