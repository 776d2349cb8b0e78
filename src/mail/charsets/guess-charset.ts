import { TextDecoder } from '@exodus/bytes/encoding.js';

type Shape = {
  readonly high: number;
  readonly runs: number;
  readonly evenRuns: boolean;
  readonly below0xc0: number;
  readonly c1: number;
  readonly letters: number;
};

const russian = 'оеаинтсрвлкмдпуяыьгзбчйхжшю';

/** Single-byte charsets that are not Latin, with the letters of their commonest language, the most used first. */
const alphabets: readonly (readonly [charset: string, letters: string])[] = [
  ['windows-1251', russian],
  ['koi8-r', russian],
  ['ibm866', russian],
  ['iso-8859-5', russian],
  ['windows-1253', 'αοιετσνηυρπκμλάόίςγωέδ'],
  ['windows-1255', 'יוהלאמרתבשנםחדקעפסגכטזצןךץף'],
  ['windows-874', 'นารอกเงมยลวดทสตะปบคหแจพชขใไโผภถซญธศณษฟฐฉฮฏฑฒฝฌฆฎฤฬ่้ัิีึืุู็์ำๆ'],
  ['windows-1256', 'اليمنوترهبدسفعةكقحجشأخصطىذضغثزءئظؤ'],
];

const manyByteCharsets = ['shift_jis', 'euc-jp', 'gb18030', 'euc-kr', 'big5'] as const;
/** Characters so common that a few of them tell apart charsets whose bytes mean something in each other. */
const frequentCharacters: Record<string, string> = {
  gb18030:
    '的一是不了在人有我他这个们中来上大为和国到以说时要就出会可也你对生能子得于下自年过发后用行家事成方多经好小部件问题单订票关电信通知公司产品报价张王李合同请回复谢',
  big5: '的一是不了在人有我他這個們來到時大地為子中你說生國年著就那和要她出也得裡後自以會請您電郵件問題關於訂單通知回覆測試公司好',
  'euc-kr':
    '이다는을가의에고하지한도를은로기사서니대어리나해자인시아라정수일전그부제보상안녕세요주문회김드립',
  'euc-jp': '日本人年大会社件名様山田中東京注文確認請求書送信お知',
  shift_jis: '日本人年大会社件名様山田中東京注文確認請求書送信お知',
};
const SAMPLE_LENGTH = 4096;
const umlauts = new Set(Buffer.from('äöüßåøæÄÖÜÅØÆ', 'latin1'));

/** A charset for bytes that are neither ASCII nor UTF-8 and carry no label: what the byte pattern makes likeliest, else windows-1252. */
export function guessCharset(bytes: Uint8Array): string {
  const start = Math.max(0, firstHigh(bytes) - 100);
  const sample = bytes.subarray(start, start + SAMPLE_LENGTH);
  const shape = shapeOf(sample);
  const manyByte = guessManyByte(sample, shape);
  if (manyByte !== null) return manyByte;
  // Accents of Latin languages stand alone between ASCII letters; other alphabets come in whole words.
  const run = shape.high / shape.runs;
  if (run < 2 || (run < 3 && shape.letters > shape.high)) return 'windows-1252';
  // Hardly a word of another alphabet gets by on the few letters that share their bytes with umlauts: "äöüß", "ÅÄÖ".
  return sample.every((byte) => byte < 0x80 || umlauts.has(byte)) ? 'windows-1252' : guessAlphabet(sample);
}

/** Tells whether bytes in a charset of many bytes are words of its language, most of them very common ones. */
export function readsAs(bytes: Uint8Array, charset: string): boolean {
  return commonShare(bytes, charset === 'gbk' ? 'gb18030' : charset) >= 1.1;
}

function firstHigh(bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! >= 0x80) return i;
  return 0;
}

function shapeOf(bytes: Uint8Array): Shape {
  let high = 0;
  let runs = 0;
  let evenRuns = true;
  let below0xc0 = 0;
  let c1 = 0;
  let run = 0;
  let letters = 0;
  for (let i = 0; i <= bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) letters++;
    if (byte >= 0x80) {
      high++;
      run++;
      if (byte < 0xc0) below0xc0++;
      if (byte < 0xa0) c1++;
    } else if (run > 0) {
      runs++;
      if (run % 2 === 1 && i < bytes.length) evenRuns = false;
      run = 0;
    }
  }
  return { high, runs: Math.max(runs, 1), evenRuns, below0xc0, c1, letters };
}

