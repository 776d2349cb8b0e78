/** What a server's refusal of one recipient comes to. */
export type Refusal = {
  /** Enhanced status code (RFC 3463), as `5.1.1`. */
  readonly status: string | null;
  readonly permanent: boolean;
  /** The address is dead: unknown, moved, or of a domain that takes no mail. */
  readonly dead: boolean;
};

const temporaryWords =
  /quota|mailbox (is )?full|over ?quota|temporar|try again|deferred|timed? ?out|greylist|too many|daily (sending|user) limit|rate limit/i;

/** Who is unknown has to be said: "unknown address error", "erreur inconnue" and "unbekannter Fehler" say nothing of a person. */
const whoIs = {
  en: '(?:users?|recipients?|mailbox(?:es)?|account|address|addressee|e-?mail|person|local[- ]?part)',
  de: '(?:benutzer\\p{L}*|empfänger\\p{L}*|adresse|adressat|postfach|konto|teilnehmer|host|domain)',
  romance:
    '(?:utilisateur|destinataires?|adresse|boîte|domaine|usuario|destinatario|dirección|buzón|dominio|utente|indirizzo|casella|usuário|destinatário|endereço|caixa|conta|domínio|cuenta|compte)',
  slavic:
    '(?:пользовател\\p{L}*|получател\\p{L}*|адрес\\p{L}*|ящик\\p{L}*|домен\\p{L}*|користувач\\p{L}*|użytkownik\\p{L}*|adresat\\p{L}*|adres\\p{L}*|skrzynk\\p{L}*|uživatel\\p{L}*|příjemc\\p{L}*|schránk\\p{L}*)',
} as const;
const deadWords = new RegExp(
  [
    `\\bunknown[^.\\n]{0,12}\\b${whoIs.en}\\b(?! error)`,
    `\\bno such ${whoIs.en}\\b|\\b(?:user|recip(?:ient)?)(?:notfound|unknown)\\b`,
    `\\b${whoIs.en}\\b(?: <[^<>\\s]{1,200}>)?[^.\\n]{0,20}\\bunknown\\b|\\barchived recipient\\b`,
    `\\b${whoIs.en}\\b[^\\n]{0,60}\\b(?:does ?(?:not|n['’]t) exist|(?:is )?not exist(?:ing|s)?\\b|not found|(?:could not|couldn['’]t|cannot|can['’]t) be found|no longer\\b|doesn['’]t have|disabled|inactive|invalid\\b|not listed|not known|suspended|(?<!connection )closed|deactivated|has moved)`,
    `\\b(?:invalid|nonexistent|non-existent|bad|no valid|not an? (?:valid|known)) ${whoIs.en}\\b`,
    `\\b(?:does not|doesn['’]t) have an? .{0,40}\\baccount\\b`,
    "\\bno mailbox here\\b|\\bunrout(?:e)?able\\b|\\bwasn['’]t found at\\b|\\bnot our customer\\b|\\bnobody here by that name\\b",
    '\\bhost(?: or domain name)? (?:\\S{1,100} )?(?:not found|unknown)\\b|\\b(?:unknown|no such) (?:host|domain)\\b|\\bdomain[^.\\n]{0,20}\\bnot (?:found|exist)|\\bdomain \\S{1,200} does(?: not|n.t) exist|\\bnxdomain\\b',
    `${whoIs.de}[^\\n.]{0,40}(?:nicht (?:im \\S{1,40} )?(?:gefunden|bekannt|vorhanden|aufgeführt|verzeichnet)|unbekannt|existiert nicht)|unbekannte\\p{L}* ${whoIs.de}`,
    `${whoIs.romance}[^\\n.]{0,40}(?:n['’]existe pas|inconnue?s?\\b|introuvable|no existe|inexistente|inesistent|desconocid|sconosciut|non esiste|não existe|nao existe|desconhecid|non trovat|no encontrad|não encontrad)|(?:desconhecid|desconocid)\\p{L}* ${whoIs.romance}`,
    `${whoIs.slavic}[^\\n.]{0,40}(?:не (?:существует|найден|існує|знайдено|зарегистрирован)|неизвест|nie istnieje|nieznan|neexistuje|neznám)|(?:неизвестн|nieznan|neznám)\\p{L}* ${whoIs.slavic}|такого (?:пользователя|адреса|ящика) нет|нет такого (?:пользователя|адреса|ящика)|nie ma takiego (?:użytkownika|adresu)`,
    'onbekende (?:gebruiker|ontvanger)|(?:gebruiker|ontvanger|adres)[^\\n.]{0,20}(?:bestaat niet|onbekend)|okänd (?:användare|mottagare)|(?:kullanıcı|alıcı)[^\\n.]{0,20}(?:bulunamadı|mevcut değil)',
    '(?:címzett|felhasználó|postafiók)[^\\n.]{0,20}(?:nem létezik|ismeretlen|nem található)|(?:utilizator|destinatar|adres)\\p{L}*[^\\n.]{0,20}(?:nu există|necunoscut|inexistent)|(?:χρήστης|παραλήπτης|διεύθυνση)[^\\n.]{0,20}(?:δεν (?:υπάρχει|βρέθηκε)|άγνωστ)',
    '(?:käyttäj|vastaanottaj|osoite)\\p{L}*[^\\n.]{0,20}(?:ei (?:löydy|ole olemassa|löytynyt)|tuntematon)|(?:användaren|mottagaren|adressen|modtageren|mottakeren|brugeren|brukeren)[^\\n.]{0,20}(?:finns inte|findes ikke|finnes ikke|eksisterer ikke|är okänd|er ukendt|er ukjent)|ukendt (?:bruger|modtager)|ukjent (?:bruker|mottaker)',
    '(?:korisnik|primatelj|primalac|корисник|прималац|uporabnik|prejemnik)\\p{L}*[^\\n.]{0,20}(?:ne postoji|не постоји|ne obstaja|nepoznat|непознат|neznan)|(?:потребител|получател|адрес)\\p{L}*[^\\n.]{0,20}(?:не съществува|непознат|не е намерен)',
    '(?:người (?:nhận|dùng)|địa chỉ|hộp thư)[^\\n.]{0,20}(?:không tồn tại|không tìm thấy)|(?:pengguna|penerima|alamat)[^\\n.]{0,20}(?:tidak (?:ditemukan|ada|dikenal))|ไม่พบ(?:ผู้ใช้|ผู้รับ|ที่อยู่)|(?:המשתמש|הנמען|הכתובת)[^\\n.]{0,20}(?:לא (?:קיים|קיימת|נמצא|נמצאה))|(?:المستخدم|المستلم|العنوان)[^\\n.]{0,20}(?:غير موجود|غير معروف|لا يوجد)|(?:کاربر|گیرنده)[^\\n.]{0,20}(?:وجود ندارد|یافت نشد)',
    '(?:用户|用戶|收件人|邮箱|郵箱|帐号|地址)[^\\n。]{0,10}(?:不存在|未找到|无效|無效)|(?:宛先|ユーザー?|メールアドレス|アドレス)[^\\n。]{0,12}(?:存在しま|見つかりません|存在しない|不明)|(?:사용자|수신자|계정|주소)[^\\n.]{0,12}(?:존재하지|없습니다|찾을 수)',
  ].join('|'),
  'iu',
);
const fullWords = /\bquota\b|\b(?:mailbox|inbox) (?:is )?full\b|\bfull mailbox\b/i;
/** Words that make an unknown-recipient code mean something else; whole ones, for "generated" holds "rate" and "carefully" "full". */
const notDeadWords =
  /\b(?:quota|full|spam|junk|blocked|black ?list(?:ed)?|block ?list(?:ed)?|polic(?:y|ies)|reputation|authenticat\w+|unauthenticated|dmarc|spf|dkim|denied|relay(?:ing|ed)?|size|too (?:large|big|many|quickly|fast)|content|virus|rate|grey ?list(?:ed|ing)?|verif(?:y|ied|ication)|listed|banned|refused by|access|suspicious|unsolicited|temporar(?:y|ily))\b/i;
