// Notifications of the operating system for people who asked for them in this browser: a request was given to them, or new mail came in one
// of theirs, while they looked elsewhere.
import { at } from './page.js';

const KEPT = 'mailroom-notify';

export function isNotifying() {
  return (
    'Notification' in window && Notification.permission === 'granted' && localStorage.getItem(KEPT) === 'on'
  );
}

/** @typedef {{ type: string, requestId: number | null, actor: { kind: string, id?: number | null } }} Heard */

/** @param {Heard} event */
export async function notify({ type, requestId, actor }) {
  const isGiven = type === 'request.assigned';
  if (requestId === null || !(isGiven || type === 'message.received') || !isNotifying() || !document.hidden)
    return;
  const me = Number(document.body.dataset['operator']);
  if (actor.kind === 'operator' && actor.id === me) return;
  const response = await fetch(at(`/v1/requests/${requestId}`)).catch(() => null);
  if (response?.ok !== true) return;
  const { subject, assignee, contact } = await response.json();
  if (assignee?.id !== me) return;
  const words = document.querySelector('[data-told]');
  const title = words?.getAttribute(isGiven ? 'data-given' : 'data-new-mail') ?? '';
  const who = contact.name || contact.email;
  const shown = new Notification(title, { body: `${who}: ${subject}`, tag: `mailroom-${requestId}` });
  shown.addEventListener('click', () => {
    window.focus();
    location.assign(at(`/requests/${requestId}`));
  });
}

/** The switch in one's own settings: a browser is asked on a click and never by itself. */
export function startNotify() {
  const section = document.querySelector('[data-notify]');
  const status = section?.querySelector('[data-notify-status]');
  const on = section?.querySelector('[data-notify-on]');
  const off = section?.querySelector('[data-notify-off]');
  if (!section || !status || !(on instanceof HTMLElement) || !(off instanceof HTMLElement)) return;
  const draw = () => {
    const permission = 'Notification' in window ? Notification.permission : 'none';
    const state =
      permission === 'none' || permission === 'denied' ? permission : isNotifying() ? 'is-on' : 'is-off';
    status.textContent = section.getAttribute(`data-${state}`);
    on.hidden = state !== 'is-off';
    off.hidden = state !== 'is-on';
  };
  on.addEventListener('click', async () => {
    const permission = await Notification.requestPermission();
    localStorage.setItem(KEPT, permission === 'granted' ? 'on' : 'off');
    draw();
  });
  off.addEventListener('click', () => {
    localStorage.setItem(KEPT, 'off');
    draw();
  });
  draw();
}
