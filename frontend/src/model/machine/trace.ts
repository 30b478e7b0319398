// Lines and areas over time as the paths of an SVG.
import { spacingOf, unbroken, type Samples } from "./samples";

export interface TimeScale {
  low: number;
  high: number;
  /** In pixels. */
  width: number;
  toX(at: number): number;
  atX(pixel: number): number;
}

export function timeScale(low: number, high: number, width: number): TimeScale {
  const span = high - low || 1;
  return {
    low,
    high,
    width,
    toX: (at) => ((at - low) / span) * width,
    atX: (pixel) => low + (pixel / Math.max(1, width)) * span,
  };
}

/** Longer without a sample, in samples or in pixels, and nothing is drawn between two of them. */
const mostMissed = 5;
const mostPixels = 4;

/** The seconds without a sample after which a line is broken. */
export const breakOf = (x: Float64Array, { low, high, width }: TimeScale) =>
  Math.max(mostMissed * spacingOf(x), (mostPixels * (high - low)) / Math.max(1, width));

/** `toY`: where a value lies, in pixels. A sample that stands alone is a short line: it tells of the time before it. */
export function linePath({ x, value }: Samples, scale: TimeScale, toY: (value: number) => number): string {
  let path = "";
  for (const [begin, end] of unbroken(x, breakOf(x, scale))) {
    let isDrawing = false;
    for (let i = begin; i < end; i++) {
      if (!Number.isFinite(value[i]!)) {
        isDrawing = false;
        continue;
      }
      const y = round(toY(value[i]!));
      path += `${isDrawing ? "L" : "M"}${round(scale.toX(x[i]!))} ${y}`;
      if (!isDrawing && !(i + 1 < end && Number.isFinite(value[i + 1]!))) path += "h-2";
      isDrawing = true;
    }
  }
  return path;
}

/** The area between two lines, from one sample's time before the first sample on. */
export function areaPath(
  x: Float64Array,
  low: Float64Array,
  high: Float64Array,
  scale: TimeScale,
  toY: (value: number) => number,
): string {
  const spacing = spacingOf(x);
  let path = "";
  for (const [begin, end] of unbroken(x, breakOf(x, scale))) {
    const start = round(scale.toX(x[begin]! - spacing));
    path += `M${start} ${round(toY(low[begin]!))}V${round(toY(high[begin]!))}`;
    for (let i = begin; i < end; i++) path += `L${round(scale.toX(x[i]!))} ${round(toY(high[i]!))}`;
    for (let i = end - 1; i >= begin; i--) path += `L${round(scale.toX(x[i]!))} ${round(toY(low[i]!))}`;
    path += "Z";
  }
  return path;
}

const round = (length: number) => Math.round(length * 10) / 10;
