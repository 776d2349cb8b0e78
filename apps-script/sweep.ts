namespace Relay {
  /**
   * Puts inbox mail that the filter missed into the queue. Spam and trash are not in the inbox, and of one's own mail
   * only what was also sent to oneself is; nothing from before the installation is touched.
   */
  export function sweepInbox(run: Run): void {
    try {
      sweep(run);
    } catch (error) {
      // The queue must not wait for a mail outside it. A Gmail that does not answer ends the run all the same.
      if (kindOf(error) !== 'gmail-failed' || (error as Fault).elapsedMs) throw error;
      console.warn('The inbox was not swept: ' + textOf(error));
    }
  }

  function sweep(run: Run): void {
    if (!run.installedAt || !run.state.labels) return;
    const seconds = Math.floor(run.installedAt / SECOND);
    const known = ['queue', 'done', 'failed'].map((name) => '-label:mailroom-' + name).join(' ');
    const path = 'messages?labelIds=INBOX&maxResults=' + SWEEP_AT_MOST + '&fields=messages(id)';
    // Google's mails about failed runs of this very script are for the owner.
    const reports = ['', 'noreply-'].map(
      (start) => '-from:' + start + 'apps-scripts-notifications@google.com',
    );
    const query = encodeURIComponent('after:' + seconds + ' ' + known + ' ' + reports.join(' '));
    const answer = gmail(run, 'get', path + '&q=' + query, 5) as { messages?: { id: string }[] };
    const candidates = (answer.messages || []).map((message) => message.id);
    // The search index has dates of its own: what it finds may be none of ours, at every sweep again. Looked at hourly.
    const found = checksum([Math.floor(Date.now() / HOUR)].concat(candidates.map(checksum)).join(' '));
    if (candidates.length === 0 || found === run.state.leftAlone) return;
    if (!takeLock(run, 0) || !run.state.labels) return;
    const labels = run.state.labels;
    // The search index may lag: what a mail carries now decides.
    const missed = describe(run, candidates).filter(
      (mail) =>
        mail.internalDate >= run.installedAt &&
        mail.labelIds.indexOf('INBOX') >= 0 &&
        !hasAny(mail, ['SPAM', 'TRASH', 'DRAFT', labels.queue, labels.done, labels.failed]),
    );
    if (missed.length === 0) {
      run.state.leftAlone = found;
      return;
    }
    const ids = missed.map((mail) => mail.id);
    relabel(run, ids, { addLabelIds: [labels.queue] });
    console.log('Queued ' + ids.length + ' inbox mail(s) that the filter had missed.');
  }

  export function hasAny(mail: Mail, labelIds: string[]): boolean {
    return labelIds.some((labelId) => mail.labelIds.indexOf(labelId) >= 0);
  }
}
