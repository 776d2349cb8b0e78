const begin = /^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*$/;
const signature = /^-----BEGIN PGP SIGNATURE-----[ \t]*$/;
const end = /^-----END PGP SIGNATURE-----[ \t]*$/;
const armourHeader = /^(?:Hash|Charset|Comment|Version|NotDashEscaped|MessageID|SaltedHash): ?.*$/i;
const armourLine = /^(?:[A-Za-z0-9+/=]{1,80}|[A-Za-z]{3,20}: .*)?[ \t]*$/;

/**
 * A text without the armour of clear-signing (RFC 9580, 7): the frame, its headers and the signature go, dashes are unescaped,
 * what stands around the signed words stays. One that was cut keeps all its words.
 */
export function withoutArmour(text: string): string {
  if (!text.includes('-----BEGIN PGP SIGNED MESSAGE-----')) return text;
  const kept: string[] = [];
  let state: 'outside' | 'headers' | 'signed' | 'signature' = 'outside';
  for (const line of text.split('\n')) {
    if (state !== 'signature' && begin.test(line)) {
      state = 'headers';
    } else if (state === 'headers' && (line.trim() === '' || armourHeader.test(line))) {
      if (line.trim() === '') state = 'signed';
    } else if ((state === 'signed' || state === 'headers') && signature.test(line)) {
      state = 'signature';
    } else if (state === 'signature' && (end.test(line) || armourLine.test(line))) {
      if (end.test(line)) state = 'outside';
    } else if (state === 'outside' || state === 'signature') {
      state = 'outside';
      kept.push(line);
    } else {
      state = 'signed';
      kept.push(line.replace(/^- /, ''));
    }
  }
  return kept.join('\n');
}
