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
