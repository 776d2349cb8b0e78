const today = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const earlier = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

/** A time as people read it on the machine they sit at: the hour for today's, with the date for others. */
export function shownTime(time: Date | string | number, now: Date): string {
  const at = new Date(time);
  return at.toDateString() === now.toDateString() ? today.format(at) : earlier.format(at);
}

/** `3 KB`, as mail programs show the size of a file. */
export function shownSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
