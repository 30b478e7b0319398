// What lies under the cursor: each line's point nearest in x, the rows nearest in y first.
import { plainNumber } from "../../format/table";
import type { Table } from "../../model/view/clip";
import type { RowOrder } from "../../model/view/view_url";
import { naturalSort } from "../../model/tags/order";
import { lowerBound } from "../drawing/extent";
import type { Line } from "../drawing/scene";

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

type Place = (x: number) => number;

/** The nearest index to `target`, by how far apart they are placed; -1 for an empty column. */
export function nearestIndex(values: Float64Array, target: number, place: Place): number {
  if (values.length === 0) return -1;
  const right = Math.min(lowerBound(values, target), values.length - 1);
  const left = Math.max(0, right - 1);
  const away = (index: number) => Math.abs(place(values[index]!) - place(target));
  return away(left) <= away(right) ? left : right;
}

/** The line's row at x, or null when its nearest point is farther than `reach` pixels outside of what it covers. */
export function hoverRow(
  { tag, columns: series }: Line,
  x: number,
  reach: number,
  toPixel: Place,
): HoverRow | null {
  const of = { run: series.run, tag };
  const at = nearestIndex(series.x, x, toPixel);
  const mark = nearestIndex(series.markX, x, toPixel);
  const away = (other: number) => Math.abs(toPixel(other) - toPixel(x));
  const distance = at < 0 ? Infinity : away(series.x[at]!);
  const markDistance = mark < 0 ? Infinity : away(series.markX[mark]!);
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

/** Rows, the nearest first, as the reader wants them; non-finite ones last of those ordered by value. */
export function orderRows(rows: readonly HoverRow[], order: RowOrder): HoverRow[] {
  if (order === "nearest") return [...rows];
  if (order === "name") return naturalSort(rows, ({ run, tag }) => `${run}\n${tag}`);
  const rank = (row: HoverRow) => {
    const value = row.smoothed ?? row.value;
    return Number.isFinite(value) ? (order === "highest" ? -value : value) : Infinity;
  };
  return [...rows].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}

/** The rows in full, for a spreadsheet; the first one names the columns. */
export function hoverTable(rows: readonly HoverRow[]): Table {
  const hasTags = new Set(rows.map(({ tag }) => tag)).size > 1;
  const isSmoothed = rows.some(({ smoothed }) => smoothed !== null);
  const columns: { name: string; cell: (row: HoverRow) => string; shown?: boolean }[] = [
    { name: "run", cell: ({ run }) => run },
    { name: "tag", cell: ({ tag }) => tag, shown: hasTags },
    { name: "smoothed", cell: ({ smoothed }) => plainNumber(smoothed), shown: isSmoothed },
    { name: "value", cell: ({ value }) => plainNumber(value) },
    { name: "x", cell: ({ x }) => plainNumber(x) },
    { name: "step", cell: ({ step }) => plainNumber(step) },
    { name: "wall_time", cell: ({ wallTime }) => plainNumber(wallTime) },
  ];
  const shown = columns.filter((column) => column.shown !== false);
  return [shown.map(({ name }) => name), ...rows.map((row) => shown.map(({ cell }) => cell(row)))];
}
