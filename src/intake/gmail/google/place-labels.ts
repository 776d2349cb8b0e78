import type { gmail_v1 } from 'googleapis/build/src/apis/gmail/v1.js';

export type LabelIds = { readonly queue: string; readonly done: string; readonly failed: string };

const NAMES = ['mailroom', 'mailroom/queue', 'mailroom/done', 'mailroom/failed'] as const;

/** The ids of the relay's labels; those that are missing are made, the parent first, for Gmail nests below what exists. */
export async function placeLabels(gmail: gmail_v1.Gmail): Promise<LabelIds> {
  const ids = await findIds(gmail);
  for (const name of NAMES) {
    if (ids.has(name)) continue;
    const { data } = await gmail.users.labels.create({
      userId: 'me',
      requestBody: { name, labelListVisibility: 'labelShow', messageListVisibility: 'show' },
    });
    ids.set(name, data.id ?? '');
  }
  return labelIds(ids);
}

/** The ids of the relay's labels; '' for one that is missing. */
export async function findLabels(gmail: gmail_v1.Gmail): Promise<LabelIds> {
  return labelIds(await findIds(gmail));
}

function labelIds(ids: ReadonlyMap<string, string>): LabelIds {
  return {
    queue: ids.get('mailroom/queue') ?? '',
    done: ids.get('mailroom/done') ?? '',
    failed: ids.get('mailroom/failed') ?? '',
  };
}

// Gmail compares names without case.
async function findIds(gmail: gmail_v1.Gmail): Promise<Map<string, string>> {
  const { data } = await gmail.users.labels.list({ userId: 'me', fields: 'labels(id,name)' });
  return new Map((data.labels ?? []).map(({ id, name }) => [(name ?? '').toLowerCase(), id ?? '']));
}
