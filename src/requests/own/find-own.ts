import type { Requester } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { openFile } from '../../platform/scanning/open-file.ts';
import type { Deps } from '../../platform/deps.ts';
import type { StoredFile } from '../../platform/files/stored-file.ts';
import type { Page } from '../../platform/lists/page.ts';
import { type Counted, type PageInput, readPage } from '../../platform/lists/read-page.ts';
import { notFound } from '../../platform/problems.ts';
import type { RequestStatus } from '../request.ts';
import {
  countOwnRows,
  findOwnFile,
  findOwnRow,
  findReplyTag,
  listOwnMessages,
  listOwnRows,
} from './own-queries.ts';
import type { OwnMessage, OwnRequest } from './own-request.ts';
import type { OwnSort } from './own-sorts.ts';

type OwnDeps = Pick<Deps, 'db' | 'clock'>;

/** A page of the requester's own requests. */
export async function listOwnRequests(
  deps: OwnDeps,
  requester: Requester,
  input: PageInput<OwnSort> & { readonly status?: readonly RequestStatus[] | undefined },
): Promise<Page<OwnRequest> & Counted> {
  requirePermission(requester, 'own_requests.read');
  const { email } = requester;
  const { status, ...page } = input;
  const filters = { status };
  return readPage(['own requests', email, filters], page, {
    rows: (range) => listOwnRows(deps.db, { email, at: deps.clock.now() }, filters, range),
    count: () => countOwnRows(deps.db, email, filters),
  });
}

/** A request of the requester's; anybody else's does not exist for them. */
export async function findOwnRequest(
  deps: OwnDeps,
  requester: Requester,
  requestId: number,
): Promise<OwnRequest> {
  requirePermission(requester, 'own_requests.read');
  const request = await findOwnRow(deps.db, { email: requester.email, at: deps.clock.now() }, requestId);
  if (request === null) throw notFound('request', requestId);
  return request;
}

export async function isOwnRequest(deps: OwnDeps, { email }: Requester, requestId: number): Promise<boolean> {
  return (await findOwnRow(deps.db, { email, at: deps.clock.now() }, requestId)) !== null;
}

/** A request of theirs with what was written by them, and to them by the desk. */
export async function findWholeOwnRequest(
  deps: OwnDeps,
  requester: Requester,
  requestId: number,
): Promise<OwnRequest & { readonly messages: readonly OwnMessage[] }> {
  const request = await findOwnRequest(deps, requester, requestId);
  return { ...request, messages: await listOwnMessages(deps.db, request, deps.clock.now()) };
}

/** A file that the requester is shown on a request of theirs, to be read in slices, once the virus scanner lets it go. */
export async function findOwnAttachment(
  deps: OwnDeps & Pick<Deps, 'bucket' | 'scanner'>,
  requester: Requester,
  { requestId, attachmentId }: { readonly requestId: number; readonly attachmentId: number },
): Promise<StoredFile> {
  const request = await findOwnRequest(deps, requester, requestId);
  const file = await findOwnFile(deps.db, request, { attachmentId, at: deps.clock.now() });
  if (file === null) throw notFound('attachment', attachmentId);
  return openFile(deps, { ...file, what: 'attachment' });
}

/** What leads the requester's next words to a request of theirs. */
export async function findOwnReplyTag(
  deps: OwnDeps,
  requester: Requester,
  requestId: number,
): Promise<{ readonly request: OwnRequest; readonly replyTag: string }> {
  const request = await findOwnRequest(deps, requester, requestId);
  return { request, replyTag: await findReplyTag(deps.db, requestId) };
}
