import { expect, test } from 'vitest';
import { canonicalCharset } from '../../src/mail/charsets/charset-label.ts';
import { decodeText } from '../../src/mail/charsets/decode-text.ts';

/** The bytes were made by Python's codecs and the iconv of glibc, not by what decodes them here. */
test.each([
  ['cp862', '998c858d2092858c8d', 'שלום עולם'],
  ['DOS-862', '848799818590899a', 'החשבונית'],
  ['cp1125', '8fe0a8a2f7e22c20f3a0adaeaa', 'Привіт, ґанок'],
  ['x-mac-cyrillic', '87e4f0e0e2f1f2e2f3e9f2e5', 'Здравствуйте'],
  ['x-mac-ce', 'eb6c75e96f758b6bf9206bf3cb', 'Žluťoučký kůň'],
  ['x-mac-centraleurroman', 'fc9764902c207a61fd97b88d', 'Łódź, zażółć'],
  ['x-mac-greek', 'bae1ece8eddbf2e1', 'Καλημέρα'],
  ['x-mac-turkish', 'dc7374616e62756c20db9fdfdd', 'İstanbul ğüşı'],
  ['x-mac-icelandic', 'de9772dd7572208720ea7361666972dd69', 'Þórður á Ísafirði'],
  ['x-mac-croatian', 'c865766170e869e6692c20b9f0be', 'Čevapčići, šđž'],
  ['x-mac-romanian', '4772be6269742c206d89696e65', 'Grăbit, mâine'],
  ['hp-roman8', '4772cede652c2064c56ac8', 'Größe, déjà'],
  ['PT154', '8de0e7e09d20f2b3ebb3', 'Қазақ тілі'],
  ['KZ-1048', '8de0e7e09df1f2e0ed20bcbee3b3ece5', 'Қазақстан әңгіме'],
  ['koi8-t', 'f4cf8dc9cba5208ac1a3d4', 'Тоҷикӣ ҳаёт'],
  ['cp720', 'eaa9a5a09f', 'مرحبا'],
  ['cp869', 'b5d6e5e1e69debd6', 'Καλημέρα'],
  ['cp857', '9e699f6c69208da781', 'Şişli ığü'],
  ['cp775', 'be6961756c69616920d0d8d3', 'Šiauliai ąžė'],
  ['ARMSCII-8', 'b4b3f1bbf520d2bbbd', 'Բարեւ Ձեզ'],
  ['geostd8', 'c2c0ccc0d2e3cfc1c0', 'გამარჯობა'],
  ['georgian-academy', 'd1c0d5c0d0c7c5c4cacd', 'საქართველო'],
  ['TCVN-5712:1993', '5469d56e67205669d6742c20aec6742068b56e67', 'Tiếng Việt, đặt hàng'],
  ['VISCII', '5469aa6e67205669ae742c20f0bd6e2068e06e67', 'Tiếng Việt, đơn hàng'],
  ['windows-1258', 'd0e3f2742068e06e672073f4ec2035', 'Đặt hàng số 5'],
  ['cp1133', 'a6c0aec1a8a9c4', 'ສະບາຍດີ'],
  ['mik', '87a4b0a0a2a5a9b2a5', 'Здравейте'],
  ['utf-32be', '000004160000002000000035', 'Ж 5'],
])('%s: %s reads "%s"', (label, hex, text) => {
  expect(decodeText(Buffer.from(hex, 'hex'), label)).toBe(text);
});

test.each(['constructor', '__proto__', 'base64', 'binary', 'hex', 'cn', 'internal', 'euc-tw'])(
  '%s is no charset that anything is decoded by',
  (label) => {
    expect(canonicalCharset(label)).toBeNull();
    expect(decodeText(Buffer.from('Grüße, Ihr Müller', 'latin1'), label)).toBe('Grüße, Ihr Müller');
  },
);
