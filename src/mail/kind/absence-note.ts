import { absences, automaticSubject } from './automatic-words.ts';
import type { ParsedMail } from '../parsed-mail.ts';

/** Notes of absence are short; a longer text is a person's message. */
const MAX_LENGTH = 1500;

/** The other things such a note says: when its author is back, who covers for them, thanks for the message. */
const aroundAbsence =
  /(thank(s| you)|vielen dank|danke|merci|gracias|grazie|obrigad|bedankt|dank (u|je)|tack|takk|tak for|kiitos|dziękuj|děkuj|köszön|mulțumesc|teşekkür|спасибо|дякую|благодар|ευχαριστ|ありがとう|谢谢|感謝|감사)|(\b(will|shall|'ll|can) (not )?(be |get |only )?(back|return|respond|repl|answer|read|available|reach|check|forward)|\b(i|we) (return|am back|are back)|(limited|no|without|little) access|urgent|emergenc|(please|can|may) (contact|call|reach|e-?mail|phone)|in my absence|(until|till|from|between|through) (\w+,? )?(the )?(\d|mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|next|further))|(zurück|wieder|erreichbar|ab dem|bis (zum|einschließlich)|vom .{1,30} bis|dringend|vertret|wenden sie sich|weitergeleitet|gelesen|beantwort)|(retour|jusqu|à partir|urgen|contacter|joign|répond|adress)|(regres|vuelv|hasta|urgent|contact|respond|atender)|(rientr|torn|fino|urgen|contatt|rispond)|(volt|regress|até|urgent|contat|respond)|(terug|tot en met|dringend|contact|neem|beantwoord)|(tillbaka|åter|till och med|brådskande|kontakta|svar)|(tilbage|tilbake|hast|kontakt)|(wrac|powr|piln|kontakt|odpow)|(вернусь|буду|до \d|с \d|срочн|обра(щ|т)|связ|отвеч)|(urgen|revin|contact|înapoi)|(kiireell|yhteyttä|palaan|takaisin|tavoitett)|(nal[éi]e?hav|kontaktuj|obraťte|vrátím|vrátim|zastup)|(терміно|зверта|повернус|зв.яж)|(επείγ|επικοινων|επιστρ|διαθέσιμ)|(спеш|свърж|обърн|върн)|(hitn|obrat|vrać|nujn|vrn|хитн|обрат)|(steidz|sazin|atgriez|skub|kreip|susisiek|grįš|pöördu|tagasi)|(דחוף|לפנות|ליצור קשר|אחזור|תודה)|(عاجل|التواصل|الاتصال|سأعود|شكر)|(فوری|تماس|بازمی|تشکر)|(gấp|liên hệ|trở lại|quay lại|cảm ơn)|(mendesak|hubungi|kembali|terima kasih|segera)|(ด่วน|ติดต่อ|กลับ|ขอบคุณ)|(तत्काल|संपर्क|लौट|धन्यवाद)|(dön|acil|iletişim)|(vissza|sürgős|forduljon)|(戻り|復帰|連絡|急ぎ|至急)|(回来|返回|联系|紧急|回來|聯[絡繫]|緊急|急事|谢谢|謝謝)|(복귀|연락|급한)/iu;

/** How a note greets and takes its leave. */
const greeting =
  /^(hi|hello|dear|good (morning|day|afternoon)|hallo|guten tag|sehr geehrte|liebe|bonjour|hola|estimad|buongiorno|gentile|olá|beste|hej|hei|kære|cześć|здравствуйте|добрый день|dzień dobry|witam|dobrý den|merhaba|お世話|您好|你好|안녕|hei\b|tisztelt|dobrý deň|bună|γεια|αγαπητ|здравейте|уважаем|шановн|добрий|poštovan|поштован|spoštovan|tere|labdien|laba diena|sveiki|halló|xin chào|kính|halo\b|yth|salam|שלום|مرحب|السلام|سلام|با سلام|สวัสดี|เรียน|नमस्ते|प्रिय)[^.?\d]{0,60}[.!。！]?$|^((kind|best|warm) )?(regards|wishes)|^(sincerely|cheers|yours|mit freundlichen|viele grüße|freundliche grüße|mfg|cordialement|bien à vous|saludos|atentamente|cordiali saluti|distinti saluti|atenciosamente|met vriendelijke|vriendelijke|med vänlig|venlig hilsen|med vennlig|ystävällisin|pozdrawiam|z poważaniem|с уважением|üdvözlettel|saygılarımla|よろしく|此致|s pozdrav|cu (stimă|respect)|з повагою|με εκτίμηση|поздрави|с уважение|srdačan|lijep|lep pozdrav|срдачан|parimate|ar cieņu|su pagarba|pagarbiai|kveðja|trân trọng|בברכה|مع التحية|تحياتي|با احترام|ขอแสดงความนับถือ|भवदीय|hormat|atentament)[^.?\d]{0,40}$/iu;

/** Facts of a letterhead below a note: numbers to call, addresses, pages, rules. */
const letterhead =
  /^[^\p{L}\p{N}]*$|^\S+@\S+$|^(https?:|www\.)\S+$|^(tel|phone|fax|mobile?|cell|t|m|f)\b[ .:+\d()/-]*$/iu;

/**
 * Tells whether subject and whole text of an email that no mark calls automatic are a note of absence. One sentence about
 * something else, or a question, and a person wrote it.
 */
export function isAbsenceNote(mail: ParsedMail): boolean {
  return automaticSubject(mail)?.startsWith('subject:') === true && tellsOfAbsence(mail);
}

/** Tells whether each sentence of an email speaks of being away, or of what follows from it. */
export function tellsOfAbsence(mail: ParsedMail): boolean {
  const text = mail.visibleText.trim();
  if (text.length > MAX_LENGTH || /[?？]/.test(text) || mail.attachments.some((part) => !part.inline))
    return false;
  if (!absences.test(text)) return false;
  const sentences = text
    .split(
      /(?<=[^\d\s][.!])\s+|(?<=[。！])|(?<=\d[.])\s+(?=\p{Lu})(?!(?:Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez))|\n+/u,
    )
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
  return sentences.every(
    (sentence) =>
      [absences, aroundAbsence, greeting, letterhead].some((form) => form.test(sentence)) ||
      isName(sentence, mail),
  );
}

/** Tells whether a line is the sender's own name; any other short line may be the answer itself. */
function isName(line: string, { from }: ParsedMail): boolean {
  const words = (text: string): string[] => text.toLowerCase().match(/\p{L}[\p{L}\p{M}]*/gu) ?? [];
  const own = new Set(words(`${from?.name ?? ''} ${from?.address ?? ''}`));
  return line.length <= 60 && words(line).every((word) => own.has(word)) && !/\d/.test(line);
}