/** Servers refuse the sender and the client at the same point, in the same words. */
const aboutSender =
  /(?<!\bto (?:the )?)\bsender\b|absender|expéditeur|remitente|mittente|remetente|отправител|nadawc|\bip-?adresse\b|\bmail ?from\b|\benvelope.from\b|\breturn.?path\b|\b(?:helo|ehlo)\b|\bclient host\b|\breverse (?:dns|lookup|hostname)\b|\bptr\b|\bip address\b|\byour (?:ip|server|host ?name)\b/i;
/** RFC 7505, whatever code a server puts before it: the domain says itself that it takes no mail. */
const takesNoMail =
  /\bnull ?mx\b|\bdomain\b[^\n]{0,80}\b(?:does(?: not|n['’]t) (?:receive|accept) (?:any )?e?-?mails?|never accepts? mail|accepts no mail)\b/i;
/** Google gives up on a domain that is not there under the code of a delay. */
const noSuchDomain = /\bnxdomain\b|\bdomain name not found\b(?![\s\S]{0,200}\btry again\b)/i;
/** A mailbox at rest comes back. */
const atRest = /\btemporar(?:y|ily)\b|\btry again\b/i;
/** IronPort writes this before any refusal: only what follows is the server's. */
const gatewayPrefix =
  /^\s*\d\.\d{1,3}\.\d{1,3} - (?:[a-z][a-z ()-]{2,60}(?=[45]\d\d[- ])|[a-z][a-z ()-]{2,60}(?='))/i;

/** What a report says about a failed recipient; `written` is the server's reply, or the report's prose when it quotes no reply. */
export function judgeRefusal(status: string | null, written: string): Refusal {
  const text = withoutPrefix(written);
  const said = status ?? statusIn(written);
  const code = said === null ? (/(?<![\d.])([45])[0-5]\d(?=[ -])/.exec(text)?.[1] ?? null) : said[0];
  const neverTaken = !aboutSender.test(text) && (takesNoMail.test(text) || noSuchDomain.test(text));
  // Gmail answers its daily limit with a permanent code; the same message goes through the next day.
  const temporary =
    !neverTaken &&
    (code === '4' ||
      (said === '5.4.5' && /limit/i.test(text)) ||
      (code !== '5' && temporaryWords.test(text)));
  return { status: said, permanent: !temporary, dead: !temporary && saysDead(status, written) };
}

/** Tells whether a server's refusal of a recipient, `550 5.1.1 No such user`, says that the address is dead. */
export function refusesAsDead(reply: {
  readonly enhancedCode: string | null;
  readonly text: string;
}): boolean {
  return saysDead(reply.enhancedCode, reply.text);
}

function saysDead(status: string | null, written: string): boolean {
  const text = withoutPrefix(written);
  if (aboutSender.test(text)) return false;
  if (takesNoMail.test(text) || noSuchDomain.test(text)) return true;
  // The reply's own code is more exact than the one a gateway puts into the report.
  const code = statusIn(text) ?? (text === written ? status : null);
  // Microsoft 365 blocks unknown recipients at its edge so; in Postfix's words, under 5.7.1, it is a policy.
  if (code === '5.4.1' && /recipient address rejected: access denied/i.test(text)) return true;
  if (deadWords.test(text) || deadWords.test(withoutAddresses(text)))
    return !fullWords.test(text) && !atRest.test(text);
  return code !== null && /^5\.(?:1\.[1236]|1\.10|2\.1|4\.4)$/.test(code) && !notDeadWords.test(text);
}

/** The enhanced status code in a text: the one behind a reply code, else the first number that is not a version or an IP address. */
function statusIn(text: string): string | null {
  return (
    /(?<![\d.])[245]\d\d[ -]#?([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)/.exec(text)?.[1] ??
    /(?<![\d.])[245]\.[0-7]\.\d{1,3}(?!\.?\d)/.exec(text)?.[0] ??
    null
  );
}

/** "Benutzer ann (ann@kunde.example) nicht aufgeführt" says it of the user, whose address stands between. */
function withoutAddresses(text: string): string {
  return text.replace(/\s?[<(（"]?[^\s<>()（）"]{1,100}@[^\s<>()（）"]{1,200}[>)）"]?/g, '');
}

function withoutPrefix(text: string): string {
  return text.replace(gatewayPrefix, '');
}
