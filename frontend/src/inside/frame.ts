// What all drawings of histograms share: where the plot lies on its canvas, what is drawn, and with which colours.
import type { HistogramColumns } from "../api/histograms";
import type { Raster } from "../model/inside/raster";
import type { ValueScale } from "../model/inside/value_scale";
import type { HistogramMode } from "../model/view/histogram_view";

export interface Ink {
  ground: string;
  line: string;
  text: string;
  strong: string;
  alarm: string;
  colour: string;
}

export interface Picture {
  histograms: HistogramColumns;
  raster: Raster;
  /** Of all runs beside each other: shares are drawn against it. */
  peak: number;
  values: ValueScale;
  /** The steps that are shown. */
  steps: readonly [number, number];
  mode: HistogramMode;
  /** Whether shares are drawn by their logarithm. */
  isLog: boolean;
}

export interface Size {
  width: number;
  height: number;
}

/** Room for the labels of the axes, in pixels. */
export const margin = { left: 48, right: 8, top: 8, bottom: 20 };
export const font = "11px system-ui, sans-serif";
/** A share of the peak that is drawn as nothing where shares are drawn by their logarithm. */
const leastPart = 1e-4;

export const plotSize = ({ width, height }: Size): Size => ({
  width: Math.max(1, width - margin.left - margin.right),
  height: Math.max(1, height - margin.top - margin.bottom),
});

/** Whether steps go from left to right; else values do. */
export const hasStepsAcross = (mode: HistogramMode) => mode === "heat" || mode === "bands";

/** How fine values are drawn: as strips of two pixels. */
export function stripsOf(mode: HistogramMode, plot: Size): number {
  return Math.max(1, Math.floor((hasStepsAcross(mode) ? plot.height : plot.width) / 2));
}

/** 0 for nothing, 1 for the peak; what is higher is more. */
export function strength(share: number, { peak, isLog }: Pick<Picture, "peak" | "isLog">): number {
  if (share <= 0 || peak <= 0) return 0;
  return isLog ? Math.max(0, 1 - Math.log(share / peak) / Math.log(leastPart)) : share / peak;
}

export function stepPlace(step: number, [first, last]: readonly [number, number]): number {
  return last > first ? (step - first) / (last - first) : 0.5;
}

/** What is farther apart than so many times the usual distance leaves a gap. */
const farApart = 2.5;

/** Where each column begins and ends across: half-way to its neighbours, where those are not far away. */
export function columnBounds(
  { step, lastStep }: Pick<HistogramColumns, "step" | "lastStep">,
  range: readonly [number, number],
): [number, number][] {
  const middles = Array.from(step, (first, at) => (first + lastStep[at]!) / 2);
  const gaps = middles.slice(1).map((middle, at) => middle - middles[at]!);
  const usual = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 1;
  const half = (gap: number | undefined) => (gap === undefined || gap > farApart * usual ? usual : gap) / 2;
  return middles.map((middle, at) => [
    stepPlace(middle - half(gaps[at - 1]), range),
    stepPlace(middle + half(gaps[at]), range),
  ]);
}

/** Draws within the plot only. */
export function clipped(context: CanvasRenderingContext2D, { width, height }: Size, draw: () => void) {
  context.save();
  context.beginPath();
  context.rect(0, 0, width, height);
  context.clip();
  draw();
  context.restore();
}
