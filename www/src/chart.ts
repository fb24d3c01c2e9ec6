// Plots, in one place. Colours come from the style sheet, so that light, dark and paper each have their own.

import uPlot from "uplot";

import { number } from "./format";

/** A line or a filled step of a plot. */
export interface Line {
  label: string;
  /** A colour of the style sheet, such as `reference`. */
  colour: string;
  /** Nothing between two values is bridged, null breaks the line. */
  values: (number | null | undefined)[];
  kind?: "line" | "steps" | "points" | "dashed";
}

/** A stretch of the horizontal axis, shaded. */
export interface Band {
  from: number;
  to: number;
  colour: string;
}

export interface Plot {
  /** What it shows, for those who do not see it. */
  label: string;
  x: number[];
  lines: Line[];
  bands?: Band[];
  /** Upright lines with a word. */
  marks?: { at: number; label: string }[];
  xLabel: string;
  yLabel: string;
  /** What stands at a place of the horizontal axis; numbers by default. */
  xText?: (at: number) => string;
  yText?: (value: number) => string;
  /** The vertical axis begins at zero: lengths are compared. */
  fromZero?: boolean;
  range?: { x: [number, number]; y: [number, number] };
  height?: number;
  /** Names and values under the cursor; without them the names stand elsewhere. */
  legend?: boolean;
}

const drawn = new Set<{ plot: uPlot; host: HTMLElement; redraw: () => void }>();

/** A colour of the style sheet, which writes them as #rrggbb. */
function colour(name: string, alpha = 1): string {
  const value = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  return alpha === 1
    ? value
    : value +
        Math.round(alpha * 255)
          .toString(16)
          .padStart(2, "0");
}

/** A plot that fills the width it is given. Its height is known at once, so nothing moves when it appears. */
export function plot(of: Plot): HTMLElement {
  if (keeping) return picture(of, keeping);
  const host = document.createElement("div");
  host.className = "plot";
  host.setAttribute("role", "img");
  host.setAttribute("aria-label", of.label);
  const height = of.height ?? 220;
  host.style.minHeight = `${height + (of.legend === false ? 0 : 26)}px`;
  new ResizeObserver(([entry], observer) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (!host.isConnected) return observer.disconnect();
    if (width < 40) return;
    const known = [...drawn].find((one) => one.host === host);
    if (known) known.plot.setSize({ width, height });
    else draw(host, of, width, height);
  }).observe(host);
  return host;
}

const WHOLE = [1, 2, 5].flatMap((step) => [1, 10, 100, 1000].map((power) => step * power)).sort((a, b) => a - b);

/** How wide plots are in a document that is kept: one that stands alone, and one of several beside each other. */
const KEPT = { alone: 960, beside: 420 };

/** Pictures that are still being drawn, where plots are wanted as pictures. */
let keeping: Promise<void>[] | undefined;

/** What `work` makes, with pictures in place of plots, in the colours of paper. */
export async function pictures<T>(work: () => T): Promise<T> {
  const paper = document.documentElement.classList;
  keeping = [];
  // No frame is shown before the class is taken away again: plots are drawn in microtasks.
  paper.add("kept");
  try {
    const made = work();
    await Promise.all(keeping);
    return made;
  } finally {
    paper.remove("kept");
    keeping = undefined;
  }
}

function picture(of: Plot, drawing: Promise<void>[]): HTMLElement {
  const image = document.createElement("img");
  image.alt = of.label;
  const { hooks, ...rest } = options(of, of.legend === false ? KEPT.beside : KEPT.alone, of.height ?? 220);
  drawing.push(
    new Promise((drawn) => {
      const ready = (plot: uPlot) => {
        image.src = plot.ctx.canvas.toDataURL("image/png");
        drawn();
      };
      new uPlot({ ...rest, hooks: { ...hooks, draw: [...(hooks?.draw ?? []), ready] } }, data(of), document.createElement("div"));
    }),
  );
  const host = document.createElement("div");
  host.className = "plot";
  const legend = document.createElement("p");
  legend.className = "small";
  legend.textContent = of.legend === false ? "" : of.lines.map(({ label }) => label).join(", ");
  host.append(image, legend);
  return host;
}

function draw(host: HTMLElement, of: Plot, width: number, height: number) {
  const plot = new uPlot(options(of, width, height), data(of), host);
  const one = { plot, host, redraw: () => plot.redraw(false, true) };
  drawn.add(one);
}

/** Draws again in the colours that are now in force. */
export function redraw() {
  for (const one of drawn) {
    if (one.host.isConnected) one.redraw();
    else {
      one.plot.destroy();
      drawn.delete(one);
    }
  }
}

const data = (of: Plot): uPlot.AlignedData => [of.x, ...of.lines.map((line) => line.values)] as uPlot.AlignedData;

