import { expect, test } from 'vitest';
import { withoutArmour } from '../../src/mail/enclosed/clear-signed.ts';
import { parseMail } from '../../src/mail/reading/parse-mail.ts';
import { mailFixtures } from '../support/mail-fixtures.ts';

const fixture = (number: string) => mailFixtures().find(({ slug }) => slug.startsWith(number))!;

test.each(['397', '398', '399'])('the mail within winmail.dat of %s opens as a mail', async (number) => {
  const { attachments } = await parseMail(fixture(number).raw);
  const attached = attachments.find(({ name }) => name === 'Invoice 77.eml');
  expect(attached?.contentType).toBe('message/rfc822');
  const mail = await parseMail(attached!.content);
  expect(mail).toMatchObject({
    from: { name: 'Bert Boß', address: 'bert@x.example' },
    subject: 'Invoice 77',
    text: 'The amount must be 120, not 210.',
  });
  expect(mail.date?.getUTCFullYear()).toBe(2025);
});

test('the armour of clear-signing goes in linear time, however it is repeated', () => {
  for (const line of [
    '-----BEGIN PGP SIGNED MESSAGE-----\n',
    '-----BEGIN PGP SIGNATURE-----\n',
    '-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n-----BEGIN PGP SIGNATURE-----\n',
  ])
    expect(withoutArmour(line.repeat(20_000)).length).toBeLessThanOrEqual(line.length * 20_000);
});
