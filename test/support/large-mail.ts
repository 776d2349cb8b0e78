const head =
  'From: Ann Writer <ann@customer.example>\r\nSubject: large\r\nMessage-ID: <l@customer.example>\r\n';

/** Mails too large for a fixture file, by what is large about them, or a part of that large. */
export const largeMails = (part = 1) => ({
  plainText: () => Buffer.from(`${head}\r\n${'lorem ipsum dolor sit amet\r\n'.repeat(75_000 / part)}`),
  emptyLines: () => Buffer.from(`${head}\r\nword${'\n'.repeat(2_000_000 / part)}`),
  parts: () =>
    Buffer.from(
      `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\nContent-Type: text/plain\r\n\r\nw\r\n'.repeat(10_000 / part)}--b--\r\n`,
    ),
  headerOfManyFields: () => Buffer.from(`${'X-Padding: aaaaaaaa\r\n'.repeat(500_000 / part)}${head}\r\nbody`),
  headerOfOneField: () => Buffer.from(`X-Padding: ${'a'.repeat(10_000_000 / part)}\r\n${head}\r\nbody`),
  headerOfFolds: () => Buffer.from(`X-Padding: a\r\n${' a\r\n'.repeat(2_500_000 / part)}${head}\r\nbody`),
  nesting: () => {
    const levels = Array.from(
      { length: 1000 },
      (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`,
    );
    return Buffer.from(`${head}${levels.join('')}Content-Type: text/plain\r\n\r\nbottom`);
  },
  deepHtml: () => Buffer.from(`${head}Content-Type: text/html\r\n\r\n${'<div>'.repeat(400_000 / part)}word`),
  uuencodedFiles: () =>
    Buffer.from(`${head}\r\nword\r\n${'begin 644 a\r\n`\r\nend\r\n'.repeat(500_000 / part)}`),
  richText: () =>
    Buffer.from(`${head}Content-Type: text/rtf\r\n\r\n{\\rtf1 word ${'{}\\f1'.repeat(2_000_000 / part)}}`),
  paddings: () =>
    Buffer.from(
      `${head}Content-Transfer-Encoding: base64\r\n\r\nSGFsbG8gSGFsbG8g${'QQ=='.repeat(500_000 / part)}`,
    ),
  breaksInWords: () =>
    Buffer.from(`${head}Content-Type: text/html\r\n\r\n${'x<wbr>'.repeat(170_000 / part)}`),
  cells: () =>
    Buffer.from(
      `${head}Content-Type: text/html\r\n\r\n<table><tr>${'<td>x</td>'.repeat(500_000 / part)}</tr></table>`,
    ),
  labelledLines: () => Buffer.from(`${head}\r\n${'a:b\r\n'.repeat(200_000 / part)}`),
  files: () =>
    Buffer.from(
      `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nword\r\n${'--b\r\nContent-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment\r\n\r\nw\r\n'.repeat(30_000 / part)}--b--\r\n`,
    ),
  attachment: (content: Buffer) => {
    const base64 = content.toString('base64').replaceAll(/.{76}/g, '$&\r\n');
    return Buffer.from(
      `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n` +
        `Content-Type: application/octet-stream; name=big.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64}\r\n--b--\r\n`,
    );
  },
});
