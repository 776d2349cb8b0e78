// Keeps the page as it is on the server. One tab of a browser listens to the feed and tells the others, because a browser
// opens six connections to a host and each stream would hold one. What happened wakes the page, which fetches its own
// address and morphs the regions marked `data-live`; nothing that one is about to press moves.
import { Idiomorph } from './idiomorph.js';
import { isNotifying, notify } from './notify.js';
import { at, isWrittenIn, parsePage, tell } from './page.js';

const WAIT_MS = 250;
const LOOK_MS = 4000;
const LEAVE_MS = 5000;
/** Longer than a page takes from its making to its first script. */
const KEPT_MS = 10_000;
// Two desks at one host hear each other's channels.
const CHANNEL = `mailroom-feed ${at('/')}`;

const channel = 'BroadcastChannel' in window ? new BroadcastChannel(CHANNEL) : null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let stale = false;
/** The place in the feed up to which the page knows what happened. */
let lastId = '';
/** @type {{ event: FeedEvent, id: string, at: number }[]} What came in of late, for a tab that did not listen yet. */
let recent = [];
const tab = Math.random().toString(36).slice(2);
let overList = false;
/** Ends the look that is under way. */
let looking = new AbortController();
let leaving = false;
/** @type {(() => void) | null} */
let stopListening = null;

export function startLive() {
  if (document.querySelector('[data-live]') === null) return;
  lastId = document.body.dataset['feed'] ?? '';
  channel?.addEventListener('message', ({ data }) => {
    if (data.began !== undefined) return repeatFor(data.began);
    if (data.to !== undefined && data.to !== tab) return;
    if (data.presence === undefined) heard(data.event, data.id);
    else seen(data.presence);
  });
  channel?.postMessage({ began: tab });
  document.addEventListener('visibilitychange', () => {
    // People who want notifications while they look elsewhere need the stream to stay open.
    if (document.hidden) return isNotifying() ? undefined : stopListening?.();
    listen();
    if (stale) schedule();
  });
  document.addEventListener('pointerover', ({ target }) => {
    overList = target instanceof Element && target.closest('.rows') !== null;
  });
  // Cut off by the page's own end, a look would seem to have failed. A download leaves the page where it is.
  window.addEventListener('beforeunload', () => {
    leaving = true;
    looking.abort();
    setTimeout(() => {
      leaving = false;
      if (stale) schedule();
    }, LEAVE_MS);
  });
  document.querySelector('[data-fresh]')?.addEventListener('click', () => void refresh(true));
  document.addEventListener('mailroom:refresh', () => schedule());
  if (!document.hidden) listen();
  // Hearing a relay is not an event: a page that waits for one has to ask.
  const waiting = setInterval(() => {
    if (document.querySelector('[data-heard="no"]') === null) clearInterval(waiting);
    else schedule();
  }, LOOK_MS);
}

function listen() {
  if (stopListening !== null) return;
  const stopped = new AbortController();
  stopListening = () => {
    stopListening = null;
    stopped.abort();
  };
  const stream = () =>
    new Promise((/** @type {(value: undefined) => void} */ resolve) => {
      const after = lastId === '' ? '' : `?after=${encodeURIComponent(lastId)}`;
      const source = new EventSource(at(`/v1/events/stream${after}`));
      source.addEventListener('message', ({ data, lastEventId }) => {
        const event = JSON.parse(data);
        channel?.postMessage({ event, id: lastEventId });
        const now = performance.now();
        recent = [...recent.filter((each) => each.at > now - KEPT_MS), { event, id: lastEventId, at: now }];
        heard(event, lastEventId);
        void notify(event);
      });
      source.addEventListener('presence', ({ data }) => {
        const presence = JSON.parse(data);
        channel?.postMessage({ presence });
        seen(presence);
      });
      stopped.signal.addEventListener('abort', () => {
        source.close();
        resolve(undefined);
      });
    });
  if (navigator.locks === undefined) return void stream();
  navigator.locks.request(CHANNEL, { signal: stopped.signal }, stream).catch((error) => {
    if (error.name !== 'AbortError') throw error;
  });
}

/** @param {string} to */
function repeatFor(to) {
  const since = performance.now() - KEPT_MS;
  for (const each of recent)
    if (each.at > since) channel?.postMessage({ event: each.event, id: each.id, to });
}

/** @typedef {{ type: string, requestId: number | null, messageId: number | null, actor: { name: string | null }, new: Record<string, unknown> | null }} FeedEvent */

/** @param {FeedEvent} event @param {string} id */
function heard(event, id) {
  lastId = id;
  if (event.type === 'operator.mentioned') tellOperator(event, 'data-mentioned');
  if (event.type === 'operator.told') tellOperator(event, 'data-rule-told');
  const shown = document.querySelector('.conversation');
  const own = shown instanceof HTMLElement ? Number(shown.dataset['request']) : null;
  if (own !== null && event.requestId !== own) return;
  schedule();
}

