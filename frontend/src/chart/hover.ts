// What lies under the cursor: each line's point nearest in x, the rows nearest in y first.
import { lowerBound } from "./extent";
import type { Line } from "./scene";

export interface HoverRow {
  run: string;
  tag: string;
  x: number;
  value: number;
  /** null without smoothing and for non-finite points. */
  smoothed: number | null;
  /** null where the point's step was not sent. */
  step: number | null;
  wallTime: number | null;
}

const nonFinite = [NaN, Infinity, -Infinity];

/** The nearest index to `target`, by the distance in x; -1 for an empty column. */
export function nearestIndex(values: Float64Array, target: number): number {
  if (values.length === 0) return -1;
  const right = Math.min(lowerBound(values, target), values.length - 1);
  const left = Math.max(0, right - 1);
  return Math.abs(values[left]! - target) <= Math.abs(values[right]! - target) ? left : right;
}

/** The line's row at x, or null when its nearest point is farther than `reach` outside of what it covers. */
export function hoverRow({ tag, columns: series }: Line, x: number, reach: number): HoverRow | null {
  const of = { run: series.run, tag };
  const at = nearestIndex(series.x, x);
  const mark = nearestIndex(series.markX, x);
  const distance = at < 0 ? Infinity : Math.abs(series.x[at]! - x);
  const markDistance = mark < 0 ? Infinity : Math.abs(series.markX[mark]! - x);
  if (markDistance < distance) {
    if (markDistance > reach) return null;
    const value = nonFinite[series.markKind[mark]!] ?? NaN;
    return { ...of, x: series.markX[mark]!, value, smoothed: null, step: null, wallTime: null };
  }
  const outside = at < 0 || (distance > reach && (x < series.x[0]! || x > series.x.at(-1)!));
  if (outside) return null;
  return {
    ...of,
    x: series.x[at]!,
    value: series.value[at]!,
    smoothed: series.smoothed ? series.smoothed[at]! : null,
    step: series.step[at] ?? null,
    wallTime: series.wallTime[at] ?? null,
  };
}

/** Rows by how far their drawn line is from the cursor's y, in the pixels that `toPixel` gives; non-finite rows last. */
export function sortByNearest<Row extends { value: number; smoothed?: number | null }>(
  rows: Row[],
  cursorPixel: number,
  toPixel: (value: number) => number,
): Row[] {
  const distance = (row: Row) => {
    const away = Math.abs(toPixel(row.smoothed ?? row.value) - cursorPixel);
    return Number.isNaN(away) ? Infinity : away;
  };
  return rows
    .map((row) => ({ row, away: distance(row) }))
    .sort((a, b) => (a.away === b.away ? 0 : a.away - b.away))
    .map(({ row }) => row);
}
