import { subjectKind } from '../trim/subject-prefix.ts';
import { localPartOf } from '../headers/address-parts.ts';
import type { ParsedMail } from '../parsed-mail.ts';

const daemonLocalParts =
  /^(mailer[-_.]?daemon|mail[-_.]?daemon|mdaemon|mail[-_.]delivery[-_.](system|subsystem|service)|maildelivery|double-bounce|microsoftexchange[0-9a-f]{20,40}|mmdf|pmdf|smtpd?|mail[-_.]?system|mailsystem|nondelivery)$/;
const masterLocalParts = /^"?post[-_.]?mast(er)?\b|^(bounce-handler|mailbounce|bounces?)$/;
const officeLocalParts =
  /^(administrator|admin|mailadmin|system|root|hostmaster|internet|sysop|mail|noreply|no-reply|donotreply|do_not_reply|autoresponder|info|listserv|majordomo)$/;
const daemonNames =
  /mail(er)?[ -]?(deliver(y)? )?(sub)?system|interscan|mailmarshal|mail delivery (service|agent)|mailer[- ]?daemon|mail daemon|delivery (sub)?system|internet mail (delivery|service)|mail router|mail administrator|mail gateway|system administrator|systemadministrator|administrador del sistema|administrateur système|почтовая система|postmaster|system attendant|microsoft outlook|message center|mta |smtp gateway|mail\.delivery\.system/;

