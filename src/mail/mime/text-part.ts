import { decodeText } from '../charsets/decode-text.ts';
import type { Entity } from './entity.ts';
import { decodeBody } from './transfer-encoding.ts';

/** A text part as text: transfer encoding and charset undone, format=flowed joined, line ends as "\n". */
export function textOf(bytes: Buffer, entity: Entity, hint: string | null): string {
  const body = decodeBody(
    bytes.subarray(entity.bodyStart, Math.max(entity.bodyEnd, entity.bodyStart)),
    entity.encoding,
  );
  const { params } = entity.contentType;
  const text = decodeText(body, charsetLabel(entity, body), hint).replaceAll(/\r\n?/g, '\n');
  if (params.get('format')?.toLowerCase() !== 'flowed') return text;
  return unflow(text, params.get('delsp')?.toLowerCase() === 'yes');
}

/** The charset that a text part says it is written in. */
export function charsetLabel({ type, contentType }: Entity, body: Buffer): string | null {
  const charset = contentType.params.get('charset') ?? contentType.decoded.get('charset');
  return charset ?? (type === 'text/html' ? metaCharset(body) : null);
}

/** HTML without a charset parameter may name it in a meta element. */
function metaCharset(body: Buffer): string | null {
  return (
    /<meta[^>]{0,200}charset\s{0,5}=\s{0,5}["']?([a-z0-9_:-]{1,40})/i.exec(
      body.toString('latin1', 0, 2048),
    )?.[1] ?? null
  );
}

/** RFC 3676: lines that end in a blank continue on the next one of the same quote depth; "-- " never does. */
function unflow(text: string, deleteSpace: boolean): string {
  const out: string[] = [];
  let flowing = false;
  let depth = 0;
  for (const line of text.split('\n')) {
    const quotes = leadingQuotes(line);
    let content = line.slice(quotes);
    if (content.startsWith(' ')) content = content.slice(1);
    const continues = flowing && quotes === depth && content !== '-- ';
    if (!continues && out.length > 0) out.push('\n');
    if (!continues && quotes > 0) out.push('>'.repeat(quotes), ' ');
    flowing = content.endsWith(' ') && content !== '-- ';
    depth = quotes;
    out.push(flowing && deleteSpace ? content.slice(0, -1) : content);
  }
  return out.join('');
}

function leadingQuotes(line: string): number {
  let count = 0;
  while (line[count] === '>') count++;
  return count;
}
