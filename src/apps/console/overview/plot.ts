import { html } from 'hono/html';
import type { Html } from '../parts/html.ts';

export type Series = {
  readonly className: 'a' | 'b' | 'c';
  readonly name: string;
  readonly shape: 'bar' | 'line' | 'area';
  /** Null: nothing to show there. */
  readonly values: readonly (number | null)[];
};

export type Plot = {
  readonly title: string;
  readonly labels: readonly string[];
  readonly series: readonly Series[];
  /** What stands at the lines: counts unless they are seconds. */
  readonly say: (value: number) => string;
  readonly unit?: 'seconds';
};

const HEIGHT = 170;
const BOTTOM = 22;
const TOP = 14;
const LEFT = 4;
const LABELS = 7;
/** How wide a letter of a label is. */
const LETTER = 6.4;
const COUNTS = [2, 4, 6, 8, 10, 20, 30, 40, 50, 60, 80, 100];
const HOUR = 3600;
const TIMES = [0.5, 1, 2, 4, 8, 12, 24, 48, 96, 144, 192, 288, 480, 720, 1440, 2880, 8640].map(
  (hours) => hours * HOUR,
);

type Frame = {
  readonly width: number;
  /** Where the plot ends and its scale begins: beside the newest, which a narrow screen shows first. */
  readonly right: number;
  readonly step: number;
  readonly y: (value: number) => number;
};

/** Bars and lines over labels, drawn as SVG; the numbers stand in a table beside it, for whoever reads no pictures. */
export function drawPlot(plot: Plot): Html {
  const { title, labels, series, say, unit } = plot;
  const most = highest(
    Math.max(0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0))),
    unit,
  );
  const scale = unit === 'seconds' ? 58 : 34;
  // As wide as what it shows, so that the letters in it come out at one size.
  const width = labels.length > 4 ? 460 : 300;
  const frame: Frame = {
    width,
    right: width - scale,
    step: (width - scale - LEFT) / Math.max(labels.length, 1),
    y: (value) => round(HEIGHT - BOTTOM - (value / most) * (HEIGHT - BOTTOM - TOP)),
  };
  const bars = series.filter(({ shape }) => shape === 'bar');
  return html`<svg class="plot" viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="${title}">
    ${[0, 0.5, 1].map((part) => {
      const y = frame.y(most * part);
      return html`<line class="grid" x1="${LEFT}" x2="${frame.right}" y1="${y}" y2="${y}"></line
        ><text x="${frame.right + 6}" y="${y + 4}">${say(most * part)}</text>`;
    })}
    ${bars.map((each, place) => drawBars(plot, each, { ...frame, place, count: bars.length }))}
    ${series.filter(({ shape }) => shape !== 'bar').map((each) => drawLine(plot, each, frame))}
    ${drawLabels(labels, frame)}
  </svg>`;
}

/** A round number that all of it is under, and whose half is round too. */
function highest(value: number, unit: 'seconds' | undefined): number {
  const rounds = unit === 'seconds' ? TIMES : COUNTS;
  const found = rounds.find((each) => each >= value);
  if (found !== undefined) return found;
  const power = 10 ** Math.floor(Math.log10(value) - 1);
  return (COUNTS.find((each) => each >= 10 && each * power >= value) ?? 100) * power;
}

function drawBars(
  { labels, say }: Plot,
  { className, name, values }: Series,
  { step, y, place, count }: Frame & { readonly place: number; readonly count: number },
): Html[] {
  const bar = Math.max(1.5, Math.min((step * 0.72) / count, 26));
  const from = (step - bar * count) / 2 + place * bar;
  return values.map(
    (value, index) =>
      html`<rect
        class="${className}"
        x="${round(LEFT + index * step + from)}"
        y="${y(value ?? 0)}"
        width="${round(Math.max(bar - 1, 1))}"
        height="${round(y(0) - y(value ?? 0))}"
        rx="1.5"
      >
        <title>${labels[index]}: ${name} ${say(value ?? 0)}</title>
      </rect>`,
  );
}

function drawLine({ labels, say }: Plot, { className, name, shape, values }: Series, frame: Frame): Html {
  const x = (index: number): number => round(LEFT + (index + 0.5) * frame.step);
  const points = values.flatMap((value, index) => (value === null ? [] : [[index, value] as const]));
  const path = points
    .map(([index, value], n) => `${n === 0 ? 'M' : 'L'}${x(index)} ${frame.y(value)}`)
    .join('');
  const [first, last] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0];
  const ground = frame.y(0);
  const dot = points.length > 40 ? 0 : 2.5;
  return html`${
      shape === 'area' && points.length > 0
        ? html`<path
            class="area ${className}"
            d="${path}L${x(last)} ${ground}L${x(first)} ${ground}Z"
          ></path>`
        : ''
    }<path class="line ${className}" d="${path}"></path>${points.map(
      ([index, value]) =>
        html`<circle class="${className}" cx="${x(index)}" cy="${frame.y(value)}" r="${dot}">
          <title>${labels[index]}: ${name} ${say(value)}</title>
        </circle>`,
    )}`;
}

function drawLabels(labels: readonly string[], { step, right }: Frame): Html[] {
  const longest = Math.max(...labels.map(({ length }) => length));
  // The last one is moved to the left until it ends where the plot does, and needs that much more room.
  const room = 1.5 * LETTER * longest - step / 2;
  const every = Math.max(Math.ceil(labels.length / LABELS), Math.ceil(room / step));
  // Counted from the newest, so that the last part has its label.
  return labels.flatMap((label, index) =>
    (labels.length - 1 - index) % every === 0
      ? [
          html`<text
            x="${round(Math.min(LEFT + (index + 0.5) * step, right - (LETTER / 2) * label.length))}"
            y="${HEIGHT - 6}"
            text-anchor="middle"
            >${label}</text
          >`,
        ]
      : [],
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
