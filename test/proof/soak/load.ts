import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { BENCH_DESK } from '../../bench/desk.ts';
import { mailOf } from '../../support/intake.ts';
import { postMails } from '../post-mails.ts';
import { operatorActs } from './operator-acts.ts';
import { type Done, untilAnswered, type World } from './world.ts';

const MAILS_PER_SECOND = 5;
const ACTS_PER_SECOND = 3;
/** What is not answered in time is held back rather than piled up: relays and people wait, too. */
const MOST_UNDER_WAY = 40;
const OPEN_KEPT = 400;

/** Mails and what operators do, at a fixed pace until it is stopped; whatever has begun is repeated until it is answered. */
export function startLoad(given: Pick<World, 'random' | 'anyUrl' | 'token'>) {
  const done: Done = {
    accepted: [],
    aside: [],
    again: 0,
    answers: [],
    lists: [],
    closed: 0,
    files: [],
    heldBack: 0,
  };
  const world: World = { ...given, done, threads: [] };
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const begin = (act: () => Promise<void>): void => {
    if (underWay.size >= MOST_UNDER_WAY) return void (done.heldBack += 1);
    const acting: Promise<void> = act()
      .catch((error: unknown) => void failures.push(error))
      .finally(() => underWay.delete(acting));
    underWay.add(acting);
  };
  const acts = operatorActs(world);
  const mails = setInterval(() => begin(() => sendMail(world)), 1000 / MAILS_PER_SECOND);
  const people = setInterval(() => begin(acts), 1000 / ACTS_PER_SECOND);
  return {
    done,
    failures,
    async stop(): Promise<void> {
      clearInterval(mails);
      clearInterval(people);
      await Promise.all(underWay);
    },
  };
}

async function sendMail(world: World): Promise<void> {
  const { random, done, threads } = world;
  const answered = random() < 0.4 ? threads[Math.floor(random() * threads.length)] : undefined;
  const id = randomUUID();
  // Each of a domain of its own: a desk writes to few new addresses of one within a minute.
  const thread = answered ?? {
    from: `carla@${id.slice(0, 8)}.example`,
    messageId: `<${id}@customer.example>`,
  };
  const file = random() < 0.1 ? randomBytes(20_000 + Math.floor(random() * 200_000)) : null;
  const plain = mailOf({
    from: thread.from,
    subject: `${answered === undefined ? '' : 'Re: '}Matter of ${thread.from}`,
    text: `Word ${id}. `.repeat(5 + Math.floor(random() * 60)),
    messageId: answered === undefined ? thread.messageId : `<${id}@customer.example>`,
    ...(answered === undefined ? {} : { inReplyTo: thread.messageId, references: thread.messageId }),
  });
  const mail = { id, raw: file === null ? plain : withFile(plain, file) };
  const wasClosed = answered?.isClosed === true;
  const began = performance.now();
  const hand = () =>
    untilAnswered(world, async (url) => {
      const [result] = (await postMails(url, BENCH_DESK, [mail])) ?? [];
      return result === undefined || result.status === 'retry' ? null : result;
    });
  const { requestId, outcome, reason } = await hand();
  if (requestId === null) {
    done.aside.push({ id, why: `${outcome}: ${reason}` });
    return;
  }
  if (answered !== undefined && requestId !== answered.requestId && !(wasClosed || answered.isClosed))
    throw new Error(`an answer to request ${answered.requestId} went into ${requestId}`);
  done.accepted.push({
    id,
    requestId,
    kind: answered === undefined ? 'new' : 'answer',
    tookMs: performance.now() - began,
    at: began,
  });
  if (file !== null) done.files.push(createHash('sha256').update(file).digest('hex'));
  if (answered === undefined) threads.push({ ...thread, requestId, isClosed: false });
  if (threads.length > OPEN_KEPT) threads.shift();
  if (random() >= 0.1) return;
  const { requestId: second } = await hand();
  if (second !== requestId)
    throw new Error(`handed over again, mail ${id} went into ${second}, not ${requestId}`);
  done.again += 1;
}

function withFile(plain: string, content: Buffer): string {
  const type = 'Content-Type: text/plain; charset=utf-8';
  const [head = '', body = ''] = plain.split(`${type}\r\n\r\n`);
  return [
    `${head}Content-Type: multipart/mixed; boundary="edge"`,
    '',
    '--edge',
    type,
    '',
    body,
    '--edge',
    'Content-Type: application/octet-stream; name="log.bin"',
    'Content-Disposition: attachment; filename="log.bin"',
    'Content-Transfer-Encoding: base64',
    '',
    content.toString('base64').replaceAll(/.{76}/g, '$&\r\n'),
    '--edge--',
    '',
  ].join('\r\n');
}
