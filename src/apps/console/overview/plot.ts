import { html } from 'hono/html';
import type { Html } from '../parts/html.ts';

export type Series = { readonly className: 'a' | 'b'; readonly values: readonly number[] };

const HEIGHT = 160;
const BOTTOM = 22;
const TOP = 14;
const LEFT = 34;

/** Bars side by side for each label, drawn as SVG; the numbers stand in a table beside it, for whoever reads no pictures. */
export function barPlot(title: string, labels: readonly string[], series: readonly Series[]): Html {
  // As wide as what it shows, so that the letters in it come out at one size.
  const width = labels.length > 4 ? 900 : 300;
  // An even number, so that the line half-way up stands for a whole one.
  const highest = Math.max(2, ...series.flatMap(({ values }) => values));
  const most = highest + (highest % 2);
  const step = (width - LEFT) / Math.max(labels.length, 1);
  const bar = Math.max(2, (step * 0.7) / series.length);
  const height = (value: number): number => (value / most) * (HEIGHT - BOTTOM - TOP);
  const round = (value: number): number => Math.round(value * 10) / 10;
  const every = labels.length <= 14 ? 1 : Math.ceil(labels.length / 10);
  return html`<svg class="plot" viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="${title}">
    ${[0, 0.5, 1].map((part) => {
      const y = round(HEIGHT - BOTTOM - height(most * part));
      return html`<line class="grid" x1="${LEFT}" x2="${width}" y1="${y}" y2="${y}"></line
        ><text x="${LEFT - 6}" y="${y + 3}" text-anchor="end">${round(most * part)}</text>`;
    })}
    ${series.map(({ className, values }, place) =>
      values.map(
        (value, index) =>
          html`<rect
            class="${className}"
            x="${round(LEFT + index * step + step * 0.15 + place * bar)}"
            y="${round(HEIGHT - BOTTOM - height(value))}"
            width="${round(bar - 1)}"
            height="${round(height(value))}"
            rx="1"
          ></rect>`,
      ),
    )}
    ${labels.map((label, index) =>
      index % every === 0
        ? html`<text x="${round(LEFT + (index + 0.5) * step)}" y="${HEIGHT - 6}" text-anchor="middle"
            >${label}</text
          >`
        : '',
    )}
  </svg>`;
}
