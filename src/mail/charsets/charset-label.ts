// Node's own decoders lose a third of code page 949, all of HKSCS and swap `\\` and `~` in Shift_JIS.
import { TextDecoder } from '@exodus/bytes/encoding.js';
import { iconvCharset } from './iconv-charsets.ts';

const aliases = new Map(
  Object.entries({
    utf8mb4: 'utf-8',
    utf: 'utf-8',
    eucjp: 'euc-jp',
    eucjpms: 'euc-jp',
    euckr: 'euc-kr',
    uhc: 'euc-kr',
    ksc: 'euc-kr',
    ksc5601: 'euc-kr',
    ksx1001: 'euc-kr',
    ksc56011989: 'euc-kr',
    shiftjis: 'shift_jis',
    mskanji: 'shift_jis',
    iso2022jp1: 'iso-2022-jp',
    iso2022jp2: 'iso-2022-jp',
    iso2022jp3: 'iso-2022-jp',
    iso2022jpms: 'iso-2022-jp',
    junet: 'iso-2022-jp',
    tis620: 'windows-874',
    iso88598e: 'iso-8859-8',
    iso88598i: 'iso-8859-8-i',
    latin1: 'windows-1252',
    latin9: 'iso-8859-15',
    macroman: 'macintosh',
    macos: 'macintosh',
    mac: 'macintosh',
    ansi: 'windows-1252',
    ansi1251: 'windows-1251',
    koi8: 'koi8-r',
    koi8ru: 'koi8-u',
    big5eten: 'big5',
    big5hkscs2004: 'big5',
    hkscs: 'big5',
    mshkscs: 'big5',
    big5hk: 'big5',
    gb231280: 'gbk',
    gb2312a: 'gbk',
    euccn: 'gbk',
    utf16: 'utf-16le',
  }),
);

const codePageAliases = new Map(
  Object.entries({
    '932': 'shift_jis',
    '936': 'gbk',
    '949': 'euc-kr',
    '950': 'big5',
    '951': 'big5',
    '874': 'windows-874',
    '1200': 'utf-16le',
    '1201': 'utf-16be',
    '10000': 'macintosh',
    '10007': 'x-mac-cyrillic',
    '20127': 'us-ascii',
    '20866': 'koi8-r',
    '21866': 'koi8-u',
    '28591': 'windows-1252',
    '28592': 'iso-8859-2',
    '28605': 'iso-8859-15',
    '50220': 'iso-2022-jp',
    '50221': 'iso-2022-jp',
    '50222': 'iso-2022-jp',
    '51932': 'euc-jp',
    '20949': 'euc-kr',
    '51936': 'gbk',
    '51949': 'euc-kr',
    '52936': 'hz-gb-2312',
    '54936': 'gb18030',
    '65000': 'utf-7',
    '65001': 'utf-8',
  }),
);

const decoders = new Map<string, Decoder | null>();

type Decoder = InstanceType<typeof TextDecoder>;

/** The charset a label means, in the spelling of the Encoding Standard, of iconv-lite or of ours; null for none or an unknown one. */
export function canonicalCharset(label: string | null): string | null {
  if (label === null) return null;
  const written = label.slice(0, 80).trim().toLowerCase().replace(/\*.*$/s, '').replaceAll(/["';]/g, '');
  if (written === '') return null;
  const bare = written.replace(/^(?:x-ms-|x-|cs)/, '').replaceAll(/[\s._:()-]+/g, '');
  if (/^(?:us-?ascii|ascii|ansi_?x3|iso646|7bit|8bit|none|default|unknown)/.test(bare.replaceAll('_', '')))
    return 'us-ascii';
  if (/^(?:unicode11)?utf7/.test(bare)) return 'utf-7';
  if (bare.startsWith('utf32')) return bare === 'utf32be' ? 'utf-32be' : 'utf-32le';
  if (/^(?:hz|hzgb2312)$/.test(bare)) return 'hz-gb-2312';
  if (/^iso2022(?:kr|cn|cnext)$/.test(bare)) return bare === 'iso2022kr' ? 'iso-2022-kr' : 'iso-2022-cn';
  const page = /^(?:cp|windows|win|ms|ibm|dos|codepage)(\d{3,5})$/.exec(bare)?.[1];
  const known = (page && codePageAliases.get(page)) ?? aliases.get(bare.replaceAll('_', ''));
  if (known) return known;
  for (const name of [written, page ? `windows-${page}` : bare, bare, iso8859(bare)]) {
    const decoder = decoderFor(name);
    if (decoder !== null) return decoder.encoding;
  }
  const rare = iconvCharset(bare);
  if (rare !== null) return rare;
  // "windows-1252http-equivcontent-type" and the like: a known name with the rest of a line stuck to it.
  const inside = /utf-?8|windows-125\d|iso-8859-1?\d|koi8-[ru]|gb(?:2312|18030|k)|big5|euc-(?:jp|kr)/.exec(
    written,
  )?.[0];
  return inside === undefined || inside === written ? null : canonicalCharset(inside);
}

function iso8859(bare: string): string {
  return bare.replace(/^(?:iso_?)?8859_?(\d{1,2}).*$/, 'iso-8859-$1');
}

/** The decoder of that name, or null when the runtime lacks it. */
export function decoderFor(name: string): Decoder | null {
  const cached = decoders.get(name);
  if (cached !== undefined) return cached;
  let decoder: Decoder | null = null;
  try {
    // `x-user-defined` maps bytes to private-use characters: as good as no label.
    decoder = /user-?defined/.test(name) ? null : new TextDecoder(name);
  } catch {
    decoder = null;
  }
  // Labels come from senders: a map that grows with every invented one would be a leak.
  if (decoders.size < 500) decoders.set(name, decoder);
  return decoder;
}
