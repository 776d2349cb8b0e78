import { describe, expect, test } from 'vitest';
import { authenticateMail } from '../../src/mail/authenticity/authenticate.ts';
import { readBounce } from '../../src/mail/bounce/read-bounce.ts';
import { classifyMail } from '../../src/mail/kind/classify.ts';
import { parseMail } from '../../src/mail/reading/parse-mail.ts';
import { mailFixtures } from '../support/mail-fixtures.ts';

type Meaning = {
  readonly about: string;
  readonly class?: string;
  readonly decidedBy?: string;
  readonly visibleText?: string;
  readonly verdict?: string;
  readonly reason?: string;
  readonly domain?: string;
  readonly bounce?: {
    readonly action: string;
    readonly recipients: readonly {
      address: string;
      status: string | null;
      permanent: boolean;
      suppress: boolean;
    }[];
    readonly originalMessageIds: readonly string[];
  };
};

const context = { mailboxAddress: 'desk@example.com' };
const all = mailFixtures().map(({ slug, raw, expected }) => ({
  slug,
  raw,
  expected: expected as unknown as Meaning,
}));
const having = (key: keyof Meaning) => all.filter(({ expected }) => key in expected);

describe('what the fixtures mean', () => {
  test.each(having('class'))('$slug is classified', async ({ raw, expected }) => {
    const found = classifyMail(await parseMail(raw), context);
    expect(found).toMatchObject({ class: expected.class, decidedBy: expected.decidedBy });
  });

  test.each(having('visibleText'))('$slug shows what its writer wrote', async ({ raw, expected }) => {
    expect((await parseMail(raw)).visibleText).toBe(expected.visibleText);
  });

  test.each(having('verdict'))('$slug is believed as far as it deserves', async ({ raw, expected }) => {
    expect(authenticateMail(await parseMail(raw))).toEqual({
      verdict: expected.verdict,
      reason: expected.reason,
      domain: expected.domain,
    });
  });

  test.each(having('bounce'))('$slug says who did not get what', async ({ raw, expected }) => {
    const bounce = readBounce(await parseMail(raw), raw.toString('latin1'));
    expect(bounce?.action).toBe(expected.bounce?.action);
    const found = bounce?.recipients.map(({ address, status, permanent, suppress }) => ({
      address,
      status,
      permanent,
      suppress,
    }));
    expect(found).toEqual(expected.bounce?.recipients);
    expect(bounce?.originalMessageIds).toEqual(expected.bounce?.originalMessageIds);
    for (const { address } of expected.bounce?.recipients ?? []) expect(bounce?.addresses).toContain(address);
  });

  /** Made to be read, but what they hold is a report or an answer all the same. */
  const reports: Readonly<Record<string, string>> = { '043': 'bounce', '182': 'receipt', '208': 'bounce' };

  test.each(having('about').filter(({ slug }) => slug < '500'))(
    '$slug, made to be read, is no report and no answer',
    async ({ slug, raw }) => {
      const found = classifyMail(await parseMail(raw), context).class;
      expect(reports[slug.slice(0, 3)] ?? (found === 'list' ? 'list' : 'human')).toBe(found);
    },
  );
});

test('the fixtures of meaning are there', () => {
  expect(having('class').length).toBeGreaterThanOrEqual(60);
  expect(having('verdict').length).toBeGreaterThanOrEqual(20);
  expect(having('bounce').length).toBeGreaterThanOrEqual(15);
  expect(having('visibleText').length).toBeGreaterThanOrEqual(25);
});
