import { expect, test } from 'vitest';
import { acceptable } from '../../src/integrations/jira/adf/text-to-adf.ts';
import { textToWiki } from '../../src/integrations/jira/wiki/text-to-wiki.ts';
import { wikiToText } from '../../src/integrations/jira/wiki/wiki-to-text.ts';
import { anyText, sequence } from '../support/any-text.ts';

test('any text comes back from wiki markup as it was', () => {
  const next = sequence(11);
  for (let n = 0; n < 2000; n += 1) {
    const text = anyText(next);
    expect(wikiToText(textToWiki(text)), JSON.stringify(text)).toBe(acceptable(text).trim());
  }
});

test('nothing that a contact writes becomes markup', () => {
  expect(textToWiki('*bold* {code} [a|b] !x.png! h1. no C:\\x &lt; (x) (y) a-b')).toBe(
    '\\*bold\\* \\{code\\} \\[a\\|b\\] \\!x.png\\! h1. no C:&#92;x &amp;lt; \\(x) \\(y) a\\-b',
  );
  expect(textToWiki('h1. Title\n bq. said\n----')).toBe('h1&#46; Title\n bq&#46; said\n\\-\\-\\-\\-');
  expect(textToWiki('See (https://a.example/log_1-2?x=[1].')).toBe(
    'See ([https://a.example/log_1-2?x=]\\[1\\].',
  );
});

test('whoever is named is called by their name in Jira', () => {
  const dana = { said: '@Dana', id: 'dana.dev', name: 'Dana Dev' };
  expect(textToWiki('@Dana, and @Danae *x*', [dana])).toBe('[~dana.dev], and @Danae \\*x\\*');
});

test('what a person writes in wiki markup is read as text', () => {
  const said = [
    'h2. Title',
    'bq. quoted',
    'See [the log|https://a.example/x] or [https://b.example], [~anna] and [^log.txt] !shot.png|thumbnail!',
    '{quote}their words{quote} {color:red}red{color} {{mono}} \\*literal\\* *bold*',
    '{code:java}',
    'int[] x = {1};',
    '{code}',
    '||a||b||',
    '{panel:title=Mind|borderStyle=dashed}inside{panel}',
  ];
  expect(wikiToText(said.join('\r\n'))).toBe(
    'Title\n> quoted\nSee the log (https://a.example/x) or https://b.example, @anna and [attachment: log.txt] [attachment: shot.png]\n' +
      'their words red mono *literal* *bold*\n```\nint[] x = {1};\n```\n|a|b|\nMind\ninside',
  );
  expect([null, 7, {}].map(wikiToText)).toEqual(['', '', '']);
});
