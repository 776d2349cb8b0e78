/**
 * Words that name the writer, the reader or somebody of theirs. A mail program names people and nothing else, so a line with one of
 * them is a sentence: "On 3 May at 10:15 your colleague wrote:". In lower case, as a name is not; German is polite in capitals.
 */
const people =
  /(?<![\p{L}\p{N}])(?:the|our|your|my|his|her|their|me|us|you(?! wrote)|him|them|mir|uns|dir|ihm|(?:mein|dein|unser|euer|eure|kein)(?:e[rnms]?)?|ein(?:e[rnms]?)?|(?<!v[oa]n )(?:der|die|das)|[iI]hr(?:e[rnms]?)?|[iI]hnen|votre|vos|notre|nos|nous|vous|leur|m['’](?:a|avez|ont)|(?:su|mi|ci|vi) (?=\p{L})|nuestr[oa]|vuestr[oa]|lhe|seu|sua|noss[oa]|voss[oa]|meu|minha|vostr[oa]|nostr[oa]|suo|mij|uw|ons|onze|jullie|wam|nam|mnie|wasz\p{L}{0,2}|nasz\p{L}{0,2}|[pP]aństw[au]|pani?|mój|moja|мне|нам|вам|вас|ваш\p{L}{0,3}|наш\p{L}{0,3}|мой|моя|мені|мій|mig|meg|oss|vår|vores|jeres|deres|mně|nám|vám|váš|vaše|náš|naše|můj|môj|nekem|nekünk|bana|bize|size|sizin|bizim|minulle|meille|teille|teidän|meidän|μου|μας|σας|saya|kami|anda|tôi|לנו)(?![\p{L}\p{N}])|mi-a (?=scris)|您的|你们|你們|我的|我们|我們|给我|給我|贵公司|弊社|御社|貴社|当社|の方が|저에게|저희|귀사/u;

/** Whom a sentence says that somebody wrote to, beside the verb: no name stands there, whatever address follows. */
const toMe =
  /(?<!\p{L})(?:schrieb(?:en)? (?:mir|uns)|m['’]a écrit|(?:nous|vous) a écrit|(?:me|nos) escribió|(?:mi|ci) ha scritto|schreef[^:]{0,60} (?:mij|ons)|(?:мне|нам) (?:на)?пис\p{L}+|skrev[^:]{0,60} (?:mig|meg|oss)|napisał[ao]? (?:mi|do mnie|nam)|(?:bana|bize) \p{L}+ yazdı)(?!\p{L})/u;

/** Tells whether a line that could introduce a quote is a sentence of the writer's. */
export function isSentenceOfWriter(line: string, addressed: boolean): boolean {
  return toMe.test(line) || (!addressed && people.test(line));
}