function guessManyByte(bytes: Uint8Array, shape: Shape): string | null {
  if (shape.high < 4) return null;
  const run = shape.high / shape.runs;
  // An accent or two between Latin letters also makes a pair: without long runs, letters must not outnumber the high bytes.
  if (run < 4 && shape.letters > shape.high) return null;
  // Shift_JIS opens its characters below 0xA0; it and Big5 put ASCII bytes in second place, so their runs are short.
  const short = shape.c1 / shape.high > 0.4 ? (['shift_jis'] as const) : (['big5'] as const);
  if (run < 2) return bestOf(bytes, short);
  // In two-byte charsets a third of the high bytes lie below 0xC0, where single-byte alphabets have hardly a letter.
  if (shape.below0xc0 / shape.high < 0.12) return null;
  return bestOf(
    bytes,
    shape.evenRuns && shape.c1 === 0 ? ['euc-jp', 'gb18030', 'euc-kr', 'big5'] : manyByteCharsets,
  );
}

function bestOf(bytes: Uint8Array, charsets: readonly string[]): string | null {
  let best: string | null = null;
  let bestScore = 0.6;
  for (const charset of charsets) {
    const score = commonShare(bytes, charset);
    if (score > bestScore) [best, bestScore] = [charset, score];
  }
  return best;
}

/** How much of the decoded text is what the language of that charset is made of; 0 when it does not decode. */
function commonShare(bytes: Uint8Array, charset: string): number {
  const text = new TextDecoder(charset).decode(bytes).replace(/\ufffd$/, '');
  let good = 0;
  let all = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code === 0xfffd || (code >= 0xe000 && code <= 0xf8ff)) return 0;
    if (code < 0x80) continue;
    all++;
    good += weight(code, charset);
  }
  return all === 0 ? 0 : good / all;
}

function weight(code: number, charset: string): number {
  const kana = code >= 0x3041 && code <= 0x30fe;
  const punctuation = (code >= 0x3000 && code <= 0x3020) || (code >= 0xff01 && code <= 0xff5e);
  const han = code >= 0x4e00 && code <= 0x9fa5;
  const frequent = frequentCharacters[charset]?.includes(String.fromCodePoint(code)) ?? false;
  if (charset === 'shift_jis' || charset === 'euc-jp')
    return kana || frequent ? 1.4 : punctuation ? 0.9 : han ? 0.75 : 0;
  if (charset === 'euc-kr')
    return frequent ? 1.2 : code >= 0xac00 && code <= 0xd7a3 ? 0.75 : punctuation ? 0.7 : 0;
  return frequent ? 1.2 : punctuation ? 0.8 : han ? 0.8 : 0;
}

function guessAlphabet(bytes: Uint8Array): string {
  let best = 'windows-1252';
  let bestScore = 0.3;
  for (const [charset, letters] of alphabets) {
    const score = letterShare(new TextDecoder(charset).decode(bytes), letters);
    if (score > bestScore) [best, bestScore] = [charset, score];
  }
  return best;
}

function letterShare(text: string, letters: string): number {
  let good = 0;
  let all = 0;
  let previousIsLower = false;
  for (const character of text) {
    if (character < '\u0080') {
      previousIsLower = false;
      continue;
    }
    all++;
    const lower = character.toLowerCase();
    const rank = letters.indexOf(lower);
    if (rank >= 0) good += (1 - rank / (letters.length + 4)) * (lower === character ? 1 : 0.9);
    if (character === '\ufffd') good -= 2;
    // A charset of another alphabet has a few Latin accents too, but no word mixes the two.
    if (character >= '\u00c0' && character <= '\u00ff') good -= 1.5;
    // The wrong Cyrillic charset swaps the cases: capitals inside words give it away.
    if (previousIsLower && lower !== character) good -= 1.5;
    previousIsLower = lower === character && character.toUpperCase() !== character;
  }
  return all === 0 ? 0 : good / all;
}
