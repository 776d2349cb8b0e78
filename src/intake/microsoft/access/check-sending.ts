import { z } from 'zod';
import type { Graph } from '../graph/graph.ts';
import { graphFault } from '../graph/graph-fault.ts';

const made = z.object({ id: z.string().min(1) });

/** It names nobody, so that it cannot leave whatever is allowed. */
const DRAFT =
  'Subject: Mailroom\r\n\r\nMailroom looks whether it may send from here, and deletes this draft.\r\n';

/**
 * Whether a mailbox may be sent from: null, or why not. A draft to nobody is refused for that by whoever may send, and for
 * its permission by whoever may not. Leaves nothing behind.
 */
export async function checkSending(graph: Graph): Promise<string | null> {
  const body = Buffer.from(DRAFT).toString('base64');
  try {
    const { id } = await graph.call(
      { method: 'POST', path: '/messages', body, contentType: 'text/plain' },
      async (response) => made.parse(await response.json()),
    );
    const path = `/messages/${encodeURIComponent(id)}`;
    const refused = await trySending(graph, path);
    await graph.call({ method: 'DELETE', path }, (response) => response.text());
    return refused;
  } catch (error) {
    if (graphFault(error) === null) throw error;
    return String(error);
  }
}

async function trySending(graph: Graph, path: string): Promise<string | null> {
  try {
    await graph.call({ method: 'POST', path: `${path}/send` }, (response) => response.text());
    return null;
  } catch (error) {
    const fault = graphFault(error);
    if (fault === null) throw error;
    return fault.status === 400 ? null : String(error);
  }
}
