import { z } from 'zod';
import type { OpenService } from '../../../outbox/accounts/transports.ts';
import { officeTransport } from './office-transport.ts';
import type { AttachedFile, SendResult, SmtpReply, StoredDraft } from '../../../outbox/smtp/smtp.ts';
import type { Microsoft } from '../access/open-microsoft.ts';
import { drain, type Graph } from '../graph/graph.ts';
import { addFiles, GRAPH_LIMITS, type GraphLimits } from './add-files.ts';
import { graphFault, isGone, isRefusal, isThrottling } from '../graph/graph-fault.ts';

const stored = z.object({
  id: z.string().min(1),
  isDraft: z.boolean().nullish(),
  internetMessageId: z.string().nullish(),
});

type StoredMessage = z.infer<typeof stored>;

const FIELDS = '$select=id,isDraft,internetMessageId';

/**
 * Sends by Microsoft, for most through Graph: stored as a draft first, whose id is committed, and then sent. When the answer to that is lost, the
 * next attempt asks what has become of the draft, which keeps its id on its way to Sent Items.
 */
export function graphTransport(microsoft: Microsoft, limits: GraphLimits = GRAPH_LIMITS): OpenService {
  return ({ kind, mailboxId, account }) => {
    if (kind === 'microsoft_smtp') return officeTransport(microsoft, { mailboxId, account });
    const withGraph = async <Result>(work: (graph: Graph) => Promise<Result>): Promise<Result | null> => {
      const graph = await microsoft.open(mailboxId);
      return graph === null ? null : work(graph);
    };
    return {
      account,
      sendsToHeaders: true,
      async send(mime, { to, stored: draft }, signal) {
        if (draft === undefined) throw new Error('a message for Graph comes with what is known of its draft');
        const isLarge = mime.byteLength > limits.wholeBytes;
        const mail = { limits, ...(isLarge ? await draft.inParts() : { mime, files: [] }) };
        if (mail.mime.byteLength > limits.wholeBytes) return answered([], to, TOO_LARGE);
        try {
          const left = await withGraph((graph) => sendOnce(graph, mail, draft, signal));
          if (left === null) return { kind: 'account_failed', reply: NOT_CONNECTED };
          return answered(to, [], { ...ACCEPTED, text: left });
        } catch (error) {
          return failed(error);
        }
      },
      async verify() {
        try {
          const found = await withGraph((graph) => graph.call({ path: '/mailFolders/drafts' }, drain));
          return found === null ? { kind: 'sign_in', reply: NOT_CONNECTED } : null;
        } catch (error) {
          const { reply } = failed(error);
          return { kind: 'other', reply };
        }
      },
      close: () => {},
    };
  };
}

type LargeMail = {
  readonly mime: Buffer;
  /** Added to the draft one by one, because the message as a whole is too large. */
  readonly files: readonly AttachedFile[];
  readonly limits: GraphLimits;
};

/** What was said of a message that has left. */
async function sendOnce(
  graph: Graph,
  mail: LargeMail,
  draft: StoredDraft,
  signal: AbortSignal,
): Promise<string> {
  const known = await findStored(graph, draft, signal);
  if (known !== null && known.isDraft !== true) return 'Left in an earlier attempt, as Microsoft says';
  const made = known ?? (await createDraft(graph, mail.mime, signal));
  const sentAs = made.internetMessageId ?? null;
  if (made.id !== draft.draftId)
    await draft.keep({ draftId: made.id, sentAs: sentAs === draft.internetMessageId ? null : sentAs });
  await addFiles(graph, { id: made.id, isRepeat: known !== null, limits: mail.limits }, mail.files, signal);
  const path = `/messages/${encodeURIComponent(made.id)}/send`;
  await graph.call({ method: 'POST', path, signal }, drain);
  return 'Accepted by Microsoft 365';
}

/** The message as an earlier attempt left it: a draft, or sent. By its id, else by its Message-ID; null when there is none. */
async function findStored(
  graph: Graph,
  draft: StoredDraft,
  signal: AbortSignal,
): Promise<StoredMessage | null> {
  if (draft.draftId !== null) {
    const path = `/messages/${encodeURIComponent(draft.draftId)}?${FIELDS}`;
    const read = async (response: Response): Promise<StoredMessage> => stored.parse(await response.json());
    const found = await graph.call({ path, signal }, read).catch((error: unknown) => {
      if (isGone(error)) return null;
      throw error;
    });
    if (found !== null) return found;
  }
  if (!draft.isRepeat) return null;
  const filter = encodeURIComponent(
    `internetMessageId eq '${draft.internetMessageId.replaceAll("'", "''")}'`,
  );
  const path = `/messages?${FIELDS}&$filter=${filter}`;
  const page = z.object({ value: z.array(stored) });
  const { value } = await graph.call({ path, signal }, async (response) => page.parse(await response.json()));
  return value.find(({ isDraft }) => isDraft !== true) ?? value[0] ?? null;
}

function createDraft(graph: Graph, mime: Buffer, signal: AbortSignal): Promise<StoredMessage> {
  const call = { method: 'POST', path: '/messages', contentType: 'text/plain', signal } as const;
  return graph.call({ ...call, body: mime.toString('base64') }, async (response) =>
    stored.parse(await response.json()),
  );
}

const said = (code: number | null, text: string): SmtpReply => ({ code, enhancedCode: null, text });
const ACCEPTED = said(null, '');
const NOT_CONNECTED = said(null, 'The mailbox is not connected to Microsoft 365 any more');
const TOO_LARGE: SmtpReply = {
  code: 552,
  enhancedCode: '5.3.4',
  text: '552 5.3.4 Not sent: the words alone, without the files, are more than the 2.9 MB that Microsoft Graph takes',
};

function answered(accepted: readonly string[], refused: readonly string[], reply: SmtpReply): SendResult {
  return {
    kind: 'answered',
    accepted,
    refused: refused.map((address) => ({ ...reply, address })),
    reply,
  };
}

/** Nothing had been sent by then: the connection was never made. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);
const OF_THE_ACCOUNT =
  /^(ErrorSendAsDenied|ErrorQuotaExceeded|ErrorSubmissionQuotaExceeded|MailboxNotEnabledForRESTAPI|ResourceNotFound|Request_ResourceNotFound|ErrorInvalidUser|left_alone|disconnected)$/i;

/** A fault as the outbox judges one: of the account, of the message for good (a 5xx code), or passing. */
function failed(error: unknown): Extract<SendResult, { kind: 'mail_failed' | 'account_failed' }> {
  const fault = graphFault(error);
  if (fault === null) throw error;
  const text = `${fault.code === '' ? '' : `${fault.code}: `}${fault.message}`;
  const isOfAccount =
    isRefusal(fault) ||
    isThrottling(fault) ||
    OF_THE_ACCOUNT.test(fault.code) ||
    fault.status === 403 ||
    (fault.status === null && NOT_SENT.has(socketCode(error)));
  if (isOfAccount) return { kind: 'account_failed', reply: said(null, text) };
  const isFinal = fault.status === 400 || fault.status === 413 || fault.status === 422;
  return { kind: 'mail_failed', reply: said(isFinal ? 554 : null, text) };
}

function socketCode(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1)
    if ('code' in at && typeof at.code === 'string') return at.code;
  return '';
}
