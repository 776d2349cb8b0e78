import type { Bytes } from '../bucket/bytes.ts';
import { lookedAt } from '../jobs/looked-at.ts';
import { clamdCall, type ClamdPlace } from './clamd-call.ts';
import { type Scanner, ScannerAway, type ScanVerdict } from './scanner.ts';

/** How often a scan may break off, while clamd answers otherwise, until the file counts as what breaks it. */
const ATTEMPTS = 3;

/** The virus scanner clamd. It connects anew for each file. */
export function openClamd(place: ClamdPlace, silentMs?: number): Scanner {
  const options = silentMs === undefined ? {} : { silentMs };
  return {
    async scan(bytes) {
      for (let attempt = 1; ; attempt += 1) {
        const body = watched(bytes());
        try {
          return verdictOf(await clamdCall(place, 'INSTREAM', { ...options, body: body.bytes }));
        } catch (error) {
          // The file could not be read: nothing is known of it, nor of clamd.
          if (body.failed()) throw error;
          const trouble = await troubleOf(place);
          if (trouble !== null) throw new ScannerAway(trouble, error);
          // A clamd that refuses more than its StreamMaxLength may close before its answer is read.
          if (attempt === ATTEMPTS)
            return {
              kind: 'unscannable',
              why: 'the scanner breaks off: it may be larger than its StreamMaxLength',
            };
        }
      }
    },
    trouble: lookedAt(() => troubleOf(place)),
  };
}

function watched(from: Bytes): { readonly bytes: Bytes; readonly failed: () => boolean } {
  let failed = false;
  async function* read(): Bytes {
    try {
      yield* from;
    } catch (error) {
      failed = true;
      throw error;
    }
  }
  return { bytes: read(), failed: () => failed };
}

// `stream: OK`, `stream: Win.Test.EICAR_HDB-1 FOUND`, `INSTREAM size limit exceeded. ERROR`
function verdictOf(answer: string): ScanVerdict {
  const [, said = '', result] = /^(?:stream: )?(.*?)\s*\b(OK|FOUND|ERROR)$/s.exec(answer.trim()) ?? [];
  if (result === 'OK') return { kind: 'clean' };
  if (result === 'FOUND') return { kind: 'found', name: said };
  if (/size limit exceeded/i.test(said))
    return { kind: 'unscannable', why: "it is larger than the scanner's StreamMaxLength" };
  if (result === 'ERROR') return { kind: 'unscannable', why: `the scanner says: ${said}` };
  throw new Error(`clamd answered something unknown: ${answer.slice(0, 100)}`);
}

async function troubleOf(place: ClamdPlace): Promise<string | null> {
  try {
    const answer = await clamdCall(place, 'PING', { silentMs: 5000 });
    return answer === 'PONG' ? null : `clamd answers PING with ${answer.slice(0, 100)}`;
  } catch (error) {
    return `clamd cannot be reached: ${error instanceof Error ? error.message : String(error)}`;
  }
}
