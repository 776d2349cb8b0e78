import { expect, test } from 'vitest';
import { subjectKind, withoutPrefixes } from '../../src/mail/trim/subject-prefix.ts';

test.each([
  'RES: Delivery', 'SV: Delivery', 'AW: Delivery', 'Antw.: Delivery'.replace('.', ''), 'Odp: Delivery', 'YNT: Delivery', 'ATS: Delivery', 'Vá: Delivery',
  'ΑΠ: Delivery', 'Отв: Delivery', 'Відп: Delivery', 'תגובה: Delivery', 'رد: Delivery', '回复：Delivery', '回覆: Delivery', '返信: Delivery', '회신: Delivery',
  'Trả lời: Delivery', 'BLS: Delivery', 'Re[2]: Delivery', 'RE(3): Delivery', 'Re^2: Delivery', 'Re : Delivery', 'RE: AW: SV: Delivery',
  'Atbilde: Delivery', 'Odpowiedź: Delivery', 'Vastaus: Delivery', 'TB: Delivery', 'Přeposláno: Delivery', 'الرد: Delivery', 'ارسال مجدد: Delivery',
  '[EXT!] Delivery', '[Externe E-Mail] AW: Delivery', '[EXTERNER ABSENDER] Delivery', '[Внешнее письмо] Re: Delivery', '[外部邮件] 回复：Delivery', '[Caution: External] Delivery',
  '[Ekstern] SV: Delivery', '***SPAM*** Delivery', '[***EXTERNAL***] Delivery', '[Non-DoD Source] Delivery', '[EXTERNAL-EMAIL] Delivery', '[SEC=OFFICIAL] Delivery', '⚠ EXTERNAL: Delivery',
  'EXTERNAL SENDER: Re: Delivery', 'EXT: AW: Delivery', '#secure# Delivery', '[Phishing?] Delivery', '[외부메일] Delivery',
  '[EXTERNAL] Re: Delivery', 'Re: [EXTERNAL] Delivery', '[EXT] Delivery', '[SPAM] AW: Delivery', '{Spam?} Delivery', '[External Sender] Re: Delivery', '*EXTERN* Delivery',
  'WG: Delivery', 'TR: Delivery', 'RV: Delivery', 'ENC: Delivery', 'VB: Delivery', 'PD: Delivery', 'İLT: Delivery', 'Redirecționat: Delivery', '转发: Delivery', '轉寄：Delivery', 'Továbbítás: Delivery',
  'YANIT: Delivery', 'Odpověď: Delivery', 'Răspuns: Delivery', 'Phản hồi: Delivery', 'Tanggapan: Delivery', 'Áfram: Delivery', 'Redirecționare: Delivery', 'Προώθ: Delivery', 'فوروارد: Delivery', 'Yönl: Delivery',
  '{Disarmed} Delivery', '[Mail extern] AW: Delivery', '[E-mail externe] Delivery', '【外部邮件】Delivery', '[VNĚJŠÍ] Delivery', '[Внешняя почта] Delivery', '[스팸] Delivery', '[MARKED AS SPAM] Delivery', '[WARNING: ATTACHMENT UNSCANNED]Re: Delivery', '(nicht verschlüsselt) Delivery', '[DMARC FAIL] Delivery',
  'Delivery [EXTERNAL]', 'Re: Delivery [SEC=OFFICIAL]', 'Delivery [Ext. E-Mail]'.replace('.', ''),
])('%s is about Delivery', (subject) => {
  expect(withoutPrefixes(subject)).toBe('Delivery');
}); // prettier-ignore

test.each([
  'Invoice: 12',
  'Delivery: late',
  '[JIRA-12] broken',
  'External: order 5',
  'EXT: 12 is dead',
  '[External drive] broken',
  '(Warning light) stays on',
  'CAUTION: wet floor',
  'TR-12: x',
  '[Spam filter] blocks us',
  'Reply needed: today',
  'Rechnung: 5',
  'Question 3: how?',
  'Delivery of [External drive]',
  '[Mail server] broken',
  '[Signed contract] inside',
  '[Unclassified waste] collect',
])('%s is a subject of its own', (subject) => {
  expect(withoutPrefixes(subject)).toBe(subject);
});

test('one prefix answers in one language and forwards in another', () => {
  expect(subjectKind('VS: Lasku', new Set(['fi']))).toBe('reply');
  expect(subjectKind('VS: Faktura', new Set(['da']))).toBe('forward');
  expect(subjectKind('[EXTERNAL] Fwd: Invoice')).toBe('forward');
  expect(subjectKind('Re: Fwd: Invoice')).toBe('reply');
  expect(subjectKind('Invoice')).toBeNull();
});
