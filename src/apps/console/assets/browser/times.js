// How long ago: kept true while the page stands open.
import { at } from './page.js';

const EVERY_MS = 30_000;
/** @type {readonly (readonly [Intl.RelativeTimeFormatUnit, number])[]} */
const UNITS = [
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** @type {readonly [Intl.RelativeTimeFormatUnit, number]} */
const NOW = ['second', Infinity];

export function startTimes() {
  tellZone();
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang === 'ru' ? 'ru-RU' : 'en-GB', {
    style: 'narrow',
    numeric: 'auto',
  });
  setInterval(() => {
    for (const time of document.querySelectorAll('time[data-age]')) {
      const ago = Math.max(Date.now() - Date.parse(time.getAttribute('datetime') ?? ''), 0);
      const [unit, length] = UNITS.find(([name, each]) => ago >= each * (name === 'month' ? 2 : 1)) ?? NOW;
      // In Russian the narrow style says -3.
      const text = format.format(-Math.floor(ago / length), unit).replace(/^-/, '');
      if (time.textContent !== text) time.textContent = text;
    }
  }, EVERY_MS);
}

// Who has set no zone reads times in that of the browser, which the server is told; what was drawn before it knew is drawn again.
function tellZone() {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const { zone: drawn, zoneOpen: open } = document.body.dataset;
  if (open === undefined || drawn === zone) return;
  document.cookie = `mailroom-zone=${encodeURIComponent(zone)}; path=${new URL(at('/')).pathname}; max-age=31536000; samesite=lax`;
  document.dispatchEvent(new CustomEvent('mailroom:refresh'));
}
