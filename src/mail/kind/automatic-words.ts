import type { ParsedMail } from '../parsed-mail.ts';

/** Subjects no person writes: the programs' own prefixes, in their languages. */
const certain =
  /^\W{0,3}(auto(matic|mated|matische|matisch|matisk|matiskt|matique)?[ -]?(re(ply|sponse|spuesta|sposta)|respon[ds]e?r?|antwort|antwoord|svar|válasz)\b|(re: ?)?auto-?reply\b|automatische antwort|automatische abwesenheits|abwesenheitsnotiz|réponse automatique|respuesta automática|respuesta automatica|risposta automatica|resposta automática|resposta automatica|automatisch antwoord|automatiskt svar|automatisk svar|autosvar|automaattinen vastaus|автоответ|автоматический ответ|автоматична відповідь|автовідповідь|odpowiedź automatyczna|automatyczna odpowiedź|autoodpowiedź|automatická odpov[eě]ď|automatikus válasz|automatski odgovor|samodejni odgovor|răspuns automat|otomatik yanıt|otomatik cevap|αυτόματη απάντηση|תשובה אוטומטית|رد تلقائي|trả lời tự động|balasan otomatis|自动回复|自動回覆|自動返信|자동 ?(회신|응답)|out of (the )?office (auto-?reply|reply|notification|response|message)\b|ooo auto|vacation (auto-?)?(reply|response|message|notice)|away from (my )?(mail|email|office) (auto-?)?reply|\[auto-?(reply|response|generated)\]|auto: |automatic(al)? reply)/i;

/** Subjects both programs and people write: they count when the text agrees. */
const likely =
  /^\W{0,3}(out of (the )?office|ooo\b|(i am |i'm )?away from (the |my )?(office|desk|mail)|abwesenheit|abwesend|nicht im büro|absence du bureau|absent du bureau|fuera de (la )?oficina|fuori (sede|ufficio)|fora do escritório|niet aanwezig|inte på kontoret|ikke på kontoret|вне офиса|в отпуске|нет на месте|poza biurem|mimo kancelář|házon kívül|ofis dışında|不在)/i;

/** Words for being away that a person may well begin a subject with: they count on an answer alone. */
const possible =
  /^\W{0,3}(on (vacation|holiday|leave)|vacation|away|absence|absent|ausente|assente|ausência|afwezig|frånvar|fravær|poissa|nieobecn|nepřítomn)/i;

const absences =
  /(i am|i'm|i will be|i'll be|is|am) (currently )?(out of|away|on (vacation|holiday|leave|annual|maternity|parental|a business)|not in the office|travel)|out of (the )?office|(automatic|automated|auto)[- ]?(reply|response|generated|message)|do not reply to this|limited access to (my )?e-?mail|will (respond|reply|answer|get back)[^.\n]{0,40}(return|back|soon|possible)|bin (ich )?(derzeit |zur ?zeit |ab |vom |bis )?[^.\n]{0,40}(abwesend|nicht im (büro|hause)|im urlaub|außer haus)|(nicht|wieder) erreichbar|je suis (actuellement )?(absent|en congé|en vacances)|(estaré|estoy|me encuentro|encuentro)[^.\n]{0,30}(ausente|fuera|vacaciones)|sono (attualmente )?(assente|fuori|in ferie)|estou (ausente|fora|de férias)|ben (ik )?[^.\n]{0,30}(afwezig|niet aanwezig|met vakantie|op vakantie)|jag är [^.\n]{0,30}(borta|ledig|på semester|inte på)|jeg er [^.\n]{0,30}(ikke|på ferie|bortreist|fraværende)|(я |нахожусь )?(в отпуске|отсутствую|вне офиса)|jestem [^.\n]{0,30}(nieobecn|na urlopie|poza biurem)|(received|erhalten|reçu|recibido|ricevuto|получили) (your|ihre|votre|su|la sua|ваше)[^.\n]{0,40}(e-?mail|message|mail|nachricht|anfrage|mensaje|письмо)/i;

const challenges =
  /^(re: ?)?\W{0,3}(please (confirm|verify)[^\n]{0,30}(message|mail|sender|you)|confirm (your|the) (message|mail|email)|(sender|message|email|e-mail) (verification|confirmation) (required|request|needed)|your (message|email) (to|is) [^\n]{0,60}(requires|needs|awaiting) (confirmation|verification)|challenge:|action required to deliver)/i;
const challengeText =
  /(click|reply|visit|follow|respond|confirm)[^\n]{0,120}(deliver|reach|human|not (a )?spam|inbox)|unsolicited|spam/i;

/** What services say that hold a stranger's mail until he proves to be a person, whatever subject they answer under. */
const heldBack =
  /(added? to (the recipient['’]s|my|his|her|our) ([\w-]+ )?(allowed?|approved|guest|safe|white) ?-?(senders? ?)?list|account is protected by [^\n.]{2,40}\.\s|your (message|e-?mail|mail)\b[^.]{0,120} (has been|was|is being|is) (waitlisted\b|held (until|pending))|to (ensure|complete|allow) (the )?delivery of your (e-?mail|message))/i;

/** The rule by which a subject (with the text under it, where the subject alone proves too little) is a program's answer; or null. */
export function automaticSubject(mail: ParsedMail): string | null {
  const line = mail.subject.slice(0, 300).trim();
  const opening = mail.text.slice(0, 1500);
  if (certain.test(line) || /[([](auto(matic|mated)?[ -]?(reply|response))[)\]]$/i.test(line))
    return 'subject: automatic reply';
  const short = /^[^:]{3,40}:\s*\S/.test(line) || line.length < 40;
  const answers = mail.inReplyTo.length > 0 || mail.references.length > 0 || /^[^:]{3,40}:\s*re:/i.test(line);
  if (short && (likely.test(line) || (answers && possible.test(line))) && absences.test(opening))
    return 'subject: absence';
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
