import { htmlToText } from '../html/html-to-text.ts';

/** A plain part with more words than this is never a stub. */
const MAX_STUB_LENGTH = 80;
/** What mailers put beside HTML for readers without it; in many languages the word is the same. */
const excuse =
  /\bhtml\b|\bbrowser\b|\bwebmail\b|multi-?part message in mime|mime[- ](?:format|compatible|nachricht)|(?:online|web)[- ](?:version|versie|versión|ansicht)|e-?mail[- ](?:client|programm|reader|viewer)|формате? html|браузер|瀏覽器|浏览器|ブラウザ|브라우저|(?:plain[- ])?text[- ]version|nicht (?:korrekt|richtig) (?:angezeigt|dargestellt)|parvenez pas à (?:lire|visualiser|voir)|riesci a (?:visualizzare|leggere|vedere)|(?:no puedes?|não consegue) (?:ver|visualizar|ler|leer)|(?:can(?:not|['’]t)|trouble|unable to) (?:see|read|view|reading|viewing|display)|niet goed (?:weergegeven|leesbaar)|не отображается|nie wyświetla się|正しく表示|无法(?:正常)?(?:显示|查看)/i;
/** What a plain part may hold instead of words: images, their addresses, unfilled placeholders of a template. */
const noWords =
  /\[(?:image|bild|imagen|immagine|imagem|cid|logo)[^\]\n]{0,200}\]|<?https?:\/\/[^\s<>]{1,500}\.(?:png|jpe?g|gif|svg)>?|\{\{[^{}\n]{0,100}\}\}|^\s*(?:null|undefined|none)\s*$/gi;

/**
 * The text of an alternative: the plain part, unless it is a stub beside HTML that says more. Then it is the HTML's words, and those of
 * the plain part before them when they are no excuse and not in the HTML.
 */
export function textOfAlternative(
  plain: string,
  html: string,
): { readonly text: string; readonly isHtml: boolean } {
  const words = wordsOf(plain.length > 20_000 ? plain : plain.replaceAll(noWords, ' '));
  if (words.length > MAX_STUB_LENGTH) return { text: plain, isHtml: false };
  const full = htmlToText(html);
  const known = wordsOf(full);
  const inHtml = new Set(known);
  const shared = words.filter((word) => inHtml.has(word)).length;
  const more = known.length - shared;
  if (words.length === 0)
    return known.length === 0 ? { text: plain, isHtml: false } : { text: full, isHtml: true };
  if (excuse.test(plain) && more >= 1 && shared < known.length * 0.8) return { text: full, isHtml: true };
  // The plain part is the beginning of the HTML, or lacks most of its words.
  if (shared === words.length && more >= 5 && known.length >= words.length * 1.5)
    return { text: full, isHtml: true };
  if (more >= 30 && known.length >= words.length * 5 && shared < words.length * 0.5)
    return { text: `${plain.trimEnd()}\n\n${full}`, isHtml: false };
  return { text: plain, isHtml: false };
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
