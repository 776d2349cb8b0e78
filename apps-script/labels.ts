namespace Relay {
  export const LABEL_NAMES = { queue: 'mailroom/queue', done: 'mailroom/done', failed: 'mailroom/failed' };

  interface LabelJson {
    id: string;
    name: string;
  }

  export interface LabelChange {
    addLabelIds: string[];
    removeLabelIds?: string[];
  }

  /** The ids of the three labels by name. A missing one is said aloud: its filter is broken too. */
  export function resolveLabels(run: Run): LabelIds {
    const found = findLabels(run);
    const missing = [LABEL_NAMES.queue, LABEL_NAMES.done, LABEL_NAMES.failed].filter((name) => !found[name]);
    if (missing.length > 0) {
      throw fault(
        'settings',
        'the Gmail label ' +
          missing.join(' and ') +
          ' is missing - run setup, then point the Gmail filter at it again.',
      );
    }
    return {
      queue: found[LABEL_NAMES.queue],
      done: found[LABEL_NAMES.done],
      failed: found[LABEL_NAMES.failed],
    };
  }

  /** Label ids by lower-case name. */
  export function findLabels(run: Run): { [name: string]: string } {
    const answer = gmail(run, 'get', 'labels?fields=labels(id,name)', 1) as { labels?: LabelJson[] };
    const found: { [name: string]: string } = {};
    for (const label of answer.labels || []) found[canonical(label.name)] = label.id;
    return found;
  }

  /** Gmail takes names for the same without regard to case and to spaces beside the slash. */
  function canonical(name: string): string {
    return name.toLowerCase().replace(/\s*\/\s*/g, '/');
  }

  /** Creates what is missing, the parent first: Gmail nests a label only below one that exists. */
  export function createLabels(run: Run): void {
    const found = findLabels(run);
    for (const name of ['mailroom', LABEL_NAMES.queue, LABEL_NAMES.done, LABEL_NAMES.failed]) {
      if (found[name]) continue;
      gmail(run, 'post', 'labels', 5, {
        name,
        labelListVisibility: 'labelShow',
        messageListVisibility: 'show',
      });
      console.log('Created the label ' + name + '.');
    }
  }

  /**
   * Moves mails from the queue to another label, only these ids and never their threads. What cannot be moved stays
   * in the queue and is answered `duplicate` the next time.
   */
  export function moveFromQueue(run: Run, ids: string[], to: 'done' | 'failed'): void {
    if (ids.length === 0) return;
    try {
      relabel(run, ids, changeOf(run, to));
    } catch (error) {
      if (kindOf(error) !== 'label') throw error;
      run.state.labels = resolveLabels(run);
      relabel(run, ids, changeOf(run, to));
    }
  }

  /** Changes labels of these mails, at once or else one by one: one that is gone or refuses is passed over. */
  export function relabel(run: Run, ids: string[], change: LabelChange): void {
    try {
      // Null: an id in it is gone.
      if (gmail(run, 'post', 'messages/batchModify', 50, Object.assign({ ids }, change))) return;
    } catch (error) {
      if (!/answered 400/.test(textOf(error)) || kindOf(error) === 'label') throw error;
      console.warn('Relabelling one by one: ' + textOf(error));
    }
    for (const id of ids) {
      try {
        gmail(run, 'post', 'messages/' + id + '/modify', 5, change);
      } catch (error) {
        if (!/answered 400/.test(textOf(error))) throw error;
        console.warn('Mail ' + id + ' keeps its labels for now: ' + textOf(error));
      }
    }
  }

  function changeOf(run: Run, to: 'done' | 'failed'): LabelChange {
    const labels = run.state.labels || resolveLabels(run);
    return { addLabelIds: [labels[to]], removeLabelIds: [labels.queue] };
  }
}
