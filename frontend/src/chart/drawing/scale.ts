// How values lie along an axis: evenly, or by their logarithms.
import type { Range } from "../../model/view/view_url";
import type { Frame } from "./frame";

export interface Scale {
  /** Where a value lies, in units that are as long everywhere. */
  place(value: number): number;
  valueAt(place: number): number;
}

export const linear: Scale = { place: (value) => value, valueAt: (place) => place };
/** What is not above zero has no place: -Infinity or NaN. */
const logarithmic: Scale = { place: Math.log, valueAt: Math.exp };

export const scaleOf = (log: boolean): Scale => (log ? logarithmic : linear);

export interface FrameShape {
  width: number;
  height: number;
  x: Range;
  y: Range;
  logX: boolean;
  logY: boolean;
}

export function makeFrame({ width, height, x, y, logX, logY }: FrameShape): Frame {
  const [across, up] = [scaleOf(logX), scaleOf(logY)];
  const [left, floor] = [across.place(x[0]), up.place(y[0])];
  const [xSpan, ySpan] = [across.place(x[1]) - left, up.place(y[1]) - floor];
  return {
    width,
    height,
    low: x[0],
    high: x[1],
    toX: (value) => ((across.place(value) - left) / xSpan) * width,
    toY: (value) => height - ((up.place(value) - floor) / ySpan) * height,
    atX: (pixel) => across.valueAt(left + (pixel / width) * xSpan),
    atY: (pixel) => up.valueAt(floor + (1 - pixel / height) * ySpan),
  };
}
