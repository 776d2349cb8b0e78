import { expect, test } from 'vitest';
import { visibleTextOfHtml } from '../../src/mail/trim/trim-reply.ts';

const introduction = 'On 2 Nov 2026, at 16:05, Desk &lt;desk@example.com&gt; wrote:';

test.each([
  ['introduction inside the quote', `Yes<blockquote><div>${introduction}</div><div>Ok?</div></blockquote>`],
  ['introduction above the quote', `Yes<div>${introduction}</div><blockquote><div>Ok?</div></blockquote>`],
  ['no quote element', `<html><body>Yes<div>${introduction}</div><div>Ok?</div></body></html>`],
  ['Gmail', `Yes<div class="gmail_quote"><div class="gmail_quote">${introduction}<div>Ok?</div></div></div>`],
  [
    'Hotmail',
    `Yes<hr id="stopSpelling">Date: Mon, 2 Nov 2026<br>Subject: x<br>From: d@example.com<br>To: a@example.com<br><br>Ok?`,
  ],
  ['Outlook 2003', `<p>Yes</p><div class="OutlookMessageHeader"><hr>Desk</div><p>Ok?</p>`],
  ['Outlook for Mac', `<div>Yes</div><span id="OLK_SRC_BODY_SECTION"><div>Desk</div><div>Ok?</div></span>`],
  [
    'Windows Mail',
    `<div>Yes</div><div style="border-top-style: solid"><b>От:</b> Desk<br><b>Отправлено:</b> 2 ноября<br><b>Кому:</b> Ann</div><div>Ok?</div>`,
  ],
  [
    'rule and two headers',
    `Yes<hr><div><b>From: d@example.com</b> <b>Date: Mon, 2 Nov 2026</b></div><div>Ok?</div>`,
  ],
  ['signature element', `<div>Yes</div><div class="gmail_signature">Ann, Customer Ltd</div>`],
  ['scripts and styles', `<style>p{}</style><script>alert(1)</script><p>Yes</p>`],
])('%s', (_, html) => {
  expect(visibleTextOfHtml(html)).toBe('Yes');
});

test('a quotation the writer made himself stays', () => {
  expect(visibleTextOfHtml('See<blockquote class="gmail_quote">the rule</blockquote>')).toBe('See\nthe rule');
  expect(
    visibleTextOfHtml(
      `See<blockquote>the rule</blockquote><div>${introduction}</div><blockquote>Ok?</blockquote>`,
    ),
  ).toBe('See\nthe rule');
});

test('words below a quote stay', () => {
  expect(visibleTextOfHtml('<div>Yes</div><blockquote>Ok?</blockquote><div>Ann</div>')).toBe('Yes\nOk?\nAnn');
});

test('a web page cited, and a mail that is all marked as the reply, are the writer’s', () => {
  expect(visibleTextOfHtml('<p>Read:</p><blockquote cite="https://shop.example/1">Late.</blockquote>')).toBe(
    'Read:\n\nLate.',
  );
  expect(visibleTextOfHtml('<div><div name="messageReplySection"><p>Yes</p></div></div>')).toBe('Yes');
});

test('a forwarded mail stays', () => {
  const html =
    'FYI<div class="gmail_quote">---------- Forwarded message ---------<br>From: <b>Shop</b><br>Date: Mon, 2 Nov 2026<br>Subject: x<br>To: Ann<br><br>Late.</div>';
  expect(visibleTextOfHtml(html)).toContain('Late.');
});

test('only a quote is shown rather than nothing, and no text is null', () => {
  expect(visibleTextOfHtml('<blockquote>Ok?</blockquote>')).toBe('Ok?');
  expect(visibleTextOfHtml('<style>p{}</style><div> </div>')).toBeNull();
});

test('deep and long HTML comes through', () => {
  for (const html of [
    '<div>'.repeat(100_000),
    '<blockquote>a'.repeat(20_000),
    '<p><b>'.repeat(50_000),
    '<'.repeat(500_000),
    '<a b="'.repeat(100_000),
  ]) {
    expect(visibleTextOfHtml(`<p>Yes</p>${html}`)).toContain('Yes');
  }
});
