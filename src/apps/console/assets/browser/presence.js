// Says to the others on the desk that one looks at a request or writes on it; who they are the page shows by itself.
import { at } from './page.js';

const BEAT_MS = 15_000;
const WRITING_MS = 5000;

export function startPresence() {
  const shown = document.querySelector('.conversation[data-request]');
  if (!(shown instanceof HTMLElement)) return;
  const requestId = Number(shown.dataset['request']);
  let writing = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let fading;

  const tell = (/** @type {'looking' | 'writing' | 'gone'} */ state) => {
    const body = new Blob([JSON.stringify({ requestId, state })], { type: 'application/json' });
    navigator.sendBeacon(at('/v1/presence'), body);
  };
  const beat = () => {
    if (!document.hidden) tell(writing ? 'writing' : 'looking');
  };
  const settle = () => {
    writing = false;
    beat();
  };

  document.addEventListener('input', ({ target }) => {
    if (!(target instanceof HTMLTextAreaElement) || !target.matches('[data-write]')) return;
    clearTimeout(fading);
    fading = setTimeout(settle, WRITING_MS);
    if (writing) return;
    writing = true;
    beat();
  });
  document.addEventListener('visibilitychange', () => (document.hidden ? tell('gone') : beat()));
  window.addEventListener('pagehide', () => tell('gone'));
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) beat();
  });
  setInterval(beat, BEAT_MS);
  beat();
}
