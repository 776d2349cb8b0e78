/** What servers write in a notice of delay: that they go on trying, or that nothing need be done. One line a language. */
const goesOn = anyOf([
  '\\bwill (?:still |automatically |now )?(?:be (?:automatically )?(?:retried|re-tried|tried again|attempted again|re-?attempted)|retry|re-?attempt|try again|keep (?:on )?(?:re-?)?(?:trying|attempting))\\b',
  '\\bwill continue (?:trying|attempting|for|until|over|to (?:try|attempt|retry|deliver|be (?:made|tried|retried)))\\b|\\battempts?[^.\\n]{0,40} will (?:continue|be (?:made|repeated))\\b',
  '\\b(?:still|being|keeps?) (?:being )?(?:trying|retried|re-tried)\\b|\\bnot yet been delivered\\b',
  "\\b(?:no need|need not|not need|not have|not necessary|not needed|not required|n[’']t need|n[’']t have)(?: to)? (?:re-?send|send (?:it|the|your)|do anything|retry)\\b|\\b(?:this is )?(?:just |only )?a warning(?: message)? only\\b|\\bwarning (?:message )?only\\b",
  '(?:weitere|neue|erneute)[nr]? (?:zustell)?versuch|(?:wird|werden)[^.\\n]{0,40}(?:weiterhin|weiter|erneut)[^.\\n]{0,20}(?:versuch|zugestellt|zuzustellen)|(?:versuch\\p{L}*|zustellung)[^.\\n]{0,40}(?:fortgesetzt|wiederholt)|(?:brauchen|müssen)[^.\\n]{0,40} nicht (?:erneut|noch einmal)',
  'nouvelles? tentatives?|(?:sera|seront|va|continuera|continuerons)[^.\\n]{0,30}(?:réessay|retent|essayer|tenter|tenté)|tentatives?[^.\\n]{0,40} (?:se poursuiv|continuer|auront lieu)',
  '(?:seguir(?:á|án|emos)|continuar(?:á|án|emos)|volver(?:á|án|emos))[^.\\n]{0,30}(?:intent|entreg|enviar)|se reintentará|(?:nuevos|más) intentos|no (?:es necesario|hace falta|necesita) (?:que )?(?:re)?env[ií]',
  '(?:continuer(?:à|anno)|proverà|riprover|ritenter)[^.\\n]{0,30}|ulteriori tentativi|nuovi tentativi|non è necessario (?:re|ri)?inviar',
  'continuar(?:á|ão|emos)[^.\\n]{0,20}tenta|novas tentativas|tentar(?:á|emos) novamente|não é (?:necessário|preciso) (?:re)?enviar',
  '(?:blijft|blijven|zal|zullen)[^.\\n]{0,40}(?:proberen|probeert)|(?:kommer att|fortsätter att|vil|fortsetter å|fortsætter med at)[^.\\n]{0,30}(?:försöka|prøve|forsøge)|yritetään (?:uudelleen|edelleen)',
  '(?:попытк\\p{L}*|доставк\\p{L}*)[^.\\n]{0,60}(?:продолж|буд\\p{L}* повтор|буд\\p{L}* предприн|буд\\p{L}* тривати)|(?:продолжит|будет|продовжить)[^.\\n]{0,40}(?:пытаться|повтор|намага)|повторно отправлять[^.\\n]{0,20}не (?:нужно|требуется)',
  '(?:kolejne|ponowne|dalsze) próby|będ(?:zie|ą)[^.\\n]{0,30}(?:prób|ponawia)|(?:další|opakovan\\p{L}*) pokus(?!\\p{L}* (?:už )?ne)|bude[^.\\n]{0,30}pokouš|további kísérlet(?!\\p{L}* nem)|(?:denemeye devam|yeniden denenecek|tekrar denenecek)',
  '(?:θα|συνεχίσει|συνεχίζει)[^.\\n]{0,30}(?:προσπαθ|δοκιμ|επαναλ)|(?:vor|vom|va|o să) (?:mai )?(?:continua|încerca|reîncerca)|(?:ще|nastavi\\p{L}*|pokuša\\p{L}*)[^.\\n]{0,30}(?:опит|pokuša|dostav|poskuš)|akan (?:terus )?(?:mencoba|dicoba)|sẽ (?:tiếp tục |thử )(?:thử|gửi|lại)|จะ(?:พยายาม|ลอง)',
  '再送(?:を|し)|再試行|引き続き|(?:继续|繼續|稍后|稍後|再次|自动|自動)(?:尝试|嘗試|重试|重試|投递|投遞|发送)|(?:계속|다시)[^.\\n]{0,10}(?:시도|전송)',
]);

