namespace Relay {
  /** Hands over what is due until nothing is left, time is up, or the server fails. */
  export function relayQueue(run: Run, due: string[]): void {
    let waiting = due;
    while (waiting.length > 0 && hasTime(run)) {
      const taken = takeSlice(run.state, waiting);
      waiting = waiting.slice(taken.length);
      const mails = describe(run, taken).filter((mail) => isWaiting(run, mail));
      for (const batch of splitBySize(run.state, mails)) {
        if (!hasTime(run) || !relayBatch(run, batch)) return;
      }
    }
  }

  /** The next ids to ask about: one alone when it is suspect or the last POST had no valid answer. */
  function takeSlice(state: State, ids: string[]): string[] {
    if (state.single || goesAlone(state, ids[0])) return ids.slice(0, 1);
    const taken = ids.slice(0, state.batchCount);
    const firstAlone = taken.findIndex((id) => goesAlone(state, id));
    return firstAlone < 0 ? taken : taken.slice(0, firstAlone);
  }

  /** Spam and trash keep their queue label and go when somebody takes them out; drafts are not mail yet. */
  function isWaiting(run: Run, mail: Mail): boolean {
    const labels = run.state.labels;
    return labels !== null && hasAny(mail, [labels.queue]) && !hasAny(mail, ['SPAM', 'TRASH', 'DRAFT']);
  }

  function splitBySize(state: State, mails: Mail[]): Mail[][] {
    const batches: Mail[][] = [];
    let bytes = 0;
    for (const mail of mails) {
      const size = isStub(state, mail) ? 0 : mail.sizeEstimate;
      const last = batches[batches.length - 1];
      if (last && bytes + size <= BATCH_BYTES) {
        last.push(mail);
        bytes += size;
      } else {
        batches.push([mail]);
        bytes = size;
      }
    }
    return batches;
  }

  function isStub(state: State, mail: Mail): boolean {
    return mail.sizeEstimate > RAW_LIMIT || goesAsStub(state, mail.id);
  }

  /** Marks, fetches and sends one batch; false when the run must end. */
  function relayBatch(run: Run, batch: Mail[]): boolean {
    const hopeless = batch.filter((mail) => isHopeless(run.state, mail.id));
    if (hopeless.length > 0)
      giveUp(
        run,
        hopeless.map((mail) => mail.id),
      );
    const mails = batch.filter((mail) => hopeless.indexOf(mail) < 0);
    if (mails.length === 0) return true;
    // Before the raw mails are fetched: a mail too big for this script's memory must leave a trace as well.
    mark(
      run,
      mails.map((mail) => mail.id),
    );
    const messages: Outgoing[] = [];
    for (const mail of mails) {
      const message = isStub(run.state, mail) ? toStub(run, mail.id) : fetchOriginal(run, mail.id);
      if (message && isWaiting(run, message)) messages.push(message);
    }
    if (messages.length === 0) return true;
    return send(run, messages);
  }

  /** Asked for each time: a Gmail that was in trouble for hours gives the whole mail once it has recovered. */
  function fetchOriginal(run: Run, id: string): Outgoing | null {
    try {
      return fetchRaw(run, id);
    } catch (error) {
      if (kindOf(error) !== 'gmail-failed' || !isStuckForGood(run.state, id)) throw error;
      return toStub(run, id);
    }
  }

  function isHopeless(state: State, id: string): boolean {
    return id in state.suspects && state.suspects[id].killed >= KILLED_BEFORE_FAILED;
  }

  function toStub(run: Run, id: string): Outgoing | null {
    const mail = fetchHeaders(run, id);
    return mail && Object.assign(mail, { raw: null, oversize: true as const });
  }

  /** One POST and what follows from its answer; false when the run must end. */
  function send(run: Run, messages: Outgoing[]): boolean {
    if (Date.now() - run.startedAt > LAST_POST) return false;
    const answer = exchange(run, messages);
    run.sent += messages.length;
    if (answer.kind === 'good') return settle(run, messages, answer.results);
    if (answer.kind === 'too-large') return sendSmaller(run, messages, answer);
    if (answer.kind === 'refused') return sendSingly(run, messages);
    if (answer.kind === 'lost') {
      run.state.single = true;
      for (const message of messages) blame(run.state, message.id, 'lost');
    }
    endExchange(run, answer);
    return false;
  }

  /** Rests as the kind of failure asks. */
  export function endExchange(run: Run, answer: Answer): void {
    if (answer.kind === 'misconfigured') throw fault('server-settings', answer.what);
    breakCircuit(run, answer.elapsedMs, answer.kind === 'busy' ? answer.retryAfterMs : 0, answer.what);
  }

  function settle(run: Run, messages: Outgoing[], results: { [id: string]: Result }): boolean {
    const state = run.state;
    const done: string[] = [];
    let retried = 0;
    for (const message of messages) {
      const status = results[message.id] ? results[message.id].status : '';
      if (status === 'accepted' || status === 'duplicate') done.push(message.id);
      else if (status === 'retry') {
        retried += 1;
        postpone(state, message.id);
      } else blame(state, message.id, 'lost');
    }
    state.goodAt = Date.now();
    run.good = true;
    run.pending = Math.max(run.pending - done.length, 0);
    moveFromQueue(run, done, 'done');
    run.moved += done.length;
    for (const id of done) delete state.suspects[id];
    if (done.length === 0) {
      breakCircuit(
        run,
        Date.now() - run.startedAt,
        0,
        'the server filed no mail of a batch (retry: ' + retried + ')',
      );
      return false;
    }
    mendCircuit(run);
    state.single = false;
    state.batchCount = Math.min(state.batchCount + 1, BATCH_COUNT);
    return true;
  }

  /** 413: halves the batch; a mail alone goes as a stub; a stub that is too large counts as refused. */
  function sendSmaller(run: Run, messages: Outgoing[], answer: Answer): boolean {
    if (messages.length > 1) {
      const half = Math.ceil(messages.length / 2);
      run.state.batchCount = half;
      return send(run, messages.slice(0, half)) && send(run, messages.slice(half));
    }
    const message = messages[0];
    if (message.raw === null) return holdRefused(run, message);
    console.warn('Mail ' + message.id + ' is too large for the server: ' + answer.what);
    suspectOf(run.state, message.id).stub = true;
    const stub = toStub(run, message.id);
    return stub ? send(run, [stub]) : true;
  }

  /** 400 or 422: finds by sending singly which mail is meant. */
  function sendSingly(run: Run, messages: Outgoing[]): boolean {
    if (messages.length === 1) return holdRefused(run, messages[0]);
    for (const message of messages) {
      suspectOf(run.state, message.id).alone = true;
      if (!hasTime(run)) return false;
      if (!send(run, [message])) return false;
    }
    return true;
  }

  /** A mail that the server refuses alone: tried again for an hour, then as a stub, then labelled as failed. */
  function holdRefused(run: Run, message: Outgoing): boolean {
    const suspect = blame(run.state, message.id, 'refused');
    if (message.raw === null && isRefusedForGood(suspect)) giveUp(run, [message.id]);
    return true;
  }

  function giveUp(run: Run, ids: string[]): void {
    moveFromQueue(run, ids, 'failed');
    for (const id of ids) {
      delete run.state.suspects[id];
      console.error(
        'Mail ' + id + ' could not be handed over and now has the label ' + LABEL_NAMES.failed + '.',
      );
    }
    run.state.failed += ids.length;
    run.moved += ids.length;
  }
}
