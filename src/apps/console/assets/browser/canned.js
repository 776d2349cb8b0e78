// Canned replies are chosen by `/` in an empty line or Mod+J: typing searches names and texts on the server, the arrows
// move, Enter puts the words where the cursor was. The server fills them in and draws what it asks for.
import { at, parsePage } from './page.js';

const WAIT_MS = 120;

export function startCanned() {
  for (const form of document.querySelectorAll('form[data-box]'))
    if (form instanceof HTMLFormElement) watch(form);
}

/** @param {HTMLFormElement} form */
function watch(form) {
  const chooser = form.querySelector('[data-canned]');
  const search = form.querySelector('[data-choose]');
  const area = form.querySelector('textarea');
  const at = form.elements.namedItem('at');
  if (!(chooser instanceof HTMLDetailsElement) || !(search instanceof HTMLInputElement)) return;
  if (area === null || !(at instanceof HTMLInputElement)) return;
  const choices = () => [...chooser.querySelectorAll('li')].filter((each) => !each.hidden);

  area.addEventListener('keydown', (event) => {
    if (event.key !== '/' && event.code !== 'Slash') return;
    const before = area.value.slice(0, area.selectionStart).split('\n').at(-1);
    if (
      before !== '' ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      event.shiftKey ||
      event.isComposing
    )
      return;
    event.preventDefault();
    open();
  });
  form.addEventListener('mailroom:canned', () => open());
  chooser.addEventListener('toggle', () => {
    if (chooser.open && document.activeElement !== search) open();
  });
  const open = () => {
    chooser.open = true;
    search.value = '';
    show(null);
    search.focus();
  };

  const show = (/** @type {Set<number> | null} */ found) => {
    const words = search.value.toLowerCase();
    for (const item of chooser.querySelectorAll('li')) {
      const fits = (item.textContent ?? '').toLowerCase().includes(words);
      item.hidden = !(words === '' || fits || found?.has(Number(item.dataset['choice'])) === true);
    }
    mark(0);
  };
  let marked = 0;
  const mark = (/** @type {number} */ to) => {
    const shown = choices();
    marked = Math.max(0, Math.min(to, shown.length - 1));
    for (const [index, item] of shown.entries()) item.classList.toggle('marked', index === marked);
    shown[marked]?.scrollIntoView({ block: 'nearest' });
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  search.addEventListener('input', () => {
    show(null);
    clearTimeout(timer);
    timer = setTimeout(() => void lookFor(search.value).then(show), WAIT_MS);
  });
  search.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown') mark(marked + 1);
    else if (event.key === 'ArrowUp') mark(marked - 1);
    else if (event.key === 'Enter') choices()[marked]?.querySelector('button')?.click();
    else if (event.key === 'Escape') {
      chooser.open = false;
      area.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });

  // Before the draft's own listener, which takes every other sending.
  form.addEventListener(
    'submit',
    (event) => {
      const { submitter } = event;
      if (!(submitter instanceof HTMLButtonElement) || submitter.name !== 'canned') return;
      event.preventDefault();
      event.stopImmediatePropagation();
      at.value = String(area.selectionStart);
      void insert(form, submitter, area).then(() => (chooser.open = false));
    },
    { capture: true },
  );
}

/** Those that have the words in their name or text. @param {string} words */
async function lookFor(words) {
  if (words.trim() === '') return null;
  const response = await fetch(at(`/v1/canned-replies?limit=50&q=${encodeURIComponent(words)}`)).catch(
    () => null,
  );
  if (response?.ok !== true) return null;
  const { items } = await response.json();
  return new Set(items.map((/** @type {{ id: number }} */ { id }) => id));
}

/** @param {HTMLFormElement} form @param {HTMLButtonElement} submitter @param {HTMLTextAreaElement} area */
async function insert(form, submitter, area) {
  const body = new FormData(form, submitter);
  body.delete('attachments');
  const response = await fetch(submitter.formAction, {
    method: 'POST',
    body,
    headers: { 'x-live': '1' },
  }).catch(() => null);
  if (response?.status === 401) document.dispatchEvent(new CustomEvent('mailroom:signed-out'));
  if (response === null || response.status === 401) return;
  const fresh = parsePage(await response.text());
  const state = fresh.querySelector('form[data-box=reply] [data-canned-state]');
  const words = fresh.querySelector('form[data-box=reply] textarea');
  if (state === null || !(words instanceof HTMLTextAreaElement)) return;
  form.querySelector('[data-canned-state]')?.replaceWith(state);
  const added = words.value.length - area.value.length;
  const end = area.selectionStart + Math.max(added, 0);
  if (words.value !== area.value) {
    area.value = words.value;
    area.dispatchEvent(new Event('input', { bubbles: true }));
  }
  const asked = state.querySelector('input:not([type=hidden], [type=checkbox])');
  if (asked instanceof HTMLInputElement) return asked.focus();
  area.focus();
  area.setSelectionRange(end, end);
}
