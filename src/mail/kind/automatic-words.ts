import type { ParsedMail } from '../parsed-mail.ts';

/** Subjects no person writes: the programs' own prefixes, in their languages. */
const certain =
  /^\W{0,3}(auto(matic|mated|matische|matisch|matisk|matiskt|matique)?[ -]?(re(ply|sponse|spuesta|sposta)|respon[ds]e?r?|antwort|antwoord|svar|válasz)\b|(re: ?)?auto-?reply\b|yahoo! auto response|automatische antwort|automatische abwesenheits|abwesenheits(notiz|assistent|agent|meldung|nachricht|benachrichtigung)|réponse automatique|respuesta automática|respuesta automatica|risposta automatica|resposta automática|resposta automatica|automatisch antwoord|automatiskt svar|automatisk svar|autosvar|automaattinen vastaus|автоответ|автоматический ответ|автоматична відповідь|автовідповідь|odpowiedź automatyczna|automatyczna odpowiedź|autoodpowiedź|automatická odpov[eě]ď|automatikus válasz|automatski odgovor|samodejni odgovor|răspuns automat|otomatik yanıt|otomatik cevap|αυτόματη απάντηση|תשובה אוטומטית|رد تلقائي|trả lời tự động|(balasan|jawaban) (otomatis|automatik)|автоматичен отговор|аутоматски одговор|автоматски одговор|automaatvastus|automātiskā? atbilde|automatinis atsakymas|sjálfvirkt svar|resposta automàtica|erantzun automatikoa|(การ)?ตอบกลับอัตโนมัติ|(स्वचालित|स्वतः) (उत्तर|जवाब)|پاسخ خودکار|ავტომატური პასუხი|avtomatik cavab|автоматты жауап|përgjigje automatike|自动(回复|答复)|自動(回覆|返信|応答)|자동 ?(회신|응답)|out of (the )?office (auto-?reply|reply|notification|response|message)\b|ooo auto|vacation (auto-?)?(reply|response|message|notice)|away from (my )?(mail|email|office) (auto-?)?reply|\[auto[- ]?(reply|response|generated)\]|auto: |automatic(al)? reply)/i;

