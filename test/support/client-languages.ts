import { readFileSync } from 'node:fs';

/** The header block that Outlook writes in each language of the table that has its four labels. */
export function clientLanguages(): readonly { readonly language: string; readonly block: string }[] {
  const table = new URL('../../src/mail/trim/client-words.tsv', import.meta.url);
  const labels = new Map<string, Record<string, string>>();
  for (const line of readFileSync(table, 'utf8').split('\n')) {
    const [language = '', kind = '', words = '', source] = line.split('\t');
    if (source === 'Outlook')
      labels.set(language, { [kind]: words.split('|')[0] ?? '', ...labels.get(language) });
  }
  return [...labels].flatMap(([language, { from, sent, to, subject }]) =>
    from === undefined || sent === undefined || to === undefined || subject === undefined
      ? []
      : [
          {
            language,
            block: `${from}: Desk <desk@example.com>\n${sent}: 28.11.2026 09:14\n${to}: Ann <ann@customer.example>\n${subject}: Re: Printer`,
          },
        ],
  );
}
