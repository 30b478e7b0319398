// The ranges that a chart shows: all of x, and the y that its visible points need.
import type { SeriesColumns } from "../api/columns";
import type { Range } from "../model/view_url";

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

/** From the smallest to the largest x of any point or mark, or null when there is none. */
export function xExtent(series: readonly SeriesColumns[]): Range | null {
  let low = Infinity;
  let high = -Infinity;
  for (const { x, markX } of series) {
    for (const column of [x, markX]) {
      for (const value of column) {
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
export function xRange(series: readonly SeriesColumns[], counts: boolean): Range {
  const extent = xExtent(series);
  if (!extent) return [0, 1];
  const [low, high] = widen(extent);
  if (!counts || extent[0] < 0) return [low, high];
  return [extent[0] <= 1 || low < (high - low) / 4 ? 0 : low, high];
}

export interface YOptions {
  log: boolean;
  /** false: the lowest and highest two per cent of the points do not stretch the scale. */
  outliers: boolean;
}

/** The y range of the points inside `[low, high]` of x with a margin, or null when nothing can be drawn there. */
export function yExtent(
  series: readonly SeriesColumns[],
  [low, high]: Range,
  options: YOptions,
): Range | null {
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
  if (!options.outliers) [least, most] = withoutOutliers(parts, floor) ?? [least, most];
  return options.log ? logMargin(least, most) : linearMargin(least, most);
}

/** All but the lowest and highest two per cent of the finite values above `floor`, or null where they are few. */
function withoutOutliers(parts: readonly Float64Array[], floor: number): Range | null {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let count = 0;
  for (const part of parts) for (const y of part) if (y > floor && y < Infinity) all[count++] = y;
  if (count <= 50) return null;
  const sorted = all.subarray(0, count).sort();
  return [sorted[Math.floor(count * 0.02)]!, sorted[Math.ceil(count * 0.98) - 1]!];
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

/** The part of a zoom that moving by `fraction` of its width gives. */
export function pan([low, high]: Range, fraction: number): Range {
  const shift = (high - low) * fraction;
  return [low + shift, high + shift];
}

/** The range `factor` times as wide around `centre`. */
export function scaleAround([low, high]: Range, factor: number, centre: number): Range {
  return [centre - (centre - low) * factor, centre + (high - centre) * factor];
}

/** The range with no more digits than a ten-thousandth of its width, so that an address stays readable. */
export function roundRange([low, high]: Range): Range {
  const unit = 10 ** Math.floor(Math.log10((high - low) / 10_000));
  const round = (value: number) => Number((Math.round(value / unit) * unit).toPrecision(15));
  const rounded: Range = [round(low), round(high)];
  return rounded[0] < rounded[1] ? rounded : [low, high];
}
