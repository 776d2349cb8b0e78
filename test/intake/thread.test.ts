import { describe, expect, test } from 'vitest';
import { type Candidate, chooseRequest, type ThreadFacts } from '../../src/intake/filing/thread.ts';
import { bareSubject, subjectDiffers } from '../../src/requests/request.ts';

const FACTS: ThreadFacts = {
  contactId: 1,
  citedIds: ['<c@x>', '<b@x>', '<a@x>'],
  subject: 'Re: Printer',
  replyTo: [],
  senderBelieved: true,
  threadBy: 'sender',
  threadRule: 'gmail_thread',
  reopenDays: 0,
  receivedAt: new Date('2026-11-22T09:00:00Z'),
};

function candidate(values: Partial<Candidate> & Pick<Candidate, 'by' | 'requestId'>): Candidate {
  return {
    cited: null,
    contactId: 1,
    status: 'in_progress',
    closedAt: values.status === 'closed' ? new Date('2026-11-20T09:00:00Z') : null,
    subject: 'Printer',
    answeredAt: null,
    replyTo: [],
    senderBelongs: true,
    ...values,
  };
}

describe('the first rule that holds decides', () => {
  const all = [
    candidate({ by: 'token', cited: '<a@x>', requestId: 1 }),
    candidate({ by: 'reply_address', requestId: 2 }),
    candidate({ by: 'references', cited: '<b@x>', requestId: 3 }),
    candidate({ by: 'source_thread', requestId: 4 }),
    candidate({ by: 'sender', requestId: 5 }),
  ];

  test.each([
    [0, 1, 'token'],
    [1, 2, 'token'],
    [2, 3, 'references'],
    [3, 4, 'gmail_thread'],
    [4, 5, 'sender'],
  ])('without the %i before it, request %i by %s', (dropped, requestId, matchedBy) => {
    expect(chooseRequest(all.slice(dropped), FACTS)).toEqual({
      kind: 'append',
      requestId,
      matchedBy,
      subjectChanged: false,
      reopens: false,
      answeredAt: null,
    });
  });

  test('with nothing to go by, a new request', () => {
    expect(chooseRequest([], FACTS)).toEqual({ kind: 'open', followUpOf: null, refersTo: null });
  });

  test('of several cited ids the newest counts', () => {
    const cited = [
      candidate({ by: 'token', cited: '<a@x>', requestId: 1 }),
      candidate({ by: 'token', cited: '<b@x>', requestId: 2 }),
    ];
    expect(chooseRequest(cited, FACTS)).toMatchObject({ requestId: 2 });
  });
});

describe('who may join', () => {
  test('an unverified sender joins by our token alone', () => {
    const unverified = { ...FACTS, senderBelieved: false };
    const candidates = [
      candidate({ by: 'references', cited: '<a@x>', requestId: 1 }),
      candidate({ by: 'sender', requestId: 2 }),
    ];
    expect(chooseRequest(candidates, unverified)).toMatchObject({ kind: 'open' });
    const token = candidate({ by: 'token', cited: '<c@x>', requestId: 3 });
    expect(chooseRequest([...candidates, token], unverified)).toMatchObject({
      requestId: 3,
      matchedBy: 'token',
    });
  });

  test('a stranger who cites a request opens one that refers to it', () => {
    const foreign = candidate({
      by: 'token',
      cited: '<c@x>',
      requestId: 7,
      contactId: 2,
      senderBelongs: false,
    });
    expect(chooseRequest([foreign], FACTS)).toEqual({ kind: 'open', followUpOf: null, refersTo: 7 });
  });

  test('a participant joins the request of somebody else', () => {
    const joined = candidate({ by: 'token', cited: '<c@x>', requestId: 7, contactId: 2 });
    expect(chooseRequest([joined], FACTS)).toMatchObject({ kind: 'append', requestId: 7 });
  });

  test('with threadBy conversation the sender alone leads nowhere', () => {
    const facts: ThreadFacts = { ...FACTS, threadBy: 'conversation' };
    expect(chooseRequest([candidate({ by: 'sender', requestId: 5 })], facts)).toMatchObject({ kind: 'open' });
  });
});

describe('a closed request', () => {
  const closed = candidate({ by: 'token', cited: '<c@x>', requestId: 1, status: 'closed' });

  test('is followed by a new one', () => {
    expect(chooseRequest([closed], FACTS)).toEqual({ kind: 'open', followUpOf: 1, refersTo: null });
  });

  test('gives way to the open request of the same contact', () => {
    const open = candidate({ by: 'sender', requestId: 2 });
    expect(chooseRequest([closed, open], FACTS)).toMatchObject({ requestId: 2, matchedBy: 'sender' });
  });

  test.each([
    [1, 'open'],
    [2, 'open'],
    [3, 'append'],
  ] as const)('closed two days ago, with a reopen window of %i days: %s', (reopenDays, kind) => {
    expect(chooseRequest([closed], { ...FACTS, reopenDays })).toMatchObject({ kind });
  });

  test('is never reopened by the sender rule', () => {
    const bySender = candidate({ by: 'sender', requestId: 1, status: 'closed' });
    expect(chooseRequest([bySender], { ...FACTS, reopenDays: 30 })).toMatchObject({ kind: 'open' });
  });
});

test.each([
  ['Re: Printer', 'Printer', false],
  ['AW: RE[2]: Fwd: printer ', 'Printer', false],
  ['Отв: Printer', 'Printer', false],
  ['Another matter', 'Printer', true],
  ['Invoice: 12', '12', true],
  ['Re:', 'Printer', false],
])('"%s" under "%s" differs: %s', (message, request, differs) => {
  expect(subjectDiffers(message, request)).toBe(differs);
});

test('a subject of nothing but prefixes is bare', () => {
  expect(bareSubject('Re: Re: Re:')).toBe('');
});
