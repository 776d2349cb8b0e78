import type { MessagePort } from 'node:worker_threads';
import type { Arrival, ArrivalOptions } from './account.ts';
import type { LogLine, RunEnd, ScriptFunction } from '../script/apps-script.ts';
import type { HttpReply } from '../google/rest.ts';

/** What the thread with the account is started with. */
export type WorkerInput = {
  readonly address: string;
  readonly scriptCode: string;
  readonly manifest: string;
  /** The script's requests go out through this port; `answered` wakes the thread when the answer lies in it. */
  readonly port: MessagePort;
  readonly answered: SharedArrayBuffer;
};

export type MessageSummary = {
  readonly id: string;
  readonly threadId: string;
  readonly labels: readonly string[];
  readonly internalDate: number;
  readonly from: string;
  readonly subject: string;
};

/** The calls that the thread answers, one after another. */
export type WorkerCalls = {
  readonly run: (name: ScriptFunction) => { readonly end: RunEnd; readonly log: readonly LogLine[] };
  readonly deliver: (raw: Uint8Array, options: ArrivalOptions) => Arrival;
  readonly send: (raw: Uint8Array) => Arrival;
  readonly messages: () => readonly MessageSummary[];
  readonly labelsOf: (id: string) => readonly string[];
  readonly addFilter: (criteria: Readonly<Record<string, string>>, label: string) => void;
  readonly advance: (ms: number) => void;
  readonly serve: () => Promise<string>;
};

export type WorkerRequest = {
  readonly id: number;
  readonly name: keyof WorkerCalls;
  readonly args: readonly unknown[];
};

export type WorkerReply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: string };

/** The outcome of a request the script made: an answer, or what UrlFetchApp throws. */
export type PostOutcome = { readonly reply: HttpReply } | { readonly error: string };
