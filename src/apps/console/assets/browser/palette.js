// Everything on the page by its name: its links and buttons are the entries, each with its key.
import { isShown } from './page.js';

/** @typedef {{ name: string, key: string, element: HTMLElement }} Entry */

export function startPalette() {
  const dialog = document.querySelector('[data-palette]');
  if (!(dialog instanceof HTMLDialogElement)) return;
  const input = dialog.querySelector('input');
  const list = dialog.querySelector('ul');
  const nothing = dialog.querySelector('p');
  if (input === null || list === null || nothing === null) return;
  /** @type {Entry[]} */
  let entries = [];
  let at = 0;

  document.addEventListener('keydown', (event) => {
    const isK = event.key.toLowerCase() === 'k' || event.code === 'KeyK';
    if (!isK || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    entries = entriesOf();
    input.value = '';
    dialog.showModal();
    draw();
  });
  input.addEventListener('input', () => {
    at = 0;
    draw();
  });
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      at += step;
      draw();
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      run(fitting()[at]);
    }
  });

  const fitting = () => {
    const words = input.value.toLowerCase().split(/\s+/);
    return entries.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
  };

  const draw = () => {
    const shown = fitting().slice(0, 50);
    at = Math.max(0, Math.min(at, shown.length - 1));
    nothing.hidden = shown.length > 0;
    list.replaceChildren(
      ...shown.map((entry, index) => {
        const item = document.createElement('li');
        item.id = `palette-${index}`;
        item.setAttribute('role', 'option');
        item.setAttribute('aria-selected', String(index === at));
        item.append(entry.name);
        if (entry.key !== '') {
          const kbd = document.createElement('kbd');
          kbd.append(entry.key);
          item.append(kbd);
        }
        item.addEventListener('click', () => run(entry));
        return item;
      }),
    );
    input.setAttribute('aria-activedescendant', `palette-${at}`);
    list.children[at]?.scrollIntoView({ block: 'nearest' });
  };

  /** @param {Entry | undefined} entry */
  const run = (entry) => {
    if (entry === undefined) return;
    dialog.close();
    const { element } = entry;
    if (element instanceof HTMLInputElement || element instanceof HTMLSelectElement) element.focus();
    else element.click();
  };
}

/** @returns {Entry[]} */
function entriesOf() {
  /** @type {Map<string, Entry>} */
  const found = new Map();
  for (const element of document.querySelectorAll(
    'nav a, main button, main summary, main a.button, [data-key]',
  )) {
    if (!(element instanceof HTMLElement)) continue;
    if (!isShown(element) && element.closest('.side') === null && element.closest('.dropdown') === null)
      continue;
    const name = (element.getAttribute('aria-label') ?? element.textContent ?? '')
      .replace(/\s+/g, ' ')
      .trim();
    if (name === '' || found.has(name)) continue;
    found.set(name, { name, key: element.dataset['key'] ?? '', element });
  }
  return [...found.values()];
}
