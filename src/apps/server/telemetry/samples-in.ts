export type Sample = {
  readonly name: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

/** The samples of a text in the Prometheus format as this server writes it: gauges, with labels that need no escaping. */
export function samplesIn(text: string): readonly Sample[] {
  const helps = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const help = /^# HELP (\S+) (.*)$/.exec(line);
    if (help?.[1] !== undefined) helps.set(help[1], help[2] ?? '');
    const sample = /^([a-z_]+)(?:\{([^}]*)\})? (\S+)$/.exec(line);
    if (sample?.[1] === undefined) continue;
    const labels = [...(sample[2] ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [
      key,
      value,
    ]);
    samples.push({
      name: sample[1],
      help: helps.get(sample[1]) ?? '',
      labels: Object.fromEntries(labels) as Record<string, string>,
      value: Number(sample[3]),
    });
  }
  return samples;
}
