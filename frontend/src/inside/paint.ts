// Histograms on a canvas, in each of the ways that they can be looked at.
import { formatTicks, formatValue } from "../format/numbers";
import { linearTicks } from "../chart/drawing/ticks";
import { percentilesEach, type HistogramColumns } from "../api/histograms";
import type { HistogramMode } from "../model/view/view_url";
import { evenly, type Raster } from "../model/inside/raster";
import type { ValueScale } from "../model/inside/value_scale";

export interface Ink {
  ground: string;
  line: string;
  text: string;
  colour: string;
}

export interface Picture {
  histograms: HistogramColumns;
  raster: Raster;
  /** Of all runs beside each other: shares are drawn against it. */
  peak: number;
  values: ValueScale;
  steps: readonly [number, number];
  mode: HistogramMode;
  /** Whether shares are drawn by their logarithm. */
  isLog: boolean;
  /** The step that the reader points at. */
  cursor: number | null;
}

/** Room for the labels of the axes, in pixels. */
export const margin = { left: 48, right: 8, top: 8, bottom: 20 };
/** Ridges are readable up to so many. */
export const mostRidges = 24;
const mostStrength = 1.25;
const logRange = 1e-4;

/** Whether steps go from left to right; else values do. */
export const hasStepsAcross = (mode: HistogramMode) => mode === "heat" || mode === "bands";

export function paint(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  of: Picture,
  ink: Ink,
) {
  context.clearRect(0, 0, width, height);
  const plot = {
    x: margin.left,
    y: margin.top,
    width: Math.max(1, width - margin.left - margin.right),
    height: Math.max(1, height - margin.top - margin.bottom),
  };
  context.save();
  context.translate(plot.x, plot.y);
  axes(context, plot, of, ink);
  if (of.mode === "heat") heat(context, plot, of, ink);
  else if (of.mode === "bands") bands(context, plot, of, ink);
  else ridges(context, plot, of, ink);
  context.restore();
}

interface Size {
  width: number;
  height: number;
}

/** From 0 to somewhat more than 1: how strong a share is drawn. */
export function strength(share: number, { peak, isLog }: Pick<Picture, "peak" | "isLog">): number {
  if (share <= 0 || peak <= 0) return 0;
  const part = Math.min(mostStrength, share / peak);
  return isLog ? Math.max(0, 1 - Math.log(part) / Math.log(logRange)) : part;
}

export function stepPlace(step: number, [first, last]: readonly [number, number]): number {
  return last > first ? (step - first) / (last - first) : 0.5;
}

function axes(context: CanvasRenderingContext2D, { width, height }: Size, of: Picture, ink: Ink) {
  const across = hasStepsAcross(of.mode);
  context.font = "11px system-ui, sans-serif";
  context.fillStyle = ink.text;
  context.strokeStyle = ink.line;
  context.lineWidth = 1;
  const steps = linearTicks(of.steps[0], Math.max(of.steps[1], of.steps[0] + 1), 4).filter(Number.isInteger);
  const values = of.values.ticks(across ? 4 : 5);
  const along = across ? steps : values;
  const place = (tick: number) => (across ? stepPlace(tick, of.steps) : of.values.place(tick)) * width;
  context.textAlign = "center";
  context.textBaseline = "top";
  labelled(along, across, (tick, text) => {
    const x = place(tick);
    if (x >= 0 && x <= width) context.fillText(text, Math.min(x, width - 8), height + 5);
  });
  context.textAlign = "right";
  context.textBaseline = "middle";
  if (across)
    labelled(values, false, (tick, text) => {
      const y = (1 - of.values.place(tick)) * height;
      context.beginPath();
      context.moveTo(0, Math.round(y) + 0.5);
      context.lineTo(width, Math.round(y) + 0.5);
      context.stroke();
      context.fillText(text, -6, y);
    });
  context.beginPath();
  context.moveTo(0, height + 0.5);
  context.lineTo(width, height + 0.5);
  context.stroke();
}

function labelled(ticks: number[], areSteps: boolean, draw: (tick: number, text: string) => void) {
  const isEven =
    ticks.length < 3 ||
    Math.abs(ticks[1]! - ticks[0]! - (ticks[2]! - ticks[1]!)) < 1e-9 * Math.abs(ticks[1]!) + 1e-15;
  const texts = areSteps || isEven ? formatTicks(ticks) : ticks.map((tick) => formatValue(tick, 2));
  ticks.forEach((tick, at) => draw(tick, texts[at]!));
}

/** Where each column begins and ends across: half-way to its neighbours. */
function bounds(
  { step, lastStep }: HistogramColumns,
  at: number,
  range: readonly [number, number],
): [number, number] {
  const middle = (column: number) => (step[column]! + lastStep[column]!) / 2;
  const here = middle(at);
  const before = at > 0 ? (middle(at - 1) + here) / 2 : null;
  const after = at + 1 < step.length ? (here + middle(at + 1)) / 2 : null;
  const half = before !== null ? here - before : after !== null ? after - here : 0.5;
  return [stepPlace(before ?? here - half, range), stepPlace(after ?? here + half, range)];
}

