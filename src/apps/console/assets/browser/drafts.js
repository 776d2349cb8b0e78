// What is written is saved on the server while it is written, one saving after the other, so that none lands behind a newer
// one. A sign-in that has run out costs nothing: the text waits in this browser until one is back.

import { uploaded } from './files.js';

const AFTER_MS = 800;

export function startDrafts() {
  for (const form of document.querySelectorAll('form[data-draft]'))
    if (form instanceof HTMLFormElement) watch(form);
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
  const kept = `mailroom-draft ${document.body.dataset['operator']} ${url}`;
  const waiting = localStorage.getItem(kept);
  let saved = area.value;
  if (waiting !== null && waiting !== area.value) area.value = waiting;
  let stopped = false;
  let sending = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Promise<void>} */
  let chain = Promise.resolve();

  const say = (/** @type {string} */ name) => {
    status.textContent = status.getAttribute(`data-${name}`) ?? '';
  };
  const put = async () => {
    const text = area.value;
    if (stopped || text === saved) return;
    const response = await fetch(url, {
      method: 'PUT',
      keepalive: text.length < 50_000,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ version: Number(versionField.value), text }),
    }).catch(() => null);
    if (response?.ok !== true) {
      localStorage.setItem(kept, text);
      if (response?.status !== 409) return;
      stopped = true;
      return say('elsewhere');
    }
    const draft = await response.json();
    idField.value = String(draft.id);
    versionField.value = String(draft.version);
    saved = text;
    if (area.value === text) localStorage.removeItem(kept);
    say('saved');
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
    if (document.hidden && !sending) void save();
  });
  window.addEventListener('pagehide', () => {
    if (!sending) void save();
  });
  form.addEventListener('mailroom:draft', (event) => {
    if (event instanceof CustomEvent) idField.value = String(event.detail.id);
  });
  // Sent only when the last saving has been answered: the version that goes with it is then the newest.
  form.addEventListener('submit', (event) => {
    if (sending) return;
    event.preventDefault();
    event.stopPropagation();
    const { submitter } = event;
    clearTimeout(timer);
    void Promise.all([chain, uploaded(form)]).then(() => {
      // A form takes no second submission while it is still telling of the first.
      setTimeout(() => {
        sending = true;
        localStorage.removeItem(kept);
        form.requestSubmit(submitter);
      });
    });
  });
  if (area.value !== saved) void save();
}
