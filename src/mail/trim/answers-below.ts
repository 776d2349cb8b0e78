/** Answers, in the words of those who write them into what they answer. */
const answers =
  '(?:answers?|answered|repl(?:y|ies|ied)|respon(?:ses?|ded)|comments?|commented|remarks|notes|feedback|antwort\\p{L}*|beantwortet|kommentar\\p{L}*|anmerkung\\p{L}*|réponses?|répondu|commentaires?|remarques|respuestas?|respondido|comentarios?|rispost[ea]|risposto|comment[oi]|respostas?|comentários?|antwoord\\p{L}*|beantwoord|opmerkingen|svar\\p{L}*|kommentti\\p{L}*|vasta\\p{L}*|odpowied\\p{L}*|odpověd\\p{L}*|odpoved\\p{L}*|komentar\\p{L}*|ответ\\p{L}*|коммент\\p{L}*|відпов\\p{L}*|válasz\\p{L}*|cevap\\p{L}*|yanıt\\p{L}*)';
/** Where these stand: in the copy below, by place or by colour. */
const places =
  '(?:below|in-?line|underneath|within|embedded|interspersed|in (?:the|your|my) (?:text|e-?mail|mail|message|copy)|in (?:red|blue|green|bold|caps|capitals|italics|colou?r|purple|orange)|unten|unterhalb|weiter unten|im text|in (?:ihrer|der|deiner) (?:mail|e-mail|nachricht)|in (?:rot|blau|grün|fett|farbe|kursiv)|(?:rot|blau|grün|fett|farbig) (?:markiert|geschrieben|eingefügt)|direkt darunter|ci-dessous|plus bas|dans (?:le texte|votre (?:mail|message|texte))|en (?:rouge|bleu|vert|gras|couleur)|abajo|más abajo|en (?:el|tu|su) (?:texto|mensaje|correo)|en (?:rojo|azul|verde|negrita)|sotto|nel testo|in (?:rosso|blu|verde|grassetto)|abaixo|no texto|em (?:vermelho|azul|verde|negrito)|hieronder|onderaan|in de tekst|in het (?:rood|blauw|groen|vet)|nedan|nedenfor|i (?:texten|teksten)|i rött|i rødt|med rød\\p{L}*|alla|tekstissä|punaisella|poniżej|w tekście|na czerwono|níže|nižšie|v textu|červen\\p{L}*|u tekstu|ниже|в тексте|по тексту|красным|синим|нижче|у тексті|lent|alább|pirossal|aşağıda|kırmızı|ispod)';

const meant = new RegExp(
  `(?<!\\p{L})(?:${answers})(?!\\p{L})[^.?!\\n]{0,40}(?<!\\p{L})${places}(?!\\p{L})|(?<!\\p{L})${places}(?!\\p{L})[^.?!\\n]{0,40}(?<!\\p{L})${answers}(?!\\p{L})|(?:赤字|青字|インライン|本?文中)[^。\n]{0,10}回答|回(?:答|复|覆)[^。\n]{0,10}(?:红色|紅色|蓝色|藍色|文中|邮件中|郵件中)|답변[^.\n]{0,10}(?:아래|빨간)`,
  'iu',
);
const MAX_LENGTH = 2000;
/** With more words behind it the answers follow at once, and not in the copy. */
const MAX_REST = 300;

/**
 * Tells whether somebody says of his answers that they stand in the copy below ("see my answers below, in red"). Many programs put no
 * marks before what they quote, so that nothing else tells his words there from those he answers.
 */
export function answersBelow(own: string): boolean {
  const found = meant.exec(own.slice(0, MAX_LENGTH));
  return found !== null && own.length - found.index - found[0].length <= MAX_REST;
}
