import { expect, test } from 'vitest';
import { readForwardedSender } from '../../src/mail/trim/forwarded.ts';

const olga = { name: 'Olga', address: 'olga@customer.example' };
const writer = 'Olga <olga@customer.example>';

function forwarded(subject: string, text: string) {
  return readForwardedSender({ subject, text: `Can you look?\n\n${text}`, attachments: [] });
}

test.each([
  [
    'Fwd: Parcel',
    `---------- Forwarded message ---------\nFrom: ${writer}\nDate: Sat, 21 Nov 2026\nSubject: Parcel`,
  ],
  [
    'Fwd: Parcel',
    `> Začátek přeposílané zprávy:\n>\n> Od: ${writer}\n> Předmět: Balík\n> Komu: ann@desk.example`,
  ],
  ['Fwd: Parcel', `> İleti başlangıcı:\n>\n> Kimden: ${writer}\n> Konu: Paket`],
  ['Fwd: Parcel', `-------- Välitetty viesti / Fwd.Msg --------\nAihe: \tPaketti\nLähettäjä: \t${writer}`],
  ['WG: Paket', `Von: ${writer}\nGesendet: Samstag, 21. November 2026 18:00\nAn: Ann\nBetreff: Paket`],
  [
    'VS: Pakke',
    `Fra: Olga [mailto:olga@customer.example]\nSendt: 21. november 2026 18:00\nTil: Ann\nEmne: Pakke`,
  ],
  ['FW: Paquet', 'Le 21/11/2026 18:00, « Olga » <olga@customer.example> a écrit :\n\n    Où est-il ?'],
  [
    'Fw: Parcel',
    `   ----- Forwarded Message ----- From: ${writer}To: "a@b.example" <a@b.example>Sent: Tuesday`,
  ],
])('%s: who wrote it is read from %s', (subject, text) => {
  expect(forwarded(subject, text)).toEqual(olga);
});

test.each([
  ['Re: Parcel', `---------- Forwarded message ---------\nFrom: ${writer}`],
  ['VS: Paketti', `Lähettäjä: ${writer}\nLähetetty: 21.11.2026 18:00\nVastaanottaja: Ann\nAihe: Paketti`],
  ['Fwd: Parcel', 'From: London\nwith love'],
])('%s: nobody is read from %s', (subject, text) => {
  expect(forwarded(subject, text)).toBeNull();
});

const attached = (name: string, contentType: string, subject: string) => ({
  name,
  contentType,
  content: new TextEncoder().encode(`From: ${writer}\r\nSubject: ${subject}\r\n\r\nWhere is it?`),
  inline: false,
  contentId: null,
});

test.each([
  ['Outlook', 'WG: Paket', attached('Paket.eml', 'message/rfc822', 'Paket')],
  ['Gmail, the same subject', 'Parcel', attached('Parcel.eml', 'message/rfc822', 'Parcel')],
  ['a file by its name', 'TR: Colis', attached('Colis.eml', 'application/octet-stream', 'Colis')],
  ['no subject of its own', '', attached('mail.eml', 'message/rfc822', 'Re: Parcel')],
  ['Thunderbird', 'Fwd: Parcel', attached('Parcel.eml', 'message/rfc822', '=?utf-8?Q?Parcel?=')],
  ['Romanian', 'Redirecționat: Colet', attached('Colet.eml', 'message/rfc822', 'Colet')],
])('who wrote a mail forwarded as a file is read: %s', (_, subject, file) => {
  expect(readForwardedSender({ subject, text: 'Please take it.', attachments: [file] })).toEqual(olga);
});

test('a mail attached as evidence or to an answer forwards nothing', () => {
  const file = attached('proof.eml', 'message/rfc822', 'Invoice 7');
  for (const subject of ['Complaint', 'Re: Invoice 7'])
    expect(readForwardedSender({ subject, text: 'See the mail.', attachments: [file] })).toBeNull();
});

test.each([
  ['Redirecționat: Imprimanta', `---------- Forwarded message ---------\nFrom: ${writer}`],
  ['Printer', `---------- Forwarded message ---------\nFrom: ${writer}`],
  ['Printer', `-------- Ujumbe uliosambazwa --------\nKutoka: ${writer}\nTarehe: 28 Nov`],
  [
    'Továbbítás: Nyomtató',
    `Feladó: ${writer}\nElküldve: 2026. november 28. 9:14\nCímzett: Ann\nTárgy: Nyomtató`,
  ],
  ['Proslijeđeno: Pisač', `Od: ${writer}\nPoslano: 28. studenog 2026. 9:14\nPrima: Ann\nPredmet: Pisač`],
  ['轉寄: 印表機', `寄件者: ${writer}\n寄件日期: 2026年11月28日 上午 09:14\n收件者: Ann\n主旨: 印表機`],
])('%s: who wrote it is read from %s', (subject, text) => {
  expect(forwarded(subject, text)).toEqual(olga);
});
