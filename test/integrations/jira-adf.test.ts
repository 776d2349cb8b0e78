import { expect, test } from 'vitest';
import { adfToText } from '../../src/integrations/jira/adf/adf-to-text.ts';
import { fitting, MAX_DOCUMENT_LENGTH } from '../../src/integrations/jira/adf/shortened.ts';
import { acceptable, textToAdf } from '../../src/integrations/jira/adf/text-to-adf.ts';
import { adfFault } from '../support/adf-schema.ts';
import { anyText, sequence } from '../support/any-text.ts';
import { randomAdf } from '../support/random-adf.ts';

/** What is left when all that ADF may lay out otherwise is taken away: space, fences, the mark of an empty line in a quote. */
const bare = (text: string) =>
  acceptable(text)
    .replace(/^>\s*$/gm, '')
    .replace(/[\s`]+/g, '');

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
    const document = fitting(text, 'https://desk.example.com/requests/1', (part) => textToAdf(part));
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

test('whoever is named in a line, a list or a quote is called, and in code, an address or a longer word is not', () => {
  const dana = { said: '@Dana Dev', id: '712020:dana', name: 'Dana Dev' };
  const text = [
    'Ask @Dana Dev, not @Dana Devil or x@Dana Dev.',
    '- @Dana Dev: look',
    '> @Dana Dev',
    'https://a.example/@Dana',
    '```',
    '@Dana Dev',
    '```',
  ].join('\n');
  const document = textToAdf(text, [dana]);
  expect(adfFault(document)).toBeNull();
  const mention = { type: 'mention', attrs: { id: '712020:dana', text: '@Dana Dev' } };
  expect(JSON.stringify(document).split(JSON.stringify(mention))).toHaveLength(4);
  expect(bare(adfToText(document))).toBe(bare(text));
});

test('a document of any depth ends', () => {
  let node: object = { type: 'text', text: 'deep' };
  for (let n = 0; n < 5000; n += 1) node = { type: 'blockquote', content: [node] };
  const said = adfToText({ type: 'doc', version: 1, content: [node] });
  expect(said.length).toBeLessThan(2000);
  expect(said).toMatch(/deep$/);
});

test('whatever document Atlassian’s schema allows, none of its words is lost', () => {
  const next = sequence(7);
  let read = 0;
  for (let n = 0; n < 300; n += 1) {
    const { document, words } = randomAdf(next);
    expect(adfFault(document), JSON.stringify(document)).toBeNull();
    const text = adfToText(document);
    read += words.length;
    const lost = words.filter((word) => !text.includes(word));
    expect(lost, JSON.stringify(document)).toEqual([]);
    // What came from Jira is taken by Jira again.
    expect(adfFault(textToAdf(text)), JSON.stringify(text)).toBeNull();
  }
  expect(read).toBeGreaterThan(1000);
});
