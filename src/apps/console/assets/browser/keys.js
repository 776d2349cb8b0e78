// The keyboard. A link or button names its key (`data-key`), which presses it visibly.
import { at, isShown, isWriting } from './page.js';

const PRESSED_MS = 120;
const SEQUENCE_MS = 1500;
/** @type {Record<string, string>} */
const BY_CODE = { Semicolon: ';', Slash: '/', Period: '.' };

let first = '';
let firstAt = 0;
let copies = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let forgetting;

export function startKeys() {
  document.addEventListener('keydown', onKey);
}

/** @param {KeyboardEvent} event */
export function onKey(event) {
  if (event.defaultPrevented || event.isComposing) return;
  const target = event.composedPath()[0] ?? event.target;
  if (event.ctrlKey || event.metaKey) return withModifier(event, target);
  if (event.altKey || document.querySelector('dialog[open]') !== null) return;
  // A field that was hidden just now, as the palette's, keeps the focus until the page is painted: nobody writes in it.
  if (isWriting(target) && isShown(/** @type {Element} */ (target))) {
    if (event.key === 'Escape' && target instanceof HTMLElement) target.blur();
    return;
  }
  if (document.body.dataset['keys'] !== 'on' && event.key.length === 1) return;
  if (act(keyOf(event), event.shiftKey)) event.preventDefault();
}

/** The key pressed; on a layout without Latin letters, the Latin letter of the same physical key. @param {KeyboardEvent} event */
function keyOf(event) {
  const { key, code } = event;
  if (key.length > 1 || !/\p{L}/u.test(key) || /^[a-z]$/i.test(key)) return key;
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter !== undefined) return event.shiftKey ? letter : letter.toLowerCase();
  return BY_CODE[code] ?? key;
}

/** @param {KeyboardEvent} event @param {EventTarget | null} target */
function withModifier(event, target) {
  const form = target instanceof HTMLElement ? target.closest('form[data-box]') : null;
  const key = keyOf(event).toLowerCase();
  if (key === 'enter' && form !== null) {
    const button = event.shiftKey
      ? form.querySelector('[data-send-close]')
      : form.querySelector('[data-send]');
    if (button instanceof HTMLElement) press(button);
    event.preventDefault();
  }
  if (key === 'j' && form !== null) {
    form.dispatchEvent(new CustomEvent('mailroom:canned'));
    event.preventDefault();
  }
}

/** @param {string} key @param {boolean} shift */
function act(key, shift) {
  const now = performance.now();
  if (first !== '' && now - firstAt < SEQUENCE_MS) {
    const sequence = `${first} ${key}`;
    first = '';
    return pressKey(sequence);
  }
  if (key === 'g') {
    first = key;
    firstAt = now;
    return true;
  }
  if (key === '.') return copyNumber();
  return inList(key, shift) || pressKey(key);
}

/** @param {string} key */
function pressKey(key) {
  const found = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)];
  // Of several messages it is the one that one is at, or the latest.
  const here = document.activeElement?.closest('.message');
  const element =
    found.find((each) => here?.contains(each)) ??
    found.findLast((each) => isShown(each)) ??
    found.findLast((each) => each.closest('[hidden]') === null);
  if (!(element instanceof HTMLElement)) return false;
  unveil(element);
  press(element);
  return true;
}

// The element may be inside a folded message or fact, which is opened; menus stay closed.
/** @param {HTMLElement} element */
function unveil(element) {
  for (let at = element.parentElement; at !== null; at = at.parentElement)
    if (
      at instanceof HTMLDetailsElement &&
      !at.matches('.dropdown') &&
      at !== element.closest('summary')?.parentElement
    )
      at.open = true;
}

/** @param {HTMLElement} element */
function press(element) {
  element.dataset['pressed'] = '';
  setTimeout(() => delete element.dataset['pressed'], PRESSED_MS);
  if (isWriting(element)) return element.focus();
  const details = element.closest('summary')?.parentElement;
  if (!(details instanceof HTMLDetailsElement)) return element.click();
  // At once: the next key is meant for what has opened. The box that is open already stays so.
  if (details.name === 'box') details.open = true;
  else element.click();
  focusIn(details);
}

/** @param {HTMLDetailsElement} details */
function focusIn(details) {
  const words = details.name === 'box' ? details.querySelector('textarea') : null;
  const field = words ?? details.querySelector('textarea, select, input:not([type=hidden]), button');
  if (details.open && field instanceof HTMLElement) field.focus();
}

/** @param {string} key @param {boolean} shift */
function inList(key, shift) {
  const rows = [...document.querySelectorAll('[data-row]')];
  if (rows.length === 0) return false;
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const row = rows[at];
  const ticked = rows.filter((each) => each.querySelector('input[type=checkbox]:checked') !== null);
  switch (key) {
    case 'j':
    case 'ArrowDown':
      return moveTo(rows[Math.min(at + 1, rows.length - 1)]);
    case 'k':
    case 'ArrowUp':
      return moveTo(rows[Math.max(at - 1, 0)]);
    case 'J':
    case 'K': {
      const next = rows[at + (key === 'J' ? 1 : -1)];
      return shift && tick(row, true) && moveTo(next) && tick(next, true);
    }
    case 'x':
      return tick(row, null);
    case 'o':
    case 'Enter': {
      const link = row?.querySelector('[data-open]');
      if (!(link instanceof HTMLElement) || (key === 'Enter' && document.activeElement === link))
        return false;
      link.click();
      return true;
    }
    case 'Escape':
      for (const each of ticked) tick(each, false);
      // With none it is the browser's, which closes what is open by it.
      return ticked.length > 0;
    default:
      // What is done to the selected rows is done to the one with the cursor when none is selected.
      if ('teapl'.includes(key) && ticked.length === 0) tick(row, true);
      return false;
  }
}

/** @param {Element | undefined} row */
function moveTo(row) {
  const link = row?.querySelector('[data-open]');
  if (!(link instanceof HTMLElement)) return false;
  link.focus({ preventScroll: true });
  // Seen by those who use keys alone, also where the last focus came from a pointer.
  row?.scrollIntoView({ block: 'nearest' });
  return true;
}

/** @param {Element | undefined} row @param {boolean | null} to */
function tick(row, to) {
  const check = row?.querySelector('input[type=checkbox]');
  if (!(check instanceof HTMLInputElement)) return false;
  check.checked = to ?? !check.checked;
  return true;
}

// Once: the number; twice: with the subject; three times: with the link.
function copyNumber() {
  const button = document.querySelector('[data-copy]');
  const row = document.activeElement?.closest('[data-row]');
  const id = row?.getAttribute('data-row') ?? button?.getAttribute('data-copy');
  if (id === null || id === undefined) return false;
  const subject =
    row?.querySelector('.subject')?.textContent ??
    document.querySelector('.conversation')?.getAttribute('data-request-subject') ??
    '';
  copies = (copies % 3) + 1;
  clearTimeout(forgetting);
  forgetting = setTimeout(() => (copies = 0), SEQUENCE_MS);
  const texts = [`#${id}`, `#${id} ${subject}`, `#${id} ${subject} ${at(`/requests/${id}`)}`];
  void navigator.clipboard?.writeText(texts[copies - 1] ?? '');
  return true;
}