function heat(context: CanvasRenderingContext2D, { width, height }: Size, of: Picture, ink: Ink) {
  const { raster, histograms } = of;
  const cell = height / raster.pixels;
  context.save();
  context.beginPath();
  context.rect(0, 0, width, height);
  context.clip();
  context.fillStyle = ink.colour;
  for (let column = 0; column < raster.columns; column++) {
    const [from, to] = bounds(histograms, column, of.steps);
    const [x, end] = [
      Math.floor(from * width),
      Math.max(Math.floor(from * width) + 1, Math.floor(to * width)),
    ];
    for (let pixel = 0; pixel < raster.pixels; pixel++) {
      const own = strength(raster.shares[column * raster.pixels + pixel]!, of);
      // Small differences of weak colours are seen better than those of strong ones.
      const alpha = Math.min(1, of.isLog ? own : own ** 0.6);
      if (alpha <= 0.004) continue;
      context.globalAlpha = alpha;
      context.fillRect(x, height - (pixel + 1) * cell, end - x, cell);
    }
  }
  context.restore();
  cursorAcross(context, { width, height }, of, ink);
}

function cursorAcross(context: CanvasRenderingContext2D, { width, height }: Size, of: Picture, ink: Ink) {
  if (of.cursor === null) return;
  const x = Math.round(stepPlace(of.cursor, of.steps) * width) + 0.5;
  context.strokeStyle = ink.text;
  context.setLineDash([3, 3]);
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, height);
  context.stroke();
  context.setLineDash([]);
}

/** Pairs of percentiles around the median, the outermost first, and how strong each is drawn. */
const spreads = [
  [0, 8, 0.14],
  [1, 7, 0.2],
  [2, 6, 0.3],
  [3, 5, 0.42],
] as const;

function bands(context: CanvasRenderingContext2D, { width, height }: Size, of: Picture, ink: Ink) {
  const { step, percentiles } = of.histograms;
  const known = Array.from(step.keys()).filter((at) => !Number.isNaN(percentiles[at * percentilesEach]!));
  const x = (at: number) => stepPlace(step[at]!, of.steps) * width;
  const y = (at: number, which: number) =>
    (1 - of.values.place(percentiles[at * percentilesEach + which]!)) * height;
  context.save();
  context.beginPath();
  context.rect(0, 0, width, height);
  context.clip();
  context.fillStyle = context.strokeStyle = ink.colour;
  for (const [low, high, alpha] of spreads) {
    context.globalAlpha = alpha;
    context.beginPath();
    for (const at of known) context.lineTo(x(at), y(at, high));
    for (const at of [...known].reverse()) context.lineTo(x(at), y(at, low));
    if (known.length === 1)
      context.rect(x(known[0]!) - 2, y(known[0]!, high), 4, y(known[0]!, low) - y(known[0]!, high));
    context.fill();
  }
  context.globalAlpha = 1;
  context.lineWidth = 1.5;
  context.beginPath();
  for (const at of known) context.lineTo(x(at), y(at, 4));
  context.stroke();
  context.restore();
  cursorAcross(context, { width, height }, of, ink);
}

/** The columns that have a ridge, from the one behind all others on, and the height that each stands at. */
export function ridgesOf(
  columns: number,
  mode: HistogramMode,
  height: number,
): { column: number; base: number }[] {
  const shown = evenly(columns, mostRidges);
  if (mode === "overlay") return shown.map((column) => ({ column, base: height }));
  const room = Math.min(height * 0.6, shown.length * 24);
  return shown.map((column, at) => ({
    column,
    base: height - (shown.length > 1 ? room * (1 - at / (shown.length - 1)) : 0),
  }));
}

function ridges(context: CanvasRenderingContext2D, { width, height }: Size, of: Picture, ink: Ink) {
  const { raster, histograms, mode } = of;
  const shown = ridgesOf(raster.columns, mode, height);
  const rise =
    mode === "overlay"
      ? height * 0.8
      : height - (shown[0]?.base ?? height) > 0
        ? height * 0.32
        : height * 0.8;
  const pointed = of.cursor === null ? -1 : nearest(histograms, shown, of.cursor);
  shown.forEach(({ column, base }, at) => {
    const age = shown.length > 1 ? at / (shown.length - 1) : 1;
    const own = raster.shares.subarray(column * raster.pixels, (column + 1) * raster.pixels);
    const [first, last] = [own.findIndex((share) => share > 0), own.findLastIndex((share) => share > 0)];
    if (first < 0) return;
    const x = (pixel: number) => ((pixel + 0.5) / raster.pixels) * width;
    context.beginPath();
    context.moveTo(x(first - 0.5), base);
    for (let pixel = first; pixel <= last; pixel++)
      context.lineTo(x(pixel), base - strength(own[pixel]!, of) * rise);
    context.lineTo(x(last + 0.5), base);
    if (mode === "ridge") {
      context.globalAlpha = 1;
      context.fillStyle = ink.ground;
      context.fill();
      context.globalAlpha = 0.12 + 0.5 * age;
      context.fillStyle = ink.colour;
      context.fill();
    }
    context.globalAlpha = at === pointed ? 1 : mode === "overlay" ? 0.15 + 0.6 * age : 0.5 + 0.5 * age;
    context.strokeStyle = at === pointed ? ink.text : ink.colour;
    context.lineWidth = at === pointed ? 2 : 1;
    context.stroke();
  });
  context.globalAlpha = 1;
  if (mode !== "ridge" || shown.length < 2) return;
  context.fillStyle = ink.text;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const { column, base } of [shown[0]!, shown[shown.length - 1]!])
    context.fillText(formatTicks([histograms.step[column]!])[0]!, -6, Math.min(base, height - 6));
}

function nearest({ step }: HistogramColumns, shown: readonly { column: number }[], cursor: number): number {
  let found = 0;
  shown.forEach(({ column }, at) => {
    if (Math.abs(step[column]! - cursor) < Math.abs(step[shown[found]!.column]! - cursor)) found = at;
  });
  return found;
}
