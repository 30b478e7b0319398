// A small line without axes: what a run's metric has done, at a glance.
import type { SeriesColumns } from "../../api/columns";

export interface Spark {
  /** Commands of an SVG path. */
  path: string;
  /** Where the newest value is; null where it is no number. */
  end: { x: number; y: number } | null;
  newest: number;
  low: number;
  high: number;
  /** Where something has happened, by kind. */
  marks: { kind: string; x: number }[];
}

/** The line in a box, the smoothed one where there is one; null where there is nothing to draw. */
export function sparkOf(columns: SeriesColumns, width: number, height: number): Spark | null {
  const { x, value } = columns;
  const y = columns.smoothed ?? value;
  const finite = [...y].filter(Number.isFinite);
  if (x.length === 0 || finite.length === 0) return null;
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const [first, last] = [x[0]!, x[x.length - 1]!];
  const inset = 2;
  const across = (at: number) =>
    last === first ? width - inset : inset + ((at - first) / (last - first)) * (width - 2 * inset);
  const down = (at: number) =>
    high === low ? height / 2 : inset + ((high - at) / (high - low)) * (height - 2 * inset);
  let path = "";
  let isDrawing = false;
  for (let i = 0; i < x.length; i++) {
    const isFinite = Number.isFinite(y[i]!);
    if (isFinite) path += `${isDrawing ? "L" : "M"}${round(across(x[i]!))} ${round(down(y[i]!))}`;
    isDrawing = isFinite;
  }
  const newest = value[value.length - 1]!;
  const drawn = y[y.length - 1]!;
  return {
    path,
    end: Number.isFinite(drawn) ? { x: across(last), y: down(drawn) } : null,
    newest,
    low,
    high,
    marks: columns.events
      .map(({ kind, x: at }) => ({ kind, x: across(at) }))
      .filter(({ x: at }) => at >= 0 && at <= width),
  };
}

const round = (length: number) => Math.round(length * 10) / 10;
