import { canonicalCharset } from '../charsets/charset-label.ts';
import { needsGuess } from '../charsets/decode-text.ts';
import { guessCharset } from '../charsets/guess-charset.ts';
import { shorten } from '../text.ts';
import { splitEncodedWords } from './encoded-words.ts';
import type { Entity } from './entity.ts';
import type { RawHeader } from './header-block.ts';
import { firstHeader } from './header-block.ts';
import { charsetLabel } from './text-part.ts';
import { decodeBody } from './transfer-encoding.ts';

const MAX_HEADER_LINE_LENGTH = 4000;
const MAX_SAMPLE_LENGTH = 2000;
/** Further parts hold hardly another charset than the first ones. */
const MAX_LEAVES = 20;
const written = /^(?:subject|from|to|cc|reply-to|organization|content-(?:type|disposition|description))$/;

/**
 * The charset of 8-bit text without a label, one for the whole email: that of its labelled text or of its encoded words, else
 * what all such text together looks like. Each alone is too short: a KOI8-R subject in capitals reads as Greek.
 */
export function charsetHint(bytes: Buffer, root: Entity, leaves: readonly Entity[]): string | null {
  const labels = [root, ...leaves.slice(0, MAX_LEAVES)].map(({ contentType }) =>
    contentType.params.get('charset'),
  );
  const words = ['subject', 'from'].map((name) => wordCharset(root.headers, name));
  const said = [...labels, ...words].find((label) => telling(label ?? null));
  if (said !== undefined) return said;
  const samples = samplesToGuess(bytes, root, leaves);
  return samples.length === 0 ? null : guessCharset(Buffer.concat(samples));
}

/** ASCII and UTF-8 say nothing about bytes that are neither. */
function telling(label: string | null): boolean {
  const charset = canonicalCharset(label);
  return charset !== null && charset !== 'us-ascii' && charset !== 'utf-8';
}

function wordCharset(headers: readonly RawHeader[], name: string): string | undefined {
  return splitEncodedWords(shorten(firstHeader(headers, name) ?? '', MAX_HEADER_LINE_LENGTH)).find(
    (piece) => typeof piece !== 'string',
  )?.charset;
}

function samplesToGuess(bytes: Buffer, root: Entity, leaves: readonly Entity[]): readonly Buffer[] {
  const samples: Buffer[] = [];
  const newline = Buffer.from('\n');
  const add = (sample: Buffer, label: string | null): void => {
    if (needsGuess(sample, label)) samples.push(sample, newline);
  };
  for (const { headers } of new Set([root, ...leaves.slice(0, MAX_LEAVES)])) {
    for (const { name, value } of headers)
      // Addresses are ASCII in any charset: their letters would make a short name look Latin.
      if (written.test(name))
        add(Buffer.from(shorten(value, MAX_SAMPLE_LENGTH).replaceAll(/<[^<>]*>/g, ''), 'latin1'), null);
  }
  for (const entity of leaves.slice(0, MAX_LEAVES)) {
    if (!entity.type.startsWith('text/')) continue;
    const raw = bytes.subarray(
      entity.bodyStart,
      Math.min(entity.bodyEnd, entity.bodyStart + 20 * MAX_SAMPLE_LENGTH),
    );
    const body = decodeBody(raw, entity.encoding);
    const label = charsetLabel(entity, body);
    const high = body.findIndex((byte) => byte >= 0x80);
    if (high >= 0)
      add(wholeWords(body.subarray(Math.max(0, high - 100), high + MAX_SAMPLE_LENGTH + 1)), label);
  }
  return samples;
}

/** Cut at a blank: half a character at the end would make good text look like another charset. */
function wholeWords(sample: Buffer): Buffer {
  if (sample.length < MAX_SAMPLE_LENGTH) return sample;
  const end = sample.findLastIndex((byte) => byte <= 0x20);
  return end < MAX_SAMPLE_LENGTH / 2 ? sample : sample.subarray(0, end);
}
