// The ranges that a chart shows: all of x, and the y that its visible points need.
import type { SeriesColumns } from "../../api/columns";
import type { Bounds, Range } from "../../model/view/view_url";
import { linear, type Scale } from "./scale";

/** What the scales are fitted to. */
export type Curve = Pick<SeriesColumns, "x" | "value" | "smoothed" | "markX">;

/** The first index whose value is not below `target`; `values` ascend. */
export function lowerBound(values: Float64Array, target: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < target) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first index whose value is above `target`; `values` ascend. */
export function upperBound(values: Float64Array, target: number): number {
  let at = lowerBound(values, target);
  while (values[at] === target) at++;
  return at;
}

/** From the smallest to the largest x of any point or mark that has a place on the axis, or null when there is none. */
export function xExtent(series: readonly Curve[], log = false): Range | null {
  let low = Infinity;
  let high = -Infinity;
  for (const { x, markX } of series) {
    for (const column of [x, markX]) {
      for (const value of column) {
        if (log && value <= 0) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
  }
  return low <= high ? [low, high] : null;
}

/** A range that can be drawn: one point gets room on both sides. */
export function widen([low, high]: Range): Range {
  if (high > low) return [low, high];
  const room = Math.abs(low) * 0.05 || 1;
  return [low - room, high + room];
}

/** What a chart shows of x without a zoom. An axis that counts begins at zero when its points begin near it. */
export function xRange(series: readonly Curve[], counts: boolean, log = false): Range {
  const extent = xExtent(series, log);
  if (!extent) return log ? [1, 10] : [0, 1];
  if (log) return extent[0] < extent[1] ? extent : [extent[0] / 2, extent[1] * 2];
  const [low, high] = widen(extent);
  if (!counts || extent[0] < 0) return [low, high];
  return [extent[0] <= 1 || low < (high - low) / 4 ? 0 : low, high];
}

export interface YOptions {
  log: boolean;
  /** Per cent: so many of the lowest and of the highest points do not stretch the scale. */
  trim: number;
}

/** The y range of the points inside `[low, high]` of x with a margin, or null when nothing can be drawn there. */
export function yExtent(series: readonly Curve[], [low, high]: Range, options: YOptions): Range | null {
  let least = Infinity;
  let most = -Infinity;
  const floor = options.log ? 0 : -Infinity;
  const parts: Float64Array[] = [];
  for (const { x, value, smoothed } of series) {
    const [first, end] = [lowerBound(x, low), upperBound(x, high)];
    for (const column of smoothed ? [value, smoothed] : [value]) {
      const part = column.subarray(first, end);
      parts.push(part);
      for (const y of part) {
        if (!(y > floor && y < Infinity)) continue;
        if (y < least) least = y;
        if (y > most) most = y;
      }
    }
  }
  if (!(least <= most)) return null;
  if (options.trim > 0) [least, most] = trimmed(parts, floor, options.trim) ?? [least, most];
  return options.log ? logMargin(least, most) : linearMargin(least, most);
}

/** All but so many per cent of the lowest and of the highest finite values above `floor`; null where they are few. */
function trimmed(parts: readonly Float64Array[], floor: number, percent: number): Range | null {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let count = 0;
  for (const part of parts) for (const y of part) if (y > floor && y < Infinity) all[count++] = y;
  if (count <= 50) return null;
  const sorted = all.subarray(0, count).sort();
  const cut = Math.floor((count * percent) / 100);
  return [sorted[cut]!, sorted[count - 1 - cut]!];
}

function linearMargin(low: number, high: number): Range {
  const [from, to] = widen([low, high]);
  const margin = high > low ? (to - from) * 0.06 : 0;
  // A quantity that is never negative keeps its floor at zero, not below; a constant lies in the middle.
  return [low >= 0 && high > low && from - margin < 0 ? 0 : from - margin, to + margin];
}

function logMargin(low: number, high: number): Range {
  const factor = high > low ? (high / low) ** 0.06 : 2;
  return [low / factor, high * factor];
}

/** The range that fixed ends come to together with those of what there is, where they are left open. */
export function closeRange(bounds: Bounds, found: Range, scale: Scale): Range {
  const [low, high] = bounds.map((bound) =>
    bound !== null && Number.isFinite(scale.place(bound)) ? bound : null,
  ) as [number | null, number | null];
  const range: Range = [low ?? found[0], high ?? found[1]];
  if (range[0] < range[1]) return range;
  // All that there is lies beyond the end that is fixed.
  const width = scale.place(found[1]) - scale.place(found[0]);
  const beside = (end: number, by: number) => scale.valueAt(scale.place(end) + by);
  return low !== null ? [low, beside(low, width)] : [beside(range[1], -width), range[1]];
}

/** The part of a zoom that moving by `fraction` of its width gives. */
export function pan([low, high]: Range, fraction: number, scale = linear): Range {
  const [from, to] = [scale.place(low), scale.place(high)];
  const shift = (to - from) * fraction;
  return [scale.valueAt(from + shift), scale.valueAt(to + shift)];
}

/** The range `factor` times as wide around `centre`. */
export function scaleAround([low, high]: Range, factor: number, centre: number, scale = linear): Range {
  const [from, middle, to] = [low, centre, high].map((value) => scale.place(value)) as [
    number,
    number,
    number,
  ];
  return [scale.valueAt(middle - (middle - from) * factor), scale.valueAt(middle + (to - middle) * factor)];
}

/** The range with no more digits than a chart can show, so that an address stays readable. */
export function roundRange([low, high]: Range, log = false): Range {
  const unit = 10 ** Math.floor(Math.log10((high - low) / 10_000));
  const evenly = (value: number) => Number((Math.round(value / unit) * unit).toPrecision(15));
  const round = log && high > 10 * low ? (value: number) => Number(value.toPrecision(5)) : evenly;
  const rounded: Range = [round(low), round(high)];
  return rounded[0] < rounded[1] ? rounded : [low, high];
}
