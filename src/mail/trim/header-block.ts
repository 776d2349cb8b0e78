type Kind = 'from' | 'date' | 'sent' | 'to' | 'cc' | 'subject' | 'other';

const labels: Readonly<Record<Kind, string>> = {
  from: 'from|von|de|van|da|fra|från|od|lähettäjä|от|от кого|від|від кого|feladó|kimden|gönderen|από|expéditeur|remitente|mittente|afzender|nadawca|发件人|寄件者|寄件人|差出人|送信者|보낸 사람|보낸사람|מאת|من|từ|dari|จาก|de la|absender|emisor|saatja|pošiljatelj|šalje|nuo|frá|az|no|expeditorul|отправитель',
  date: "date|datum|date d'envoi|message du|nachricht vom|messaggio del|mensaje del|fecha|data|dato|päiväys|дата|dátum|tarih|ημερομηνία|日期|日付|날짜|תאריך|تاريخ|ngày|tanggal|วันที่|kuupäev|dags",
  sent: 'sent|gesendet|gesendet am|envoyé|envoyé le|envoyée|enviado|enviado el|enviado em|enviada em|enviada el|inviato|inviata|verzonden|wysłano|wysłane|sendt|skickat|odesláno|odoslané|lähetetty|отправлено|отправлен|надіслано|відправлено|elküldve|gönderildi|gönderme tarihi|στάλθηκε|发送时间|發送時間|寄件日期|傳送日期|傳送時間|送信日時|보낸 날짜|보낸날짜|נשלח|تم الإرسال|đã gửi|terkirim|dikirim|ส่ง|trimis|poslano|saadetud|išsiųsta|nosūtīts|時間',
  to: 'to|an|à|a|para|aan|til|till|do|komu|vastaanottaja|кому|címzett|kime|alıcı|προς|收件人|收件者|宛先|받는 사람|받는사람|אל|إلى|đến|kepada|ถึง|către|destinatario|destinataire|destinatário|za|prima|saaja|kam|destinatarul|pre|pour|adresat',
  cc: 'cc|kopie|copie|copie à|cópia|con copia|kopia|kopi|копия|копія|másolat|bilgi|抄送|副本|참조|עותק|bcc|cci|cco|ccn|dw|kopie (cc)',
  subject:
    'subject|betreff|betr|objet|sujet|asunto|assunto|oggetto|onderwerp|emne|ämne|temat|předmět|predmet|aihe|тема|tárgy|konu|θέμα|主题|主題|主旨|件名|제목|נושא|الموضوع|موضوع|tiêu đề|chủ đề|subjek|subyek|perihal|เรื่อง|subiect|zadeva|naslov|teema|tema|efni|subiectul',
  other:
    'reply-to|reply to|antwort an|répondre à|responder a|responder para|rispondi a|beantwoorden - aan|svar til|svara till|risposta|importance|wichtigkeit|priorité|importancia|importanza|priority|attachments|anlagen|pièces jointes|datos adjuntos|adjuntos|allegati|bijlagen|bilagor|organization|message-id|x-mailer|liste|cc to',
};

const kindOf: ReadonlyMap<string, Kind> = new Map(
  (Object.keys(labels) as Kind[]).flatMap((kind) =>
    labels[kind].split('|').map((label) => [label, kind] as const),
  ),
);
const address = /[^\s@<>()[\]:]@[^\s@<>()[\]]+\.[^\s@<>()[\]]/;
const lineLimit = 14;

/** Tells how many lines from `at` on are the header block of a quoted mail ("From: … Sent: … To: …"); 0 for none. */
export function headerBlockLength(lines: readonly string[], at: number): number {
  const line = lines[at] ?? '';
  const first = headerOf(line);
  if (first !== null && inOneLine(line)) return 1;
  if (first === null || first.kind === 'other' || first.kind === 'cc') return 0;
  const kinds = new Set<Kind>();
  let addressed = false;
  let end = at;
  let loose = 0;
  for (let index = at; index < Math.min(lines.length, at + lineLimit * 2); index += 1) {
    const line = lines[index] ?? '';
    const header = headerOf(line);
    if (header === null) {
      // Blank lines between headers come from HTML turned into text, other lines from folded values.
      loose += 1;
      if (loose > 2 || line.length > 400) break;
      if (line.trim() !== '' && address.test(line)) addressed = true;
      if (line.trim() === '' && headerOf(lines[index + 1] ?? '') === null) break;
      continue;
    }
    loose = 0;
    kinds.add(header.kind);
    if (address.test(header.value) || header.value.includes('mailto:')) addressed = true;
    end = index + 1;
  }
  return proves(kinds, addressed, first, lines, at) ? end - at : 0;
}

/** Some web mailers put the whole block in one line: "Date: … From: … To: … Subject: …". */
function inOneLine(line: string): boolean {
  const text = line.toLowerCase();
  const middle = text.search(/ (?:from|to): /);
  return (
    /^(?:date|from|sent): /.test(text) &&
    /[0-9@]/.test(text.slice(0, Math.max(middle, 0))) &&
    text.indexOf(' subject: ', middle) > middle
  );
}

/** A form ("From: London, To: Paris") is not a header block: an address, a subject or the time of sending must be there. */
function proves(
  kinds: ReadonlySet<Kind>,
  addressed: boolean,
  first: { kind: Kind; value: string },
  lines: readonly string[],
  at: number,
): boolean {
  const timed = kinds.has('sent') || kinds.has('date');
  if (
    kinds.size >= 3 &&
    (kinds.has('from') || timed) &&
    (addressed || kinds.has('sent') || (timed && kinds.has('subject')))
  )
    return true;
  if (kinds.size === 2 && (kinds.has('from') || timed))
    return addressed || (kinds.has('from') && kinds.has('sent'));
  if (first.kind !== 'from' || kinds.size !== 1) return false;
  const value = first.value.trim();
  if (addressed && /^\s*[_=-]{3,}\s*$/.test(lines[at - 1] ?? '')) return true;
  const alone =
    /[<[]\s*(mailto:)?[^\s<>[\]]{1,200}@[^\s<>[\]]{1,200}\s*[>\]]+$/.test(value) ||
    /^[^\s@]{1,100}@[^\s@]{1,200}$/.test(value);
  return alone && ((lines[at - 1] ?? '').trim() === '' || /^[\s_=-]+$/.test(lines[at - 1] ?? ''));
}

/** What a line of such a block says; null for any other line. */
export function headerOf(line: string): { kind: Kind; value: string } | null {
  const head = line.slice(0, 48);
  const colon = head.search(/[:：]/);
  if (colon < 1) return null;
  const label = head
    .slice(0, colon)
    .replace(/[*_|\u00a0\u200e\u200f]/g, ' ')
    .trim()
    .toLowerCase();
  const kind = kindOf.get(label);
  return kind === undefined ? null : { kind, value: line.slice(colon + 1, 500).replace(/^[*_\s]+/, '') };
}