// Who came or went matters where the request is shown, and to others than themselves.
/** @param {{ requestId: number, operatorId: number }} presence */
function seen({ requestId, operatorId }) {
  if (String(operatorId) === document.body.dataset['operator']) return;
  const shown = document.querySelector(`[data-request="${requestId}"], [data-row="${requestId}"]`);
  if (shown !== null) schedule();
}

/** @param {FeedEvent} event @param {string} says */
function tellOperator(event, says) {
  if (String(event.new?.['operatorId']) !== document.body.dataset['operator']) return;
  const bar = document.querySelector('[data-mentioned]');
  const link = bar?.querySelector('a');
  if (!bar || !link) return;
  const { name } = event.actor;
  link.href = at(`/requests/${event.requestId}${event.messageId === null ? '' : `#m${event.messageId}`}`);
  link.textContent = (bar.getAttribute(says) ?? '')
    .replace('{name}', () => name ?? '')
    .replace('{id}', String(event.requestId));
  bar.removeAttribute('hidden');
}

function schedule() {
  stale = true;
  if (document.hidden || leaving || timer !== undefined) return;
  timer = setTimeout(() => {
    timer = undefined;
    if (!leaving) void refresh(false);
  }, WAIT_MS);
}

/** @param {boolean} asked */
async function refresh(asked) {
  stale = false;
  looking = new AbortController();
  const { signal } = looking;
  const lost = document.querySelector('[data-lost]');
  try {
    const response = await fetch(ownAddress(), { headers: { 'x-live': '1' }, redirect: 'error', signal });
    if (response.status === 401) return signedOut();
    if (!response.ok) return;
    const fresh = parsePage(await response.text());
    lost?.setAttribute('hidden', '');
    document.title = fresh.title;
    for (const region of document.querySelectorAll('[data-live]')) {
      const name = region.getAttribute('data-live');
      const update = fresh.querySelector(`[data-live="${name}"]`);
      if (update !== null && update.outerHTML !== region.outerHTML) show(region, update, asked);
    }
    document.dispatchEvent(new CustomEvent('mailroom:morphed'));
  } catch {
    if (!signal.aborted) lost?.removeAttribute('hidden');
    stale = true;
    setTimeout(schedule, 5000);
  }
}

// A page that answers a form has the form's address, which nothing can be asked of.
function ownAddress() {
  return document.querySelector('[data-page]')?.getAttribute('data-page') ?? location.href;
}

function signedOut() {
  document.dispatchEvent(new CustomEvent('mailroom:signed-out'));
}

/** @param {Element} region @param {Element} update @param {boolean} asked */
function show(region, update, asked) {
  if (isWrittenIn(region)) return;
  if (region.getAttribute('data-live') === 'list' && !asked && isHeld(region)) return hold(update);
  if (region.getAttribute('data-live') === 'list') showFresh(0);
  morph(region, update);
}

/** Whether somebody is at work in the list: then nothing in it may move. @param {Element} list */
function isHeld(list) {
  const atTop = list.getAttribute('data-at-top') === 'yes' && window.scrollY < 40;
  const focused = list.contains(document.activeElement);
  return !atTop || focused || overList || list.querySelector('input:checked') !== null;
}

// Rows that stay are brought up to date where they are; new ones are counted, and wait to be asked for.
/** @param {Element} update */
function hold(update) {
  let count = 0;
  for (const row of update.querySelectorAll('[data-row]')) {
    const shown = document.getElementById(row.id);
    if (shown === null) count += 1;
    else morph(shown, row);
  }
  showFresh(count);
  if (count > 0) tell(freshText(count));
}

/** @param {number} count */
function showFresh(count) {
  const button = document.querySelector('[data-fresh]');
  if (!(button instanceof HTMLElement)) return;
  button.hidden = count === 0;
  button.textContent = freshText(count);
}

/** @param {number} count */
function freshText(count) {
  const button = document.querySelector('[data-fresh]');
  return (button?.getAttribute('data-fresh') ?? '').replace('{n}', String(count));
}

/** @param {Element} region @param {Element} update */
function morph(region, update) {
  void Idiomorph.morph(region, update, {
    morphStyle: 'outerHTML',
    ignoreActiveValue: true,
    callbacks: {
      // A mail that is being read is not loaded again.
      beforeNodeMorphed: (/** @type {Node} */ old) => !(old instanceof HTMLIFrameElement),
      // What somebody has opened or ticked is theirs.
      beforeAttributeUpdated: (/** @type {string} */ name) => name !== 'open' && name !== 'checked',
    },
  });
}
