// Histograms as pixels: how many of a column's values lie in each pixel of the value axis.
import { percentilesEach, type HistogramColumns } from "../../api/histograms";
import type { ValueScale } from "./value_scale";
import { linearScale, symlogScale } from "./value_scale";

export interface Raster {
  columns: number;
  pixels: number;
  /** Of each column and, within it, of each pixel from the least value up: the share of its values. */
  shares: Float32Array;
  /** What is drawn at full strength: the greatest share of most columns; that of a few may be greater. */
  peak: number;
}

/** Each stored bin covers the pixels between its own ends, and its values lie evenly in it; none is moved elsewhere. */
export function rasterOf(histograms: HistogramColumns, scale: ValueScale, pixels: number): Raster {
  const { offsets, left, right, counts } = histograms;
  const columns = histograms.step.length;
  const shares = new Float32Array(columns * pixels);
  const peaks: number[] = [];
  for (let column = 0; column < columns; column++) {
    const base = column * pixels;
    let total = 0;
    for (let bin = offsets[column]!; bin < offsets[column + 1]!; bin++) total += counts[bin]!;
    if (total === 0) continue;
    for (let bin = offsets[column]!; bin < offsets[column + 1]!; bin++) {
      const [from, to] = [scale.place(left[bin]!) * pixels, scale.place(right[bin]!) * pixels];
      spread(shares, base, from, to, counts[bin]! / total, pixels);
    }
    peaks.push(peakOf(shares.subarray(base, base + pixels)));
  }
  peaks.sort((a, b) => a - b);
  return { columns, pixels, shares, peak: peaks[Math.floor(0.9 * (peaks.length - 1))] ?? 0 };
}

/** The greatest share, but of a spike, which is two pixels wide at the most, no more than four times what is beside it. */
function peakOf(shares: Float32Array): number {
  let [first, second, third] = [0, 0, 0];
  for (const share of shares) {
    if (share > first) [first, second, third] = [share, first, second];
    else if (share > second) [second, third] = [share, second];
    else if (share > third) third = share;
  }
  return third > 0 ? Math.min(first, 4 * third) : first;
}

function spread(shares: Float32Array, base: number, from: number, to: number, share: number, pixels: number) {
  // What lies outside of the scale is not drawn.
  if (to < 0 || from > pixels) return;
  const first = Math.max(0, Math.min(pixels - 1, Math.floor(from)));
  const last = Math.max(0, Math.min(pixels - 1, Math.floor(to)));
  if (to <= from) {
    shares[base + first]! += share;
    return;
  }
  const each = share / (to - from);
  for (let pixel = first; pixel <= last; pixel++)
    shares[base + pixel]! += each * Math.max(0, Math.min(to, pixel + 1) - Math.max(from, pixel));
}

/**
 * From the least to the greatest value of the columns of all runs that are shown; null where there is none. `part`: of
 * the columns so many reach no further at either end; those of the others are cut off.
 */
export function extentOf(all: readonly HistogramColumns[], part = 1): readonly [number, number] | null {
  const [lows, highs]: [number[], number[]] = [[], []];
  for (const { offsets, left, right } of all)
    for (let column = 0; column + 1 < offsets.length; column++) {
      const [first, end] = [offsets[column]!, offsets[column + 1]!];
      if (first === end) continue;
      lows.push(left[first]!);
      highs.push(right[end - 1]!);
    }
  if (lows.length === 0) return null;
  lows.sort((a, b) => b - a);
  highs.sort((a, b) => a - b);
  const at = Math.ceil(part * lows.length) - 1;
  return [lows[at]!, highs[at]!];
}

/** Room beside the least and the greatest value, so that a spike there is seen: a part of what lies between. */
const margin = 0.02;

/** A scale for all that is shown; the middle of the values is where a logarithmic one is linear. `part` as above. */
export function scaleOf(all: readonly HistogramColumns[], isSymlog: boolean, part = 1): ValueScale | null {
  const extent = extentOf(all, part);
  if (!extent) return null;
  const [low, high] = extent[0] < extent[1] ? extent : ([extent[0] - 0.5, extent[1] + 0.5] as const);
  const aside = margin * (high - low);
  if (!isSymlog) return linearScale(low - aside, high + aside);
  const widths = all.flatMap(({ percentiles }) => {
    const found: number[] = [];
    for (let at = 0; at + percentilesEach <= percentiles.length; at += percentilesEach) {
      const width = percentiles[at + 5]! - percentiles[at + 3]!;
      if (width > 0) found.push(width);
    }
    return found;
  });
  widths.sort((a, b) => a - b);
  const middle = widths[Math.floor(widths.length / 2)] ?? 0;
  const near = Math.max(middle / 10, (high - low) * 1e-6);
  const tight = symlogScale(low, high, near);
  return symlogScale(tight.value(-margin), tight.value(1 + margin), near);
}

/** The bin of a column that a value lies in; null where it lies in none. */
export function binAt(
  { offsets, left, right, counts }: HistogramColumns,
  column: number,
  value: number,
): { left: number; right: number; count: number } | null {
  for (let bin = offsets[column]!; bin < offsets[column + 1]!; bin++)
    if (value >= left[bin]! && value <= right[bin]!)
      return { left: left[bin]!, right: right[bin]!, count: counts[bin]! };
  return null;
}

/**
 * Every column, or every second, fourth, eighth … so that there are `most` at the most, with the last one: those that
 * are shown stay as more come.
 */
export function everySo(count: number, most: number): number[] {
  let stride = 1;
  while (Math.ceil(count / stride) >= most) stride *= 2;
  const found: number[] = [];
  for (let column = 0; column < count; column += stride) found.push(column);
  if (count > 0 && found[found.length - 1] !== count - 1) found.push(count - 1);
  return found;
}

/** The column that is shown at a step: the last one that begins there or before. */
export function columnAt(step: Float64Array, at: number): number {
  let [low, high] = [0, step.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (step[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
