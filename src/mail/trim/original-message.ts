const originals = new Set([
  'original message', 'original e-mail', 'original email', 'original mail', 'reply message', 'original appointment', 'quoted message', 'previous message',
  'ursprüngliche nachricht', 'ursprungliche nachricht', 'originalnachricht', 'original-nachricht', 'original nachricht', 'antwort nachricht', 'ursprüngliche mitteilung',
  "message d'origine", 'message d’origine', 'message original', 'message initial', 'courriel original', 'mensaje original', 'messaggio originale', 'messaggio originario',
  'mensagem original', 'oorspronkelijk bericht', 'oorspronkelijke bericht', 'origineel bericht', 'oprindelig meddelelse', 'oprindelig besked', 'original meddelelse',
  'original besked', 'opprinnelig melding', 'original melding', 'opprinnelig e-post', 'originalmeddelande', 'ursprungligt meddelande', 'alkuperäinen viesti',
  'wiadomość oryginalna', 'oryginalna wiadomość', 'treść oryginalnej wiadomości', 'původní zpráva', 'pôvodná správa', 'originálna správa', 'исходное сообщение', 'оригинальное сообщение',
  'первоначальное сообщение', 'вихідне повідомлення', 'оригінальне повідомлення', 'eredeti üzenet', 'orijinal mesaj', 'orjinal mesaj', 'özgün ileti',
  'mesaj original', 'αρχικό μήνυμα', '原始邮件', '原始郵件', '原始訊息', '元のメッセージ', '원본 메시지', '원본메시지', '원본 메일', 'הודעה מקורית',
  'الرسالة الأصلية', 'izvorna poruka', 'izvirno sporočilo', 'pirminis laiškas', 'algne kiri', 'thư gốc', 'pesan asli', 'ข้อความต้นฉบับ', 'missatge original',
]); // prettier-ignore

const forwards = new Set([
  'forwarded message', 'forwarded email', 'forwarded mail', 'begin forwarded message', 'begin forwarded message:', 'weitergeleitete nachricht', 'message transféré',
  'début du message transféré', 'début du message réexpédié', 'message réexpédié', 'mensaje reenviado', 'inicio del mensaje reenviado', 'messaggio inoltrato', 'inizio messaggio inoltrato',
  'mensagem encaminhada', 'início da mensagem encaminhada', 'doorgestuurd bericht', 'begin doorgestuurd bericht', 'videresendt meddelelse', 'videresendt melding', 'start på videresendt besked',
  'vidarebefordrat meddelande', 'vidarebefordrat brev', 'välitetty viesti', 'wiadomość przekazana', 'przekazana wiadomość', 'přeposlaná zpráva', 'пересылаемое сообщение', 'пересланное сообщение',
  'пересылка', 'начало переадресованного сообщения', 'пересильне повідомлення', 'továbbított üzenet', 'yönlendirilmiş mesaj', 'iletilen mesaj', 'mesaj redirecționat', 'προωθημένο μήνυμα',
  'začátek přeposílané zprávy', 'välitetty viesti alkaa', 'välitetty viesti / fwd.msg', 'edelleenlähetetty viesti', 'započni proslijeđenu poruku', 'proslijeđena poruka',
  'továbbított levél kezdete', 'początek przekazywanej wiadomości', 'treść przekazanej wiadomości', 'início da mensagem reencaminhada', 'mensagem reencaminhada',
  'începe mesajul redirecționat', 'začiatok preposlanej správy', 'preposlaná správa', 'preposlaná správa --- forwarded message', 'vidarebefordrat mejl', 'message transmis',
  'i̇leti başlangıcı', 'i̇letilmiş mesaj', 'i̇letilen i̇leti', 'початок листа, що пересилається', 'перенаправлене повідомлення', 'переслане повідомлення', 'перенаправленное сообщение',
  '转发邮件', '轉寄郵件', '转发的邮件', '転送メッセージ', '전달된 메시지', 'anfang der weitergeleiteten nachricht',
]); // prettier-ignore

const replyAbove =
  /(reply|write|respond|type your (reply|response)) above (this|the) line|above this line to (reply|post|add|respond)|do not (write|type|edit|remove|reply|delete)( anything)?( below)? this line|antwort(en)?\b.{0,20} (oberhalb|über) (dieser|diese) (zeile|linie)|(oberhalb|über) (dieser|diese) (zeile|linie) antworten|ответьте выше этой строки|répondre au-dessus de cette ligne|responda por encima de esta línea/i;
/** Help desks frame that line in hashes, in any language: "##- Skriv ditt svar ovanför den här raden -##". */
const framed = /^\s*##+-?\s*\p{L}+(?:[^\S\n]+[^\s#]+){3,20}\s*-?##+\s*$/u;

/** Tells whether a line opens an unprefixed copy of an earlier mail ("-----Original Message-----") or of a forwarded one. */
export function originalMarker(line: string): 'original' | 'forward' | null {
  if (line.length > 200 || line.length < 3) return null;
  const inside = /^\s*-{3,}\s*([^\s-][^-]{4,59})-{3,}\s*\S/.exec(line)?.[1]?.trimEnd().toLowerCase() ?? '';
  if (forwards.has(inside)) return 'forward';
  if (originals.has(inside)) return 'original';
  const ruled = /^\s*[*_=~]{0,3}\s*[-_=~]/.test(line);
  const colon = /[:：]\s*$/.test(line);
  if (!ruled && !colon) return replyAbove.test(line) || framed.test(line) ? 'original' : null;
  const inner = line.replace(/^[\s>*_=~-]+/u, '').replace(/[\s:：*_=~-]+$/u, '');
  if (inner.length < 3 || inner.length > 60) return replyAbove.test(line) ? 'original' : null;
  const words = inner.replace(/\s+/g, ' ').toLowerCase();
  if (forwards.has(words)) return 'forward';
  if (originals.has(words) && ruled) return 'original';
  return replyAbove.test(line) ? 'original' : null;
}