/** Only late, by the words; a server that has given up may use them too. */
const late = anyOf([
  "\\bdelay(?:ed)?\\b|\\bpostponed\\b|\\bdeferred\\b|\\b(?:delivered|sent) yet\\b|\\bstill undelivered\\b|\\bqueued\\b|\\bin the queue\\b|\\bdo(?: not|n[’']t) re-?send\\b",
  'verzöger|noch nicht zugestellt|retardé|pas encore|retras|aún no|todavía no|ritard|non ancora|atras(?:o|ad)|ainda não|vertraag|nog niet|försen|forsink|viiväst',
  'задерж|затрим|ещё не|пока не|opóźni|jeszcze nie|zpožd|késés|késik|gecik|καθυστ|întârzi|забав|kasni|zamud|tertunda|bị (?:hoãn|chậm)|ล่าช้า|遅延|遅れ|延迟|延遲|지연',
]);

const gaveUp = anyOf([
  "\\bpermanent(?:ly)?\\b|\\b(?:giving|given|gave|gives?) up\\b|\\bno (?:further|more) (?:delivery )?(?:attempts?|retries|tries)\\b|\\bnot going to try\\b|\\bwill not (?:be )?(?:re-?tr(?:y|ied)|try|attempt)|\\bwon[’']t (?:be )?(?:re-?tr|try)|\\bexpired\\b|\\btoo (?:old|long)\\b|\\bstop(?:ped)? trying\\b|\\bhas been (?:returned|bounced|rejected)\\b",
  'endgültig|aufgegeben|keine weiteren|définitivement|abandonn|aucune autre tentative|definitiv|no se (?:volverá|intentará)|non verranno|não (?:serão|tentar)|ne (?:sera|seront|fera|feront)[^.\\n]{0,20} (?:pas|plus|aucun)|zal niet|niet (?:meer|opnieuw)|kommer inte|nie będ|nebude|nebudou|feladta|nem (?:lesz|próbál)|vazgeç|denenmeyecek|δεν θα (?:γίνουν|επαναλ|προσπαθ)|nu (?:se )?(?:vor|va) mai|няма да|больше не|не буд|прекращ|zaniecha|放弃|放棄|永久',
]);

/** What would happen later is not what happened: "Eventually it will give up", "if the delivery fails permanently". */
const later =
  /(?<!\p{L})(?:if|when|once|unless|until|eventually|should|falls|wenn|sollte|si|lorsque|cuando|se (?:il|la|lo|non|não|o|a)|als|indien|om|если|когда|якщо|jeśli|jeżeli|pokud)(?!\p{L})[^.]{0,300}/giu;
const failed = /\bfailed\b|\bfailure\b|\bcould ?(?:not|n['’]t) be delivered\b|\bundeliverable\b/i;

/** Tells whether the beginning of a report says that the email is late and not lost. */
export function saysDelayed(subject: string, text: string): boolean {
  const opening = `${subject}\n${text}`.replaceAll(/\s+/g, ' ');
  if (gaveUp.test(opening.replaceAll(later, ''))) return false;
  if (goesOn.test(opening)) return true;
  return late.test(opening) && (!failed.test(opening) || late.test(subject) || /\bwarning\b/i.test(subject));
}

function anyOf(phrases: readonly string[]): RegExp {
  return new RegExp(phrases.join('|'), 'iu');
}
