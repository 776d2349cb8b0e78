import { expect, test } from 'vitest';
import { adfToText } from '../../src/integrations/jira/adf/adf-to-text.ts';
import { fittingAdf, MAX_DOCUMENT_LENGTH } from '../../src/integrations/jira/adf/shortened.ts';
import { acceptable, textToAdf } from '../../src/integrations/jira/adf/text-to-adf.ts';
import { adfFault } from '../support/adf-schema.ts';

/** What is left when all that ADF may lay out otherwise is taken away: space, fences, the mark of an empty line in a quote. */
const bare = (text: string) =>
  acceptable(text)
    .replace(/^>\s*$/gm, '')
    .replace(/[\s`]+/g, '');

const PIECES = [
  'word', 'two words', 'https://example.org/a?b=c#d', 'see http://example.org.', '> quoted', '>> deeper', '>', '> ',
  '- item', '* item', '-no item', '1. one', '2. two', '7. seven', '1. again', '007. spy', '```', '```ts', '```ts x',
  '    indented', '\ttab', '', ' ', '\u0000', '\ud800', '\u0007bell', '<b>&amp;</b>', '|a|b|', '*bold* _it_ {code}', '👩‍👧 émoji',
  'https://', 'http://[', '#', '# heading', '---', '\r\nline', 'very '.repeat(50), '\ufffe', '“quotes”', '@someone', '$&',
]; // prettier-ignore

// A fixed sequence, so that a failure comes again.
function sequence(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

function anyText(next: (below: number) => number): string {
  return Array.from(
    { length: next(14) },
    () => PIECES[next(PIECES.length)]! + ['\n', '\n\n', ' ', '\r\n'][next(4)]!,
  ).join('');
}

test('any text becomes a document that Atlassian’s schema takes, and loses nothing', () => {
  const next = sequence(42);
  for (let n = 0; n < 3000; n += 1) {
    const text = anyText(next);
    const document = textToAdf(text);
    const fault = adfFault(document);
    expect(fault, `${JSON.stringify(text)}: ${fault}`).toBeNull();
    expect(bare(adfToText(document)), JSON.stringify(text)).toBe(bare(text));
  }
});

test('text beyond 2,000 nodes stays whole, as one block', () => {
  const text = Array.from({ length: 3000 }, (_, n) => `paragraph ${n}`).join('\n\n');
  const document = textToAdf(text);
  expect(adfFault(document)).toBeNull();
  expect(bare(adfToText(document))).toBe(bare(text));
  expect(document.content.length).toBeLessThan(1001);
});

test('what is too long is cut, and says where the rest is', () => {
  for (const text of ['x'.repeat(100_000), '"\n'.repeat(40_000), '👩'.repeat(30_000)]) {
    const document = fittingAdf(text, 'https://desk.example.com/requests/1');
    expect(adfFault(document)).toBeNull();
    expect(JSON.stringify(document).length).toBeLessThanOrEqual(MAX_DOCUMENT_LENGTH);
    expect(JSON.stringify(document).length).toBeGreaterThan(MAX_DOCUMENT_LENGTH / 2);
    expect(adfToText(document)).toContain('The rest is at https://desk.example.com/requests/1');
  }
});

test('everything that a person can write in Jira is read, and what is not known is read for its text', () => {
  const text = (value: string, ...marks: object[]) => ({
    type: 'text',
    text: value,
    ...(marks.length ? { marks } : {}),
  });
  const p = (...content: object[]) => ({ type: 'paragraph', content });
  const document = {
    version: 1,
    type: 'doc',
    content: [
      { type: 'heading', attrs: { level: 2 }, content: [text('Title')] },
      p(
        text('Hello '),
        { type: 'mention', attrs: { id: '1', text: '@Anna' } },
        text(' see '),
        text('this', { type: 'link', attrs: { href: 'https://a.example' } }),
      ),
      p(
        { type: 'emoji', attrs: { shortName: ':smile:', text: '😀' } },
        { type: 'date', attrs: { timestamp: '1767225600000' } },
        { type: 'status', attrs: { text: 'OPEN', color: 'red' } },
        { type: 'inlineCard', attrs: { url: 'https://card.example' } },
      ),
      {
        type: 'table',
        content: [
          {
            type: 'tableRow',
            content: [
              { type: 'tableCell', content: [p(text('a'))] },
              { type: 'tableCell', content: [p(text('b'))] },
            ],
          },
        ],
      },
      { type: 'panel', attrs: { panelType: 'info' }, content: [p(text('in a panel'))] },
      {
        type: 'taskList',
        attrs: { localId: '1' },
        content: [{ type: 'taskItem', attrs: { localId: '2', state: 'DONE' }, content: [text('done')] }],
      },
      { type: 'somethingNew', content: [{ type: 'evenNewer', content: [text('from the future')] }] },
      { type: 'mediaSingle', content: [{ type: 'media', attrs: { alt: 'shot.png' } }] },
    ],
  };
  expect(adfToText(document)).toBe(
    'Title\n\nHello @Anna see this (https://a.example)\n\n😀2026-01-01[OPEN]https://card.example\n\na | b\n\nin a panel\n\n' +
      '- [x] done\n\nfrom the future[attachment: shot.png]',
  );
  expect(adfToText('plain, as a webhook has it ')).toBe('plain, as a webhook has it');
  expect([null, 7, [], { type: 'doc', content: [null, 'x', {}] }].map(adfToText)).toEqual(['', '', '', '']);
});

test('a document of any depth ends', () => {
  let node: object = { type: 'text', text: 'deep' };
  for (let n = 0; n < 5000; n += 1) node = { type: 'blockquote', content: [node] };
  expect(adfToText({ type: 'doc', version: 1, content: [node] }).length).toBeLessThan(2000);
});
