/**
 * The moment at which a clock in a time zone shows `2026-11-29T14:02`, as a browser's field sends it; null for what is no
 * such time. A time that the clocks skip in spring counts as the one an hour later.
 */
export function timeInZone(text: string, timeZone: string): Date | null {
  const asUtc = new Date(`${text}Z`);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text) || Number.isNaN(asUtc.getTime())) return null;
  const near = new Date(asUtc.getTime() - offsetAt(asUtc, timeZone));
  return new Date(asUtc.getTime() - offsetAt(near, timeZone));
}

/** How far the clocks of a zone are ahead of UTC, in milliseconds. */
function offsetAt(at: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const shown = new Date(`${parts.format(at).replace(' ', 'T')}Z`);
  return shown.getTime() - Math.floor(at.getTime() / 1000) * 1000;
}