const subjects =
  /undeliver|non[- ]?deliver|not (yet )?(been )?deliver|being retried|delayed (mail|message)|undelivered|delivery[- ](status|failure|failed|fail|has failed|notification|notice|report|problem|error|incomplete|delayed|delay|attempt|was|is|to )|deliver(y|ing|ed)? ?(of|your|failed)? ?.{0,20}(fail|unsuccessful|error)|fail(ed|ure)[ :].{0,12}(deliver|mail|notice)|delivery warning|error sending your (mail|message|e-?mail)|not member article|automatically rejected|undelivery|advisory.{0,20}deliver|returned (mail|to sender|message|e-?mail)|(mail|message|e-?mail)( delivery)? (system error|failure|failed|error|status|problem|undeliverable|not delivered|rejected|returned|returning)|failure (notice|delivery)|return(ed|ing) (mail|message|to sender)|could ?(not|n['’]t) (be )?(deliver|send|sent|reach)|(unable|not able|can(not|['’]?t)|failed) (to )?(be )?deliver|user unknown|unknown (user|recipient|address)|no such (user|address)|mail(box)? (is )?(full|unavailable|quota)|over quota|bounce[d:]|bounce (notif|message|report)|(message|mail) (is |was )?(still )?(delayed|undelivered|being retried)|could not send|^(ndn|ndr|dsn)\b|delivery\b.*\bfail|problem delivering|address (unknown|not found|change)|\[?(mail )?rejected\]?[ :]|nicht zustellbar|nicht zugestellt|unzustellbar|zustell(ung|fehler|status|problem)|fehler bei der (übermittlung|zustellung)|non remis|échec (de|d['’])|non distribu|non (délivr|deliv)|notification d['’]état|impossible de (remettre|livrer)|no (se )?(puede|pudo|ha podido|entregad|se ha podido)|error de entrega|devuelto|notificaci[oó]n.{0,20}(entrega|estado)|mancat[oa] (recapito|consegna)|non (recapit|consegn)|consegna (non riuscita|fallita)|stato (della )?consegna|impossibile (consegnare|recapitare)|não (foi possível|entregue|pôde)|nao (foi|entregue)|devolvid|falha na entrega|niet (bestelbaar|afgeleverd|bezorgd)|onbestelbaar|(ej|inte|kunde inte) lever|oleverer|oleveransbart|(ikke|kan ikke|kunne ikke) (blive )?lever|ulever|toimit(us|ta|ettu).{0,20}(epäonn|ei)|ei (voi|voida|voitu) toimittaa|не ?достав|недостав|не удалось|невозможно доставить|возвращ|ошибка доставки|не(можливо| вдалося) доставити|nie ?dostarcz|niedor[eę]cz|zwrot|nedoručit|nedoruč|nem kézbesíthető|kézbesíthetetlen|teslim edilem|配信|送信でき|不達|配送不能|エラーメール|メールエラー|エラー通知|退信|(传输|发送)失败|无法投递|無法(傳遞|投遞)|投递失败|系统退|반송|배달|전송 실패|発信できません|não é possível (entregar|enviar)|nelivra[bt]|nu (a putut|poate) fi livrat|nu se poate livra|не удаётся|не удается|не може да бъде достав|неуспешна доставка|αδυναμία παράδοσης|δεν είναι δυνατή η παράδοση|αποτυχία παράδοσης|(不能|无法|無法)(传递|送达|投递|送達|發送|发送)|לא ניתן (למסירה|למסור)|המסירה נכשלה|(تعذر|فشل) (ال)?تسليم|غير قابل للتسليم|μη παραδ[οό]σιμ|nedoručljiv|ne može se isporuč|ni (mogoče|bilo mogoče) dostav|không thể (gửi|chuyển)|tidak (dapat|bisa) (di)?kirim|gagal (dikirim|terkirim)|ไม่สามารถ(ส่ง|นำส่ง)|nepavyko (pristat|išsiųs)|neizdevās (piegād|nosūt)|kohale ?toimeta/;

const phrases =
  /invalid [^\n]{0,20}(userid|user|recipient|address|mailbox)|postponed|trouble delivering|may not exist|(not|cannot) be relayed|was not relayed|not accepting|not a (valid|known|registered) [^\n]{0,20}(user|address|recipient|mailbox)|could ?(not|n['’]t) (be )?(deliver|complete|process|send|route|forward)|(was|were|is|am|are|been)(n['’]t| not)? ?(un)?able to (be )?deliver|unable to (deliver|send|relay|process|complete)|not (been |be |yet been )?(delivered|able to be delivered)|undeliver(able|ed)|non[- ]?deliver|deliver(y|ing)[^\n]{0,60}(failed|failure|has failed|unsuccessful|delayed|problem|attempt)|fail(ed|ure|s)[^\n]{0,30}deliver|did not reach|(has been|was|being|is) (returned|rejected|bounced|refused)|(following|these) (address|recipient|user|destination)[^\n]{0,40}|permanent (fatal )?error|transcript of session|user (is )?(unknown|not (found|known|listed))|unknown (user|recipient|address|mailbox|local[- ]?part)|no such (user|recipient|address|mailbox|person|local)|mailbox (is |has )?(full|unavailable|not found|disabled|exceeded|does)|(over|exceed\w*)[^\n]{0,20} quota|quota (exceeded|is full)|address (was )?not found|address(ee)? (unknown|rejected|you sent)|does ?(not|n['’]t) (exist|have an? )|no longer (valid|active|in use|exists|has an account|works|employed|available)|host (unknown|not found)|connection (timed out|refused)|(error|problems?) deliver|(unknown|no such) host|no valid recipients|domain not found|final-recipient ?:|did not (exactly )?match|original message (follows|as received)|no mailbox here|failed addresses|exceeds (the )?(allowed|maximum) size|unrout(e)?able|returned (mail|to sender|message|unopened)|(message|mail)[^\n]{0,40}(undelivered|being returned|could not be|cannot be|can't be)|rejected (by|your|for|the)|recipient[^\n]{0,30}(rejected|unknown|refused|reject)|can(not|['’]?t) (be )?(deliver|accept|send|find)|account (is |has been )?(disabled|inactive|closed|suspended|not active)|still (being )?(trying|retried|undelivered)|will (be retried|keep trying|retry)|mail (system|server)[^\n]{0,20}error|status code|5\d\d[ -]\d\.\d\.\d|\b55[0-4][ -#]|smtp error|remote (host|server|system) (said|responded|returned)|nicht (zugestellt|zustell|erreicht|ausgeliefert|ausliefern)|unzustellbar|zustellung[^\n]{0,40}(fehl|nicht)|n['’](a|ont) pas (pu |été )|non (remis|distribu|délivr)|impossible (de|d['’])|n['’](avoir pu|est pas parvenu)|no (se |he |hemos )?(ha )?(pudo|podido|puede)|non (è|e'|e) (stat|poss)|impossibile|não (foi|pôde|pode)|nao (foi|pode)|konden niet|niet (worden )?(bereikt|bezorgd|afgeleverd|bestel)|kunde inte|kunne ikke|ei voitu|не (было |может быть |могут быть |удалось |смог)|недостав|nie (mo[zż]|mog[łl]|zosta)|nemohl[ao]|ulaşma|nepodařilo|配信|送信でき|投递|送达|无法发送|傳遞|배달|エラー|falha na entrega|(livrarea|doručení|doručenie|isporuka|dostava|доставката|доставка|доставку)[^\n]{0,80}(nu a reușit|nezdařil|nepodaril|nije uspjel|nije uspel|ni uspel|не е успеш|не удал|не вдал)|παράδοση[^\n]{0,60}απέτυχε|δεν (ήταν δυνατή|παραδόθηκε)|未能[^\n]{0,30}(传递|傳遞|送)|(המסירה|מסירת)[^\n]{0,80}(נכשלה|לא)|(فشل|تعذر) (ال)?تسليم|không (thể|được) (gửi|chuyển)|tidak (dapat|bisa) (di)?kirim|ไม่สามารถ(ส่ง|นำส่ง)/;

const greetings =
  /^\W{0,3}(hi|hello|hey|dear (?!sender|user|sir)|good (morning|day|afternoon|evening)|hallo|guten tag|sehr geehrte|bonjour|hola|estimad|buongiorno|ciao|prezad|beste|hej|здравствуйте|добрый день|привет|witam|dzień dobry)(?!\p{L})(?![\p{P}\s]{0,3}[ \t]{0,8}(this|the \p{L}+ program|ici|dies|este?|qui|здесь|это)(?!\p{L}))(?! \S+@)/iu;
const goods =
  /(?<!\p{L})(parcel|package (is|was|could|will|has)|shipment|courier(?! mail server)|tracking (number|code)|your order|paket|sendungs|colis|paquete|pacco|encomenda|pakket|посылк|заказ|przesyłk)/iu;

const attribution = /^[^\n]{10,160}(wrote|writes|schrieb|a écrit|escribió|scrive|пишет):[ \t]*$/m;

/** How much an email's sender looks like a mail server: `daemon` writes nothing but reports, `postmaster` little else, `office` may be a person. */
export function senderKind(mail: ParsedMail): 'daemon' | 'postmaster' | 'office' | null {
  const raw =
    mail.headers
      .find((header) => header.name === 'from')
      ?.value.slice(0, 300)
      .toLowerCase() ?? '';
  const address = mail.from?.address ?? /[^\s<>"()]+/.exec(raw)?.[0] ?? '';
  const local = localPartOf(address);
  const name = (mail.from?.name ?? '').slice(0, 200).toLowerCase();
  if (daemonLocalParts.test(local) || /mailer[-_]?daemon/.test(raw)) return 'daemon';
  if (masterLocalParts.test(local) || /<\s*>/.test(raw)) return 'postmaster';
  if (/\(mail delivery|\(automated response/.test(raw)) return 'postmaster';
  // A person may be called "System administrator", and their own messages can bounce back to them.
  if (daemonNames.test(name)) return isReturnedTo(mail, address) ? 'office' : 'postmaster';
  return officeLocalParts.test(local) ? 'office' : null;
}

function isReturnedTo(mail: ParsedMail, address: string): boolean {
  const path = mail.headers.find((header) => header.name === 'return-path')?.value ?? '';
  return address !== '' && path.toLowerCase().includes(`<${address}>`);
}

/** Tells whether a subject speaks of an email that was not delivered. */
export function hasBounceSubject(mail: ParsedMail): boolean {
  return subjects.test(mail.subject.slice(0, 300).toLowerCase());
}

/** Tells whether an email says that it answers or forwards another, as people's emails about bounces do. */
export function isAnswer(mail: ParsedMail): boolean {
  return hasAnswerPrefix(mail) || mail.inReplyTo.length > 0;
}

/** Exchange puts In-Reply-To on its reports, but none of them begins with `Re:`. */
export function hasAnswerPrefix(mail: ParsedMail): boolean {
  const subject = mail.subject.slice(0, 300);
  return subjectKind(subject) !== null || /^\s*\[?fwd\b/i.test(subject);
}

/**
 * Tells whether a text greets somebody, quotes what it answers or speaks of parcels: then "could not be delivered" is a person's
 * or a carrier's complaint.
 */
export function speaksAsPerson(text: string): boolean {
  const opening = text.slice(0, 1500);
  return (
    greetings.test(opening.slice(0, 200)) ||
    /^> ?[^\s>]/m.test(opening.slice(0, 300)) ||
    goods.test(opening) ||
    attribution.test(opening)
  );
}

/** Tells whether the beginning of a text reports that something was not delivered. */
export function hasBouncePhrase(text: string): boolean {
  return phrases.test(
    text
      .slice(0, 4000)
      .toLowerCase()
      .replace(/[ \t]*\n[ \t]*/g, ' '),
  );
}
