import { html } from 'hono/html';
import type { Language } from '../../../mail/language.ts';
import { CHANGEABLE_DAYS, COMMENT_LENGTH, type RatingAsked } from '../../../requests/ratings/rating.ts';
import { RATINGS } from '../../../requests/request.ts';
import type { Assets } from '../assets/assets.ts';
import { type Html, when } from '../parts/html.ts';
import { barePage } from '../shell/bare-page.ts';
import type { Catalogue } from '../shell/visit.ts';

const en = {
  title: 'Was it helpful?',
  about: (mailbox: string, id: number) => `${mailbox}, request ${id}`,
  ratings: { helpful: 'Yes, it was helpful', unhelpful: 'No, it was not' },
  comment: 'Anything to add? (optional)',
  send: 'Send',
  change: 'Change it',
  wanted: 'Choose yes or no first.',
  thanks: `Thank you. You can change your answer for ${CHANGEABLE_DAYS} days.`,
  over: 'Thank you. Your answer can no longer be changed.',
  stale: 'This link is not known',
  staleHelp: 'Open the link in the latest email about your request once more.',
};
const ru: typeof en = {
  title: 'Помогли ли мы вам?',
  about: (mailbox, id) => `${mailbox}, обращение ${id}`,
  ratings: { helpful: 'Да, помогли', unhelpful: 'Нет, не помогли' },
  comment: 'Хотите что-нибудь добавить? (необязательно)',
  send: 'Отправить',
  change: 'Изменить',
  wanted: 'Сначала выберите, да или нет.',
  thanks: `Спасибо. Ответ можно изменить в течение ${CHANGEABLE_DAYS} дней.`,
  over: 'Спасибо. Изменить ответ уже нельзя.',
  stale: 'Эта ссылка неизвестна',
  staleHelp: 'Откройте ещё раз ссылку из последнего письма о вашем обращении.',
};
const sentences: Catalogue<typeof en> = { en, ru };

/** What was said so far, and the form to say it or change it, in the language of the notice. */
export function ratingPage(
  assets: Assets,
  {
    token,
    asked,
    wantsAnswer,
  }: { readonly token: string; readonly asked: RatingAsked; readonly wantsAnswer: boolean },
): Html {
  const words = sentences[asked.language];
  const { rating, isOpen } = asked;
  const said = isOpen ? words.thanks : words.over;
  const note = wantsAnswer ? words.wanted : rating !== null || !isOpen ? said : null;
  const content = html`<p dir="auto">${words.about(asked.mailboxName, asked.requestId)}</p>
    ${when(note, (text) => html`<p role="status" class="hint">${text}</p>`)}
    ${isOpen ? form(token, asked) : whatWasSaid(asked)}`;
  return barePage(assets, asked.language, { title: words.title, content });
}

/** For a link that is wrong, or whose notice was erased. */
export function staleRatingPage(assets: Assets, language: Language): Html {
  const words = sentences[language];
  return barePage(assets, language, { title: words.stale, content: html`<p>${words.staleHelp}</p>` });
}

function form(token: string, asked: RatingAsked): Html {
  const words = sentences[asked.language];
  return html`<form method="post" action="/rate/${token}" class="stack">
    <fieldset class="stack">
      <legend class="unseen">${words.title}</legend>
      ${RATINGS.map(
        (each) =>
          html`<label class="check"
            ><input
              type="radio"
              name="rating"
              value="${each}"
              required
              ${each === asked.rating ? html`checked` : ''}
            /><span>${words.ratings[each]}</span></label
          >`,
      )}
    </fieldset>
    <label
      >${words.comment}
      <textarea name="comment" rows="4" maxlength="${COMMENT_LENGTH}" dir="auto">${asked.comment}</textarea>
    </label>
    <button class="primary">${asked.rating === null ? words.send : words.change}</button>
  </form>`;
}

function whatWasSaid(asked: RatingAsked): Html | '' {
  const words = sentences[asked.language];
  return when(
    asked.rating,
    (rating) =>
      html`<p>${words.ratings[rating]}</p>
        ${when(asked.comment, (comment) => html`<blockquote dir="auto">${comment}</blockquote>`)}`,
  );
}
