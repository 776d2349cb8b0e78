import { randomUUID } from 'node:crypto';

/** Status, body and headers. */
export type Answer = readonly [number, unknown, Readonly<Record<string, string>>?];

/** A refusal in Graph's shape. */
export function refuse(status: number, code: string, headers: Readonly<Record<string, string>> = {}): Answer {
  const innerError = { 'request-id': randomUUID() };
  return [
    status,
    { error: { code, message: `${code}, as the simulated tenant has it`, innerError } },
    headers,
  ];
}
