// What is written is saved on the server while it is written, one saving after the other, so that none lands behind a newer
// one. A sign-in that has run out costs nothing: the text waits in this browser until one is back. What another tab has
// saved meanwhile is shown beside it, and neither is thrown away unseen.

import { uploaded } from './files.js';

const AFTER_MS = 800;
const ANSWERS_WITHIN_MS = 20_000;

export function startDrafts() {
  for (const form of document.querySelectorAll('form[data-draft]'))
    if (form instanceof HTMLFormElement) watch(form);
  const hint = document.querySelector('[data-signed-out]');
  document.addEventListener('mailroom:signed-out', () => hint?.removeAttribute('hidden'));
  document.addEventListener('mailroom:signed-in', () => hint?.setAttribute('hidden', ''));
}

/** @param {HTMLFormElement} form */
function watch(form) {
  const url = form.dataset['draft'] ?? '';
  const area = form.querySelector('textarea');
  const status = form.querySelector('[data-draft-status]');
  const idField = form.elements.namedItem('draftId');
  const versionField = form.elements.namedItem('draftVersion');
  if (
    !area ||
    !status ||
    !(idField instanceof HTMLInputElement) ||
    !(versionField instanceof HTMLInputElement)
  )
    return;
  // One goes on where one stopped.
  area.setSelectionRange(area.value.length, area.value.length);
  const keep = keptText(`mailroom-draft ${document.body.dataset['operator']} ${url}`);
  const other = otherText(form);
  let saved = area.value;
  let stopped = false;
  let sending = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Promise<boolean>} */
  let chain = Promise.resolve(true);

  const say = (/** @type {string} */ name) => {
    status.textContent = status.getAttribute(`data-${name}`) ?? '';
  };
  /** Whether the server has answered, with a refusal perhaps. */
  const put = async () => {
    const text = area.value;
    if (stopped || text === saved) return true;
    const version = Number(versionField.value);
    const response = await fetch(url, {
      method: 'PUT',
      keepalive: text.length < 50_000,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ version, text, cc: withoutCopies(form) ? [] : null }),
      signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
    }).catch(() => null);
    if (response?.ok !== true) {
      keep.write(version, text);
      if (response?.status === 401) document.dispatchEvent(new CustomEvent('mailroom:signed-out'));
      if (response?.status === 409) conflict((await response.json()).draft);
      return response !== null && response.status < 500;
    }
    document.dispatchEvent(new CustomEvent('mailroom:signed-in'));
    take(await response.json());
    saved = text;
    if (area.value === text) keep.clear();
    say('saved');
    return true;
  };
  const take = (/** @type {{ id: number, version: number } | null} */ draft) => {
    idField.value = String(draft?.id ?? '');
    versionField.value = String(draft?.version ?? 0);
  };
  const conflict = (/** @type {{ id: number, version: number, text: string } | null} */ draft) => {
    if (draft === null || draft.text === area.value) {
      take(draft);
      return void save();
    }
    stopped = true;
    say('elsewhere');
    other.show(draft.text, (text) => {
      take(draft);
      stopped = false;
      saved = draft.text;
      if (text !== null) area.value = text;
      void save();
    });
  };
  const save = () => {
    clearTimeout(timer);
    chain = chain.then(put);
    return chain;
  };

  area.addEventListener('input', () => {
    status.textContent = '';
    clearTimeout(timer);
    timer = setTimeout(() => void save(), AFTER_MS);
  });
  document.addEventListener('visibilitychange', () => {
    if (!sending && (document.hidden || keep.read() !== null)) void save();
  });
  // Loaded again, the page may be drawn before this saving has landed.
  window.addEventListener('pagehide', () => {
    if (sending || stopped || area.value === saved) return;
    keep.write(Number(versionField.value), area.value);
    void save();
  });
  form.addEventListener('mailroom:draft', (event) => {
    if (event instanceof CustomEvent) idField.value = String(event.detail.id);
  });
  // What a browser puts back when one goes back is sent, or stands in the draft.
  form.autocomplete = 'off';
  // Sent only when all of it is saved: the version that goes with it is then the newest, and nothing is lost with the answer.
  form.addEventListener('submit', (event) => {
    if (sending) return;
    event.preventDefault();
    event.stopPropagation();
    const { submitter } = event;
    clearTimeout(timer);
    const whole = Promise.all([uploaded(form), save().then(() => chain)]);
    void whole.then(([attached, reached]) => {
      if (!reached) return say('unsent');
      // Nor does anything leave without a file that was to go along.
      if (!attached) return;
      // A form takes no second submission while it is still telling of the first.
      setTimeout(() => {
        sending = true;
        keep.clear();
        form.requestSubmit(submitter);
      });
    });
  });

  // Written upon the version that the server still has: it only could not be saved. Otherwise another tab went on.
  const waiting = keep.read();
  if (waiting === null || waiting.text === area.value) return keep.clear();
  const draft = { id: Number(idField.value), version: Number(versionField.value), text: area.value };
  area.value = waiting.text;
  if (waiting.version === draft.version || draft.text.trim() === '') void save();
  else conflict(draft);
}

/** @param {HTMLFormElement} form */
function withoutCopies(form) {
  const box = form.elements.namedItem('noCopies');
  return box instanceof HTMLInputElement && box.checked;
}

/** What waits in this browser until it can be saved. @param {string} name */
function keptText(name) {
  return {
    /** @returns {{ version: number, text: string } | null} */
    read: () => JSON.parse(localStorage.getItem(name) ?? 'null'),
    /** @param {number} version @param {string} text */
    write: (version, text) => localStorage.setItem(name, JSON.stringify({ version, text })),
    clear: () => localStorage.removeItem(name),
  };
}

/** Where another tab's text is shown. @param {HTMLFormElement} form */
function otherText(form) {
  const bar = form.querySelector('[data-other]');
  const place = bar?.querySelector('[data-other-text]');
  /** @type {(text: string | null) => void} */
  let settle = () => {};
  for (const [name, pick] of /** @type {const} */ ([
    ['[data-use-other]', () => place?.textContent ?? ''],
    ['[data-keep-mine]', () => null],
  ]))
    bar?.querySelector(name)?.addEventListener('click', () => {
      bar.setAttribute('hidden', '');
      settle(pick());
    });
  return {
    /** @param {string} text @param {(text: string | null) => void} then */
    show: (text, then) => {
      settle = then;
      if (place) place.textContent = text;
      bar?.removeAttribute('hidden');
    },
  };
}
