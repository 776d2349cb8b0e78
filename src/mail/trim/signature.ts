const devicePrefixes = [
  'sent from ', 'sent via ', 'sent with ', 'sent by ', 'sent using ', 'sent wirelessly', 'from my iphone', 'from my ipad', 'from my android', 'from my samsung', 'from my mobile', 'from my phone', 'from my blackberry',
  'get outlook for', 'get the outlook app', 'envoyé depuis', 'envoyé sans fil', 'envoyé de mon', 'envoyé à partir d', 'envoyé avec', 'envoyé par mon', 'télécharger outlook', 'obtenir outlook', 'obtenez outlook',
  'gesendet von', 'gesendet mit', 'gesendet via', 'gesendet über', 'von meinem ', 'von unterwegs gesendet', 'diese nachricht wurde von', 'diese e-mail wurde von', 'holen sie sich outlook', 'outlook für ',
  'inviato da', 'inviata da', 'scarica outlook', 'ottieni outlook', 'enviado desde', 'enviado del', 'enviado de ', 'enviado do', 'enviado via', 'enviado pelo', 'enviada do', 'enviado con',
  'obtener outlook', 'obtenha o outlook', 'obter o outlook', 'verzonden met', 'verzonden vanaf', 'verzonden vanuit', 'verzonden via', 'verstuurd vanaf', 'verstuurd met', 'outlook voor ', 'download outlook',
  'sendt fra', 'hent outlook', 'skickat från', 'skickades från', 'från min ', 'hämta outlook', 'lähetetty', 'hanki outlook', 'wysłane z', 'wysłano z', 'pobierz outlook', 'pobierz program outlook',
  'odesláno z', 'odoslané z', 'získat outlook', 'отправлено с', 'отправлено из', 'скачать outlook', 'получить outlook', 'загрузить outlook', 'надіслано з', 'відправлено з', 'trimis de pe', 'trimis din',
  'elküldve', 'küldve', 'εστάλη από', 'στάλθηκε από', 'נשלח מ', 'أُرسلت من', 'أرسلت من', 'dikirim dari', 'đã gửi từ', 'được gửi từ', '发自我的', '發自我的', '从我的', '從我的', '来自我的', '傳送自', 'ส่งจาก',
  'poslano z', 'poslano s', 'saadetud minu', 'nosūtīts no', 'išsiųsta iš', 'enviat des', 'bidalia',
]; // prettier-ignore
const deviceSuffixes = [' gesendet', ' gesendet.', ' küldve', "'den gönderildi", "'dan gönderildi", ' gönderildi', 'から送信', '에서 보냄', '傳送', '发送']; // prettier-ignore
const apology =
  /excuse|forgive|typo|brevity|brief|apolog|entschuldig|tippfehler|veuillez excuser|disculp|fehler/i;

const footerWords =
  /mailing ?list|unsubscribe|confidential|intended recipient|disclaimer|privileged|vertraulich|confidentiel|confidencial|riservat|конфиденциал/i;

const closings =
  /^(best|kind|warm|many|with|yours|thank|thanks|cheers|regards|sincerely|respectfully|cordially|mit |viele gr|liebe gr|beste gr|schöne gr|freundliche|herzliche|gruß|grüße|lg\b|vg\b|mfg|cordialement|bien |salutations|amicalement|saludos|atentamente|un saludo|cordiali|distinti|saluti|grazie|atenciosamente|obrigad|met vriendelijke|groet|mvg|mvh|med vänlig|med venlig|vennlig|hilsen|ystävällisin|terveisin|pozdraw|z poważaniem|s pozdravem|с уважением|с наилучшими|спасибо|з повагою|üdvözlettel|saygılarımla|cu stimă|敬具|此致)/i;

/** Tells whether a line is what a phone or a mail program puts under every mail ("Sent from my …"). */
export function isDeviceLine(line: string): boolean {
  if (line.length > 160 || line.length < 6) return false;
  const text = line
    .replace(/\[([^\]]{1,100})\]\([^)]{0,100}\)/g, '$1')
    .replace(/^[\s(<[*_~|—–-]+/u, '')
    .replace(/[\s)>\]*_~|]+$/u, '')
    .toLowerCase();
  if (/^\p{L}{1,20} from mobile/u.test(text)) return true;
  const known =
    devicePrefixes.some((prefix) => text.startsWith(prefix)) ||
    (text.length < 60 && deviceSuffixes.some((suffix) => text.endsWith(suffix)));
  if (!known) return false;
  if (apology.test(text)) return true;
  const words = text
    .replace(/https?:\S+|<.*$/g, '')
    .trim()
    .split(/\s+/);
  // "Sent from my desk, is much easier than …" is a sentence of the writer's.
  return (
    words.length <= 14 &&
    !/[,;?]\s.*\s\S/.test(text) &&
    !/\b(is|are|was|were|and i|but|ist|und|est|es|et)\b/.test(text)
  );
}

