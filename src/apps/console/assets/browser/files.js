// Files by picking, dropping and pasting: they go up at once and belong to the draft. Without scripts the field itself
// carries what was picked.
import { tell } from './page.js';

const MOST_TRIES = 24;

/** @type {WeakMap<HTMLFormElement, Promise<void>>} */
const uploads = new WeakMap();

/**
 * Resolves when what was picked for the form has gone up: false when something has not. @param {HTMLFormElement} form
 * @returns {Promise<boolean>}
 */
export async function uploaded(form) {
  await uploads.get(form);
  const missing = form.querySelector('[data-files] .bad button');
  if (missing instanceof HTMLElement) missing.focus();
  return missing === null;
}

export function startFiles() {
  for (const input of document.querySelectorAll('form[data-draft] input[type=file]'))
    if (input instanceof HTMLInputElement) watch(input);
}

/** @param {HTMLInputElement} input */
function watch(input) {
  const { form } = input;
  const list = form?.querySelector('[data-files]');
  const url = `${form?.dataset['draft']}/files`;
  if (!form || !list) return;
  /** @type {Promise<void>} */
  let chain = Promise.resolve();

  const take = (/** @type {Iterable<File>} */ files) => {
    for (const file of files) chain = chain.then(() => upload(file));
    uploads.set(form, chain);
  };
  const upload = async (/** @type {File} */ file) => {
    const item = entry(file, list.getAttribute('data-remove') ?? '×');
    list.append(item);
    const body = new FormData();
    body.set('file', file);
    const response = await sent(url, body);
    if (response?.status === 401) document.dispatchEvent(new CustomEvent('mailroom:signed-out'));
    if (response?.ok !== true) {
      item.classList.add('bad');
      const why = document.createElement('small');
      why.className = 'fault';
      why.append(list.getAttribute(response?.status === 413 ? 'data-too-large' : 'data-failed') ?? '');
      item.append(why);
      return tell(`${file.name}: ${why.textContent}`);
    }
    const answer = await response.json();
    item.dataset['file'] = String(answer.files.at(-1).id);
    form.dispatchEvent(new CustomEvent('mailroom:draft', { detail: answer }));
  };

  input.addEventListener('change', () => {
    take([...(input.files ?? [])]);
    input.value = '';
  });
  list.addEventListener('click', (event) => {
    const { target } = event;
    const item = target instanceof Element && target.closest('button') ? target.closest('li') : null;
    if (item === null) return;
    event.preventDefault();
    item.remove();
    form.querySelector('textarea')?.focus();
    const { file } = item.dataset;
    if (file !== undefined) void fetch(`${url}/${file}`, { method: 'DELETE' });
  });
  form.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    take(files);
  });
  const thread = document.querySelector('.thread') ?? form;
  // What is dropped goes to the box that is open.
  const isOpen = () => form.closest('details')?.open !== false;
  thread.addEventListener('dragover', (event) => {
    if (!(event instanceof DragEvent) || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    thread.classList.add('dropping');
  });
  thread.addEventListener('dragleave', () => thread.classList.remove('dropping'));
  thread.addEventListener('drop', (event) => {
    thread.classList.remove('dropping');
    if (!(event instanceof DragEvent) || !event.dataTransfer?.files.length || !isOpen()) return;
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });
}

// The server receives one large file at a time: while it has another's, it says when to come again.
/** @param {string} url @param {FormData} body */
async function sent(url, body) {
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(url, { method: 'POST', body }).catch(() => null);
    const after = Number(response?.headers.get('retry-after'));
    if (response?.status !== 503 || tries === MOST_TRIES || !(after > 0)) return response;
    await new Promise((resolve) => setTimeout(resolve, after * 1000));
  }
}

/** @param {File} file @param {string} word */
function entry(file, word) {
  const item = document.createElement('li');
  const name = document.createElement('span');
  name.className = 'file';
  const size = document.createElement('small');
  size.append(
    file.size < 1_000_000 ? `${Math.ceil(file.size / 1000)} KB` : `${(file.size / 1_000_000).toFixed(1)} MB`,
  );
  const remove = document.createElement('button');
  remove.type = 'button';
  remove.className = 'quiet';
  remove.setAttribute('aria-label', `${word}: ${file.name}`);
  remove.append('×');
  name.append(file.name, ' ', size, remove);
  item.append(name);
  return item;
}
