// The Encoding Standard knows what browsers read; mail still comes in what terminals and operating systems wrote before it.
import iconv from 'iconv-lite';

const aliases = new Map(
  Object.entries({
    geostd8: 'georgianps',
    ptcp154: 'pt154',
    cyrillicasian: 'pt154',
    cp154: 'pt154',
    kz1048: 'rk1048',
    strk1048: 'rk1048',
    armscii: 'armscii8',
    armscii8a: 'armscii8',
    koi8tj: 'koi8t',
    tcvn3: 'tcvn',
    tcvn57121993: 'tcvn',
    viettcvn5712: 'tcvn',
    vscii: 'tcvn',
    vscii2: 'tcvn',
    viscii11: 'viscii',
    viscii111: 'viscii',
    hp8: 'hproman8',
    macce: 'maccenteuro',
    maccentraleurroman: 'maccenteuro',
    maccentraleurope: 'maccenteuro',
    maccenteurope: 'maccenteuro',
    maccentraleuropean: 'maccenteuro',
    macicelandic: 'maciceland',
    macromanian: 'macromania',
    macukrainian: 'macukraine',
    cp10006: 'macgreek',
    cp10010: 'macromania',
    cp10017: 'macukraine',
    cp10021: 'macthai',
    cp10029: 'maccenteuro',
    cp10079: 'maciceland',
    cp10081: 'macturkish',
    cp10082: 'maccroatian',
  }),
);

/** What iconv-lite calls an encoding without being a charset of mail, and sets of seven bits, which would lose every other byte. */
const notCharsets = /^(?:utf|ucs|unicode|cesu|hex|base64|binary|iso646|(?:internal|sbcs|dbcs|cn|jp|us)$)/;
/** Both write a Vietnamese letter and its tone apart; everything else on the desk writes them as one character. */
const decomposed = new Set(['tcvn', 'windows-1258']);

/** The name iconv-lite knows a label's charset by, from the label's letters and digits alone; null when it knows none. */
export function iconvCharset(bare: string): string | null {
  const plain = bare.replaceAll('_', '').replace(/^(?:windows|win|ms|dos|codepage)(?=\d)/, 'cp');
  const name = aliases.get(plain) ?? plain;
  return !notCharsets.test(name) && iconv.encodingExists(name) ? name : null;
}

/** The text of `bytes` in a charset that `iconvCharset` named, or in UTF-32. */
export function decodeByIconv(bytes: Uint8Array, charset: string): string {
  return iconv.decode(bytes, charset);
}

/** Letters and tones as one character each where the charset of the text writes them apart. */
export function composed(text: string, charset: string): string {
  return decomposed.has(charset) ? text.normalize('NFC') : text;
}