/** Subjects both programs and people write: they count when the text agrees. */
const likely =
  /^\W{0,3}(out of (the )?office|ooo\b|(i am |i'm )?away from (the |my )?(office|desk|mail)|abwesenheit|abwesend|nicht im büro|absence du bureau|absent du bureau|fuera de (la )?oficina|fuori (sede|ufficio)|fora do escritório|afwezigheid(sbericht|smelding)?|frånvaro|fraværende|ikke til stede|poissa|nieobecn[a-ząćęłńóśźż]*|εκτός γραφείου|отсутствует( на (рабочем месте|работе))?|מחוץ למשרד|خارج المكتب|부재 ?중|外出|niet aanwezig|inte på kontoret|ikke på kontoret|вне офиса|в отпуске|нет на месте|poza biurem|mimo kancelář|házon kívül|ofis dışında|不在(通知)?)/i;

/** Words for being away that a person may well begin a subject with: they count on an answer alone. */
const possible =
  /^\W{0,3}((i am |i'm |ich bin )?(on (vacation|holiday|leave)|out of (the )?office|im urlaub|nicht im büro)|(maternity|parental|annual) leave|vacation|away|absence|absent|ausente|assente|ausência|afwezig|frånvar|fravær|poissa|nieobecn|nepřítomn)/i;

export const absences =
  /(i am|i'm|i will be|i'll be|is|am) (currently )?(out of|away|on (vacation|holiday|leave|annual|maternity|parental|a business)|not in the office|travel)|out of (the )?office|(automatic|automated|auto)[- ]?(reply|response|generated|message)|do not reply to this|limited access to (my )?e-?mail|will (respond|reply|answer|get back)[^.\n]{0,40}(return|back|soon|possible)|will not be (reading|checking|able to read) (my |any )?(e-?)?mail|will be read when i return|bin (ich )?(derzeit |zur ?zeit |ab |vom |bis )?[^\n]{0,40}(abwesend|nicht im (büro|hause?)|im urlaub|außer haus)|(nicht|wieder) erreichbar|je suis (actuellement )?(absent|en congé|en vacances)|(estaré|estoy|me encuentro|encuentro)[^\n]{0,30}(ausente|fuera|vacaciones)|sono (attualmente )?(assente|fuori|in ferie)|est(ou|arei) (ausente|fora|de férias)|ben (ik )?[^\n]{0,30}(afwezig|niet aanwezig|met vakantie|op vakantie)|jag är [^\n]{0,30}(borta|ledig|på semester|inte på)|jeg er [^\n]{0,30}(ikke|på ferie|bortreist|fraværende)|(я |нахожусь )?(в отпуске|отсутствую|вне офиса)|jestem [^\n]{0,30}(nieobecn|na urlopie|poza biurem)|olen lomalla|jsem mimo|меня (нет|не будет)|szabadság|ofis(im)? ?dışında|εκτός γραφείου|olen [^\n]{0,30}(lomalla|poissa|vapaalla)|jsem [^\n]{0,30}(na dovolené|nepřítom)|(som|budem) [^\n]{0,30}(na dovolenke|mimo kancel|neprítom)|házon kívül|nem vagyok (az irodában|elérhető)|(sunt|voi fi) [^\n]{0,30}(concediu|plecat|absent)|(у|в) відпустці|відсутн|поза офісом|λείπω|σε άδεια|απουσιάζω|(съм|бъда) [^\n]{0,20}отпуск|в отпуск съм|извън офиса|отсъствам|godišnjem( sam)? odmoru|na odmoru|одмору|ods[ou]t(an|na|en)|na dopustu|nisem v pisarni|atostog|atvaļinājum|prombūtn|puhkusel|í (sumar)?(fríi|leyfi)|fjarverandi|(soc|seré) fora|izindeyim|izinliyim|yıllık izin|不在|休假|外出|出差|[请請]假|부재|휴가|מחוץ למשרד|בחופשה|خارج المكتب|في إجازة|در مرخصی|خارج از دفتر|कार्यालय से बाहर|छुट्टी पर|nghỉ phép|vắng mặt|(sedang|saya) (ber)?cuti|(di luar|tidak di) (kantor|pejabat)|ลาพักร้อน|ไม่อยู่|(received|erhalten|reçu|recibido|ricevuto|получили) (your|ihre|votre|su|la sua|ваше)[^.\n]{0,40}(e-?mail|message|mail|nachricht|anfrage|mensaje|письмо)/i;

/** What programs put behind the subject that they answer. */
const suffix =
  /[[(–—-]\s?(out of (the )?office|ooo|auto(matic|mated)?[ -]?(re(ply|sponse))|on (vacation|holiday|leave)|abwesend|abwesenheit|urlaub)[\s\])!.]*$/i;

/** What may follow a word of absence: a program puts the answered subject, a date or nothing there, a person a sentence. */
const afterAbsence =
  /^\s*($|[:–—([!.,;/-]|\d|(re|aw|until|till?|through|from|since|notification|message|assistant|bis|vom|ab|jusqu|du|hasta|desde|fino|dal|até|tot|до|с|по)(?!\p{L}))/iu;

/** Whole sentences that only programs open with, under whatever subject. */
const declarations =
  /(^|[\n.!][ \t]*|,\s+)(this is an? (auto(mated|matic|matically generated|-generated)?[ -]?)(reply|response|acknowledge?ment|answer)\b|this (reply|response) (is|was|has been) (automatic|automated|automatically|generated auto)|dies ist eine automati(sche|sierte|sch (generierte|erstellte|erzeugte)) (antwort|empfangsbestätigung|eingangsbestätigung)|ceci est une réponse automatique|(esta es|este es) una? respuesta automática|questa è una risposta automatica|esta é uma resposta automática|dit is een automatisch(e)? (antwoord|gegenereerd antwoord)|это автоматический ответ|to jest automatyczna odpowiedź|jest to automatyczna odpowiedź|i will be out of the office starting\b[^.]{3,80} and will not return until)/i;

/** What makes a program's subject a question about programs: `Auto-reply not working`. */
const aboutPrograms =
  /^\s*(\?|(not|no|does|do|did|is|are|was|how|for|in|settings?|setup|feature|function|problem|issue|missing|never|stopped)\b)/i;

/** Whole sentences of programs that a person may write as well: they count only in an answer that asks nothing and names a deputy. */
const awayOrGone =
  /(?<![\p{L}>])([Ii]( am|'m| will be|'ll be) (currently |now |presently )?(out of (the |my )?office|away from (the |my )?office|on (annual |maternity |parental |sick |medical )?(leave|vacation|holidays?))|([Ii]|[Hh]e|[Ss]he) (no longer works? (at|for|here)|have left|has left|am no longer (at|with|working)|is no longer (at|with|working))|\p{Lu}\p{Ll}+ (is no longer (with|at|employed)|no longer works|has left the)|[Ii]ch bin [^\n]{0,40}(nicht im (büro|hause)|im urlaub|abwesend|in elternzeit|nicht mehr)|[Jj]e suis [^\n]{0,30}(absente?|en (congés?|vacances)|en déplacement))/u;
const standsIn =
  /^\W*([^\n]{3,40}\n+)?thank(s| you) for your (e-?mail|message|mail)|urgent|immediate (assistance|help|attention)|in my absence|(limited|no|without) access to|please (contact|call|direct|e-?mail|forward)|in dringenden|vertret(en|ung)|wenden sie sich|nicht weitergeleitet|en cas d['’]urgence|en mon absence|contacter/i;

/** A desk's receipt for an email: it confirms the email itself, not goods or an offer. */
const acknowledges =
  /^\W{0,3}(thank(s| you) for (your (message|e-?mail|mail|inquiry|enquiry|request)|contacting|e-?mailing|writing)|(ticket|case|request) (#?\d+ )?(received|created|opened|registered)|(we('ve| have) )?received your (message|e-?mail|request|inquiry)|your (ticket|request|case|inquiry|enquiry|message|e-?mail) (has been|was) (received|created|registered|opened)|empfangsbestätigung|eingangsbestätigung|ihre (anfrage|nachricht) (ist (bei uns )?eingegangen|wurde (empfangen|erhalten))|accusé de réception|acuse de recibo|confirmação de recebimento|ontvangstbevestiging|potwierdzenie otrzymania)/i;
const confirmed =
  /(your (message|e-?mail|mail|request|inquiry|enquiry|ticket|case)[^.?\n]{0,60} (has been|was) (successfully )?(received|registered|logged|created|opened|assigned)|(have |'ve )?received your (message|e-?mail|mail|request|inquiry|enquiry)|a (new )?(ticket|case|request)[^.?\n]{0,40} (has been|was) (created|opened|registered)|ihre (nachricht|anfrage|e-?mail|mail)[^.?\n]{0,60} (erhalten|eingegangen|registriert)|bien reçu votre (message|demande|e-?mail|courriel)|recibido su (mensaje|solicitud|consulta|correo))/i;
const promised =
  /automat|do not (reply|respond)|(will|shall) (respond|reply|answer|contact|get back|be in touch|be answered|get in touch)|(ticket|case|reference) ?(number|no|id|#|nr)|(as soon as possible|within \d+)|bearbeit|melden uns|so (bald|schnell) wie möglich|dans les (meilleurs|plus brefs) délais|a la brevedad/i;
const generated =
  /(^|\n)\W{0,10}(please note:? )?this (is an (auto(matic(ally)?|mated)[ -](generated )?)(e-?mail|mail|message|notification)|e-?mail (is|was|has been) (sent )?automatically|(mailbox|inbox|e-?mail address) is (not monitored|unattended|unmonitored))/i;

const challenges =
  /^(re: ?)?\W{0,3}(please (confirm|verify)[^\n]{0,30}(message|mail|sender|you)|confirm (your|the) (message|mail|email)|(sender|message|email|e-mail) (verification|confirmation) (required|request|needed)|your (message|email) (to|is) [^\n]{0,60}(requires|needs|awaiting) (confirmation|verification)|challenge:|action required to deliver)/i;
const challengeText =
  /(click|reply|visit|follow|respond|confirm)[^\n]{0,120}(deliver|reach|human|not (a )?spam|inbox)|unsolicited|spam/i;

/** What services say that hold a stranger's mail until he proves to be a person, whatever subject they answer under. */
const heldBack =
  /(added? to (the recipient['’]s|my|his|her|our) ([\w-]+ )?(allowed?|approved|guest|safe|white) ?-?(senders? ?)?list|add your e-?mail address to a list of allowed senders|account is protected by [^\n.]{2,40}\.\s|your (message|e-?mail|mail)\b[^.]{0,120} (has been|was|is being|is) (waitlisted\b|held (until|pending))|to (ensure|complete|allow) (the )?delivery of your (e-?mail|message))/i;

/** The rule by which a subject (with the text under it, where the subject alone proves too little) is a program's answer; or null. */
export function automaticSubject(mail: ParsedMail): string | null {
  const line = mail.subject.slice(0, 300).trim();
  const opening = mail.text.slice(0, 1500);
  // A desk puts the number of its ticket before it.
  const bare = line.replace(/^\[[^\]]{1,60}\]\s*/, '');
  if (isCertain(line) || isCertain(bare)) return 'subject: automatic reply';
  const asks = /[?？]/.test(mail.visibleText.slice(0, 600));
  if (!asks && isAbsence(mail, line) && absences.test(mail.visibleText.slice(0, 1500)))
    return 'subject: absence';
  if (/^\s*(fwd?|wg|tr|rv|fw)\s*:/i.test(line)) return null;
  if (declarations.test(mail.visibleText.slice(0, 600))) return 'text: automatic reply';
  if (!asks && opensAsAnswer(mail, line)) return 'text: automatic reply';
  if (challenges.test(line) && challengeText.test(opening) && /https?:/i.test(opening))
    return 'subject: challenge';
  if (
    mail.text.length < 4000 &&
    /https?:/i.test(mail.text) &&
    /click|follow|visit|link below/i.test(opening) &&
    heldBack.test(opening.replace(/\s+/g, ' '))
  )
    return 'text: challenge';
  return null;
}

function isCertain(line: string): boolean {
  const said = certain.exec(line)?.[0];
  if (said !== undefined) return !aboutPrograms.test(line.slice(said.length));
  return /[([](auto(matic|mated)?[ -]?(reply|response))[)\]]$/i.test(line);
}

/** Programs that say nothing in headers and subject, by how their short text opens. */
function opensAsAnswer(mail: ParsedMail, line: string): boolean {
  const text = mail.visibleText.trim();
  if (text.length > 2000) return false;
  if (acknowledges.test(line) && confirmed.test(text.slice(0, 600)) && promised.test(text)) return true;
  if (mail.inReplyTo.length === 0 && mail.references.length === 0) return false;
  return generated.test(text.slice(0, 400)) || (awayOrGone.test(text.slice(0, 300)) && standsIn.test(text));
}

function isAbsence(mail: ParsedMail, line: string): boolean {
  const answers = mail.inReplyTo.length > 0 || mail.references.length > 0 || /^[^:]{3,40}:\s*re:/i.test(line);
  if (answers && suffix.test(line)) return true;
  const short = /^[^:]{3,40}:\s*\S/.test(line) || line.length < 40;
  if (!short) return false;
  const said = likely.exec(line)?.[0];
  if (said !== undefined) return answers || afterAbsence.test(line.slice(said.length));
  return answers && possible.test(line);
}
