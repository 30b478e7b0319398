// A chart in words: how much it shows, and why it shows nothing.
import type { Columns, SeriesColumns } from "../api/columns";
import { formatCount, formatShort } from "../format/numbers";
import type { Answer } from "./feed.svelte";

export interface Summary {
  words: string;
  /** Points of all lines, drawn or not. */
  points: number;
  lines: number;
  newestStep: number | null;
}

/** Of one chart, whose tags are parts of `columns`. `xName`: the series that x is the value of. */
export function summarise(columns: readonly Columns[], xName = "epoch"): Summary {
  const shown = columns.flatMap((part) => part.series.filter((series) => series.status === "ok"));
  const points = shown.reduce((sum, series) => sum + series.points, 0);
  let newestStep: number | null = null;
  for (const { x, series } of columns) {
    for (const { step, markX } of series) {
      for (const steps of x === "step" ? [step, markX] : [step]) {
        for (const one of steps) if (newestStep === null || one > newestStep) newestStep = one;
      }
    }
  }
  const count = new Set(shown.map(({ run }) => run)).size;
  const runs = `${formatCount(count)} ${count === 1 ? "run" : "runs"}`;
  const words = `${runs}, ${formatShort(points)} ${points === 1 ? "point" : "points"}`;
  const missing = new Set(columns.flatMap((part) => part.series.filter(lacksX)).map(({ run }) => run)).size;
  return {
    words: missing > 0 ? `${words}, ${formatCount(missing)} without ${xName}` : words,
    points,
    lines: shown.length,
    newestStep,
  };
}

const lacksX = ({ status }: SeriesColumns) => status === "no_epoch" || status === "no_x_tag";

/** How many of the points drawn a logarithmic axis leaves out because they are not above zero. */
export function countBelowLog(columns: readonly Columns[]): number {
  let count = 0;
  for (const { value } of columns.flatMap(({ series }) => series)) {
    for (const y of value) if (y <= 0 && Number.isFinite(y)) count++;
  }
  return count;
}

/** How many points of the range a logarithmic x axis leaves out because their x is not above zero. */
export function countBelowLogX(columns: readonly Columns[]): number {
  return columns.flatMap(({ series }) => series).reduce((sum, { notPositive }) => sum + notPositive, 0);
}

/** What a chart without a line says in its place; null when it has one. */
export function noteFor(answer: Answer | null, error: string | null, log: boolean): string | null {
  if (error) return error;
  if (!answer) return null;
  const series = answer.columns.flatMap((part) => part.series);
  if (series.length > 0 && series.every(({ status }) => status === "no_epoch")) {
    return "These runs log no epoch series. Choose another axis, or log “epoch”.";
  }
  if (series.length > 0 && series.every(({ status }) => status === "no_x_tag")) {
    return `These runs do not log “${answer.queries[0]?.x_tag}”. Choose another axis.`;
  }
  const drawable = series.some(({ x, value, markX }) => {
    if (markX.length > 0) return true;
    return log ? value.some((y) => y > 0) : x.length > 0;
  });
  if (drawable) return null;
  if (countBelowLogX(answer.columns) > 0)
    return "Nothing here has an x above zero, so a logarithmic axis has nothing to show.";
  const some = series.some(({ x }) => x.length > 0);
  return some
    ? "Nothing here is above zero, so a logarithmic axis has nothing to show."
    : "No points in this range.";
}