function options(of: Plot, width: number, height: number): uPlot.Options {
  const font = "12px system-ui, sans-serif";
  const axis = {
    font,
    labelFont: font,
    stroke: () => colour("ink-soft"),
    grid: { stroke: () => colour("line"), width: 1 },
    ticks: { show: false },
  };
  const xText = of.xText ?? number;
  /** Pixels of a text of the horizontal axis, about. */
  const wide = of.xText ? 7 * xText(of.x.at(-1) ?? 0).length : 70;
  return {
    width,
    height,
    // Half of the last text stands behind its place.
    padding: [10, of.xText ? wide / 2 + 1 : 14, 0, 0],
    cursor: { drag: { x: true, y: false }, points: { size: 7 } },
    legend: { show: of.legend ?? true },
    scales: {
      x: { time: false, ...(of.range && { range: () => of.range!.x }) },
      y: {
        range: of.range ? () => of.range!.y : (_, low, high) => around(low, high, of.fromZero ?? false),
      },
    },
    axes: [
      {
        ...axis,
        label: of.xLabel,
        labelSize: 18,
        size: 26,
        space: wide,
        values: (_, at) => at.map((value) => xText(value)),
        // Texts stand for whole places.
        ...(of.xText && { incrs: WHOLE }),
        grid: { show: false },
      },
      {
        ...axis,
        label: of.yLabel,
        labelSize: 18,
        size: 56,
        space: 36,
        values: (_, at) => at.map((value) => (of.yText ?? number)(value)),
      },
    ],
    series: [
      { label: of.xLabel, value: (_, at) => (at === null || at === undefined ? "–" : xText(at)) },
      ...of.lines.map((line) => series(line, of.yText ?? number)),
    ],
    hooks: { drawAxes: [(plot) => shade(plot, of.bands ?? [])], draw: [(plot) => mark(plot, of.marks ?? [])] },
  };
}

/** Room around values; a flat line gets some, too. */
function around(low: number | null, high: number | null, fromZero: boolean): [number, number] {
  if (low === null || high === null) return [0, 1];
  const room = (high - low) * 0.06 || Math.abs(high) * 0.06 || 1;
  return [fromZero && low >= 0 ? 0 : low - room, high + room];
}

function series(line: Line, text: (value: number) => string): uPlot.Series {
  const stroke = () => colour(line.colour);
  const value = (_: uPlot, value: number | null) => (value === null || value === undefined ? "–" : text(value));
  const one: uPlot.Series = { label: line.label, stroke, width: 1.75, value, points: { show: false } };
  if (line.kind === "steps") {
    return { ...one, fill: () => colour(line.colour, 0.22), paths: uPlot.paths.stepped!({ align: 1 }) };
  }
  if (line.kind === "points") return { ...one, points: { show: true, size: 7, fill: stroke } };
  if (line.kind === "dashed") return { ...one, width: 1, dash: [4, 4] };
  return { ...one, points: { show: false, filter: lone } };
}

/** Values between two breaks, which make no line. */
function lone(plot: uPlot, line: number): number[] {
  const values = plot.data[line]!;
  const told = [...values.keys()].filter((at) => values[at] !== undefined);
  const gap = (at: number | undefined) => at === undefined || values[at] === null;
  return told.filter((at, place) => !gap(at) && gap(told[place - 1]) && gap(told[place + 1]));
}

function shade(plot: uPlot, bands: Band[]) {
  const { ctx, bbox } = plot;
  for (const band of bands) {
    const [from, to] = [plot.valToPos(band.from, "x", true), plot.valToPos(band.to, "x", true)];
    const left = Math.max(bbox.left, from);
    const width = Math.min(bbox.left + bbox.width, to) - left;
    if (width <= 0) continue;
    ctx.fillStyle = colour(band.colour, 0.16);
    ctx.fillRect(left, bbox.top, width, bbox.height);
  }
}

function mark(plot: uPlot, marks: { at: number; label: string }[]) {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio || 1;
  ctx.save();
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  marks.forEach(({ at, label }, row) => {
    const x = Math.round(plot.valToPos(at, "x", true));
    if (x < bbox.left || x > bbox.left + bbox.width) return;
    ctx.strokeStyle = colour("ink-soft");
    ctx.lineWidth = ratio;
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillStyle = colour("ink");
    const right = x + ctx.measureText(label).width + 6 * ratio < bbox.left + bbox.width;
    ctx.textAlign = right ? "left" : "right";
    ctx.fillText(label, x + (right ? 5 : -5) * ratio, bbox.top + (12 + 14 * (row % 2)) * ratio);
  });
  ctx.restore();
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
matchMedia("print").addEventListener("change", redraw);