/**
 * Drops device lines and the signature from the lines of one stretch of the writer's own text. A stretch that follows another
 * may be nothing but a footer.
 */
export function withoutSignature(lines: readonly string[], follows: boolean): readonly string[] {
  const kept = withoutDeviceLines(lines);
  const cut = signatureStart(kept, follows);
  const body = cut < 0 ? kept : withoutDeviceLines(kept.slice(0, cut));
  const name = dashedName(body);
  return withoutTrailingDelimiters(name < 0 ? body : body.slice(0, name));
}

/** Tells whether a line consists of one repeated kind of rule character ("____", "-- ", "====") and nothing else. */
export function isDelimiter(line: string): boolean {
  const text = line.trim();
  if (text === '—' || text === 'ᐧ') return true;
  return text.length >= 2 && text.length <= 200 && /^[-_,=+~#*ᐧ—–]+$/u.test(text);
}

function signatureStart(lines: readonly string[], follows: boolean): number {
  const filled: number[] = [];
  const rules: { readonly index: number; readonly after: number }[] = [];
  let fenced = false;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line === '' || line.trim() === '') continue;
    if (line.trimStart().startsWith('```')) fenced = !fenced;
    if (!fenced && isDelimiter(line)) rules.push({ index, after: filled.length });
    else filled.push(index);
  }
  let weak = -1;
  for (const { index, after } of rules) {
    const below = filled.length - after;
    if ((after === 0 && !follows) || below > 25) continue;
    if (/^\s*(--|—|––|——)\s*$/.test(lines[index] ?? '')) return index;
    if (weak < 0 && below <= 12 && readsAsFooter(filled.slice(after).map((at) => lines[at] ?? '')))
      weak = index;
  }
  return weak;
}

/**
 * Below a rule stands a footer, unless it holds a greeting, a question or whole sentences: then the rule divides the writer's text.
 * Of sentences only those count as a footer that lists and lawyers put there.
 */
function readsAsFooter(lines: readonly string[]): boolean {
  if (lines.some((line) => footerWords.test(line))) return true;
  return !lines.some(
    (line) =>
      closings.test(line.trim()) || /[?？]\s*$/.test(line) || /^\s*```/.test(line) || isSentence(line),
  );
}

function isSentence(line: string): boolean {
  return /[.!:。]\s*$/.test(line) && line.trim().split(/\s+/, 6).length >= 6;
}

/** "-Jane Doe" as the last line is a signature; "-jane@" or a list item is not. */
function dashedName(lines: readonly string[]): number {
  const last = lastFilled(lines);
  const line = lines[last] ?? '';
  if (last < 1 || !/^-\p{Lu}[\p{L}.'-]{0,30}( \p{Lu}[\p{L}.'-]{0,30}){0,3}\s*$/u.test(line)) return -1;
  return (lines[last - 1] ?? '').trim() === '' ? last : -1;
}

function withoutDeviceLines(lines: readonly string[]): readonly string[] {
  const dropped = new Set<number>();
  let ending = true;
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const line = lines[index] ?? '';
    if (line === '' || line.trim() === '') continue;
    const alone = (lines[index - 1] ?? '').trim() === '' && (lines[index + 1] ?? '').trim() === '';
    if ((ending || alone) && isDeviceLine(line)) {
      dropped.add(index);
      // One of the two blank lines around it is enough between the paragraphs.
      if (alone) dropped.add(index + 1);
    } else if (!isDelimiter(line)) ending = false;
  }
  return dropped.size === 0 ? lines : lines.filter((_, index) => !dropped.has(index));
}

function withoutTrailingDelimiters(lines: readonly string[]): readonly string[] {
  let end = lines.length;
  while (end > 0 && ((lines[end - 1] ?? '').trim() === '' || isDelimiter(lines[end - 1] ?? ''))) end -= 1;
  // Blank lines stay: they part this stretch from what follows it.
  const trailing = lines.slice(end);
  return trailing.some((line) => isDelimiter(line)) ? lines.slice(0, end) : lines;
}

function lastFilled(lines: readonly string[]): number {
  let index = lines.length - 1;
  while (index >= 0 && (lines[index] ?? '').trim() === '') index -= 1;
  return index;
}
