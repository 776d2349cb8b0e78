// Keeps the live parts of the page up to date and sends its form. The form stands outside of the live parts, so
// that nothing is lost of what somebody is typing.

const POLL_MS = 1000;

const letter = document.getElementById('letter');
const lost = document.getElementById('lost');
const answering = document.getElementById('answering');

/** The HTML that each part shows, and what somebody has opened or closed by hand. */
const shown = new Map();
const toggled = new Map();

let looks = 0;

letter.elements.address.addEventListener('input', look);
letter.addEventListener('submit', (event) => {
  event.preventDefault();
  void submit(letter, sendLetter);
});
document.getElementById('no-answer').addEventListener('click', () => writeAnew());
document.addEventListener('click', (event) => {
  const details = event.target.closest('summary')?.parentElement;
  if (details) toggled.set(details.dataset.details, !details.open);
  const button = event.target.closest('button');
  if (button === null) return;
  const { reply, subject, person, name } = button.dataset;
  if (reply !== undefined) replyTo(reply, subject);
  if (person !== undefined) {
    letter.elements.address.value = person;
    letter.elements.name.value = name;
    writeAnew();
    void look();
  }
});
void poll();

async function poll() {
  await look();
  setTimeout(poll, POLL_MS);
}

async function look() {
  looks += 1;
  const own = looks;
  const query = new URLSearchParams({ person: letter.elements.address.value });
  try {
    const response = await fetch(`/live?${query}`);
    const live = await response.json();
    if (!response.ok) throw new Error(live.detail);
    // A later look has been answered for before this one.
    if (own !== looks) return;
    show(live);
    tell(lost, '');
  } catch (error) {
    tell(lost, `The demo does not answer (${error.message}). Is it still running in the terminal?`);
  }
}

function show(live) {
  for (const [name, html] of Object.entries(live.parts)) update(name, html);
  document.getElementById('owner').textContent = letter.elements.address.value || 'nobody';
}

function update(name, html) {
  if (shown.get(name) === html) return;
  shown.set(name, html);
  const part = document.querySelector(`[data-part="${name}"]`);
  const focused = part.contains(document.activeElement) ? keyOf(document.activeElement) : null;
  // Escaped by the server's templates.
  part.innerHTML = html;
  for (const each of part.querySelectorAll('details')) {
    if (toggled.has(each.dataset.details)) each.open = toggled.get(each.dataset.details);
  }
  if (focused !== null) part.querySelector(focused)?.focus();
}

function keyOf(element) {
  if (element.localName === 'summary') {
    return `[data-details="${CSS.escape(element.parentElement.dataset.details)}"] > summary`;
  }
  for (const name of ['reply', 'person']) {
    const value = element.dataset[name];
    if (value !== undefined) return `[data-${name}="${CSS.escape(value)}"]`;
  }
  return null;
}

async function submit(form, send) {
  const alert = form.querySelector('[role="alert"]');
  const output = form.querySelector('output');
  const buttons = [...form.querySelectorAll('.actions button')];
  form.dataset.busy = '';
  for (const button of buttons) button.disabled = true;
  tell(alert, '');
  output.value = '';
  try {
    output.value = await send();
  } catch (error) {
    tell(alert, error.message);
  }
  delete form.dataset.busy;
  for (const button of buttons) button.disabled = false;
  await look();
}

async function sendLetter() {
  const form = new FormData(letter);
  await post('/mails', form);
  // Who has begun the next letter while this one was on its way keeps it.
  if (letter.elements.text.value === form.get('text').replaceAll('\r\n', '\n')) {
    letter.elements.text.value = '';
    letter.elements.attachments.value = '';
    letter.elements.forged.checked = false;
    writeAnew();
  }
  return 'Sent.';
}

async function post(path, body, contentType) {
  const response = await fetch(path, {
    method: 'POST',
    body,
    headers: contentType ? { 'content-type': contentType } : {},
  });
  if (response.ok) return response.status;
  const problem = await response.json().catch(() => ({}));
  throw new Error(problem.detail ?? problem.title ?? `The demo answered ${response.status}.`);
}

function replyTo(id, subject) {
  letter.elements.inReplyTo.value = id;
  letter.elements.subject.value = subject;
  answering.hidden = false;
  answering.querySelector('span').textContent = `Answering “${subject.replace(/^re:\s*/i, '')}”`;
  letter.elements.text.value = '';
  letter.scrollIntoView({ block: 'nearest' });
  letter.elements.text.focus();
}

function writeAnew() {
  if (letter.elements.inReplyTo.value !== '') letter.elements.subject.value = '';
  letter.elements.inReplyTo.value = '';
  answering.hidden = true;
}

function tell(place, text) {
  place.textContent = text;
  place.hidden = text === '';
}
