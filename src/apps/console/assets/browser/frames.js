// The frames of formatted mails: as high as what is in them, with keys and clicks inside heard like any other.
import { onKey } from './keys.js';

const MOST_MEASURES = 10;
const HIGHEST = 20_000;

export function startFrames() {
  for (const frame of document.querySelectorAll('iframe[data-mail]'))
    if (frame instanceof HTMLIFrameElement) watch(frame);
  document.addEventListener('mailroom:morphed', () => {
    for (const frame of document.querySelectorAll('iframe[data-mail]:not([data-watched])'))
      if (frame instanceof HTMLIFrameElement) watch(frame);
  });
}

/** @param {HTMLIFrameElement} frame */
function watch(frame) {
  frame.dataset['watched'] = '';
  const kept = sessionStorage.getItem(`height ${frame.name}`);
  if (kept !== null) frame.style.blockSize = `${Number(kept)}px`;
  frame.addEventListener('load', () => fit(frame));
  if (frame.contentDocument?.readyState === 'complete') fit(frame);
}

/** @param {HTMLIFrameElement} frame */
function fit(frame) {
  const inside = frame.contentDocument;
  if (inside === null || inside.body === null || inside.URL === 'about:blank') return;
  let measures = 0;
  const measure = () => {
    measures += 1;
    if (measures > MOST_MEASURES) return;
    const height = Math.min(inside.body.scrollHeight + 2, HIGHEST);
    if (height < 10) return;
    frame.style.blockSize = `${height}px`;
    sessionStorage.setItem(`height ${frame.name}`, String(height));
  };
  measure();
  inside.addEventListener('load', measure, true);
  inside.addEventListener('keydown', (event) => onKey(event));
  const bar = frame.closest('details')?.querySelector('[data-remote]');
  if (inside.URL.endsWith('images=1')) bar?.setAttribute('hidden', '');
}
