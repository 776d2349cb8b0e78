import type { z } from '@hono/zod-openapi';
import type { eventListSchema, eventSchema } from '../../people/history/schemas.ts';
import type { messageListSchema, messageSchema } from '../../requests/messages/schemas.ts';
import type { requestListSchema } from '../../requests/lists/schemas.ts';
import type { requestSchema } from '../../requests/request/schemas.ts';

export type DeskRequest = z.infer<typeof requestSchema>;
export type DeskMessage = z.infer<typeof messageSchema>;
export type DeskEvent = z.infer<typeof eventSchema>;

export type DeskState = {
  /** The latest first. */
  readonly requests: readonly DeskRequest[];
  /** The request on display, or the latest; null before the first. */
  readonly selected: {
    readonly request: DeskRequest;
    readonly messages: readonly DeskMessage[];
    readonly events: readonly DeskEvent[];
  } | null;
};

export type DeskSide = ReturnType<typeof createDeskSide>;

const SHOWN_REQUESTS = 20;

/** An operator's program: everything goes through the documented HTTP interface, with a token. */
export function createDeskSide({ url, token }: { readonly url: string; readonly token: string }) {
  const authorization = `Bearer ${token}`;

  async function read<Body>(path: string): Promise<Body> {
    const response = await fetch(`${url}${path}`, { headers: { authorization } });
    if (!response.ok) throw new Error(`The server answered ${response.status} to GET ${path}`);
    return (await response.json()) as Body;
  }

  return {
    /** The requests, and one of them whole. */
    async state(requestId: number | null): Promise<DeskState> {
      const list = await read<z.infer<typeof requestListSchema>>(
        `/v1/requests?sort=-id&limit=${SHOWN_REQUESTS}`,
      );
      const request = list.items.find(({ id }) => id === requestId) ?? list.items[0];
      if (request === undefined) return { requests: [], selected: null };
      const path = `/v1/requests/${request.id}`;
      const [messages, events] = await Promise.all([
        read<z.infer<typeof messageListSchema>>(`${path}/messages?limit=200`),
        read<z.infer<typeof eventListSchema>>(`${path}/events?limit=200`),
      ]);
      return { requests: list.items, selected: { request, messages: messages.items, events: events.items } };
    },
  };
}
