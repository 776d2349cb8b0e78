import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { expect, test } from 'vitest';
import { probeSender } from '../../src/outbox/smtp/probe-sender.ts';
import { offersUnicode } from '../../src/outbox/smtp/probe-unicode.ts';
import { serverOf } from '../../src/outbox/smtp/smtp-server.ts';
import { startSmtpListener } from '../support/smtp-listener.ts';

/** What `probe-sender.ts` and `probe-unicode.ts` use of the library although it promises none of it. */
type Internals = {
  readonly _responseActions?: unknown;
  readonly _sendCommand?: unknown;
  readonly _supportedExtensions?: unknown;
};

test('the private fields of nodemailer that the probes use are there', async () => {
  const smtp = await startSmtpListener();
  const connection = new SMTPConnection(serverOf({ url: smtp.url }));
  await new Promise<void>((resolve, reject) => {
    connection.once('error', reject);
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
  const { _responseActions, _sendCommand, _supportedExtensions } = connection as unknown as Internals;
  connection.close();
  await smtp.stop();
  const changed = "nodemailer's internals changed: see src/outbox/smtp/probe-*.ts";
  expect(Array.isArray(_responseActions), changed).toBe(true);
  expect(typeof _sendCommand, changed).toBe('function');
  expect(_supportedExtensions, changed).toEqual(expect.arrayContaining(['SMTPUTF8']));
});

test('the probes read by them what the server says', async () => {
  const smtp = await startSmtpListener({ behaviour: { mail: { code: 550, text: '5.7.1 Not yours' } } });
  const ascii = await startSmtpListener({ asciiOnly: true });
  const changed = "nodemailer's internals changed: see src/outbox/smtp/probe-*.ts";
  const signal = AbortSignal.timeout(10_000);
  const fault = await probeSender(serverOf({ url: smtp.url }), null, 'desk@example.com');
  expect(fault?.reply, changed).toMatchObject({ code: 550, enhancedCode: '5.7.1' });
  expect(await offersUnicode(serverOf({ url: smtp.url }), signal), changed).toBe(true);
  expect(await offersUnicode(serverOf({ url: ascii.url }), signal), changed).toBe(false);
  await Promise.all([smtp.stop(), ascii.stop()]);
});
