// Small habits of the page: menus that close, the box for all rows, unfolding, copying, a double click that sends once.

import { parsePage } from './page.js';

export function startParts() {
  document.addEventListener('click', (event) => {
    const target = event.target instanceof Element ? event.target : null;
    for (const menu of document.querySelectorAll('details.dropdown[open]'))
      if (!menu.contains(target)) menu.removeAttribute('open');
    if (target?.closest('[data-unfold]')) unfold();
    const copied = target?.closest('[data-copy]');
    if (copied instanceof HTMLElement) copy(copied);
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    const menu = document.querySelector('details.dropdown[open]');
    if (!(menu instanceof HTMLDetailsElement)) return;
    menu.open = false;
    menu.querySelector('summary')?.focus();
  });
  document.querySelector('[data-all]')?.addEventListener('change', ({ target }) => {
    const all = target instanceof HTMLInputElement && target.checked;
    for (const check of document.querySelectorAll('[data-row] input[type=checkbox]'))
      if (check instanceof HTMLInputElement) check.checked = all;
  });
  // Offline a browser leaves the page, and what is typed in it, for a page of its own.
  document.addEventListener(
    'submit',
    (event) => {
      if (navigator.onLine) return;
      event.preventDefault();
      event.stopPropagation();
      document.dispatchEvent(new CustomEvent('mailroom:refresh'));
    },
    { capture: true },
  );
  document.addEventListener('submit', ({ target }) => {
    if (!(target instanceof HTMLFormElement) || target.method !== 'post') return;
    setTimeout(() => {
      for (const button of target.querySelectorAll('button')) button.disabled = true;
    });
  });
  // A page that comes back out of the browser's memory is asked for again; its buttons work.
  window.addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return;
    for (const button of document.querySelectorAll('button:disabled'))
      if (button instanceof HTMLButtonElement) button.disabled = false;
    document.dispatchEvent(new CustomEvent('mailroom:refresh'));
  });
  const preview = document.querySelector('form[data-preview]');
  if (preview instanceof HTMLFormElement) livePreview(preview);
  placeCursor();
  // On a phone the tabs are a row that scrolls, and the one that one is on may lie beyond its edge.
  document.querySelector('.tabs [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
}

function unfold() {
  for (const fold of document.querySelectorAll('.messages details')) fold.setAttribute('open', '');
}

/** @param {HTMLElement} element */
function copy(element) {
  void navigator.clipboard?.writeText(element.dataset['copyText'] ?? `#${element.dataset['copy']}`);
  element.dataset['pressed'] = '';
  setTimeout(() => delete element.dataset['pressed'], 600);
}

/** @param {HTMLFormElement} form */
function livePreview(form) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const look = async () => {
    const body = new FormData(form);
    body.set('verb', 'preview');
    const response = await fetch(form.action, { method: 'POST', body });
    const fresh = parsePage(await response.text()).querySelector('[data-preview-result]');
    if (fresh !== null) document.querySelector('[data-preview-result]')?.replaceWith(fresh);
  };
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => void look(), 400);
  });
}

// A browser that jumps to a place takes the focus from wherever it is, when the page is there and not before.
/** @param {HTMLElement} link */
function focusOnceThere(link) {
  link.focus();
  window.addEventListener('load', () =>
    requestAnimationFrame(() => {
      if (document.activeElement === document.body) link.focus();
    }),
  );
}

// `#r1042` gives the list its cursor back.
function placeCursor() {
  const row = /^#r\d+$/.test(location.hash) ? document.querySelector(location.hash) : null;
  const link = row?.querySelector('[data-open]');
  if (link instanceof HTMLElement) return focusOnceThere(link);
  // One comes to read what is new.
  const latest = [...document.querySelectorAll('.message:not(.automatic)')].at(-1);
  if (location.hash === '' && document.querySelector('.messages > :nth-child(2)') !== null)
    latest?.scrollIntoView({ block: 'center' });
}
