// A chart in words: how much it shows, and why it shows nothing.
import type { Columns } from "../api/columns";
import { formatCount, formatShort } from "../format/numbers";
import type { Answer } from "./feed.svelte";

export interface Summary {
  words: string;
  /** Points of all series, drawn or not. */
  points: number;
  series: number;
  newestStep: number | null;
}

export function summarise(columns: Columns): Summary {
  const shown = columns.series.filter((series) => series.status === "ok");
  const points = shown.reduce((sum, series) => sum + series.points, 0);
  let newestStep: number | null = null;
  for (const series of shown) {
    for (const steps of columns.x === "step" ? [series.step, series.markX] : [series.step]) {
      for (const step of steps) if (newestStep === null || step > newestStep) newestStep = step;
    }
  }
  const runs = `${formatCount(shown.length)} ${shown.length === 1 ? "run" : "runs"}`;
  const words = `${runs}, ${formatShort(points)} ${points === 1 ? "point" : "points"}`;
  return { words, points, series: shown.length, newestStep };
}

/** How many of the points drawn a logarithmic axis leaves out because they are not above zero. */
export function countBelowLog(columns: Columns): number {
  let count = 0;
  for (const { value } of columns.series) for (const y of value) if (y <= 0 && Number.isFinite(y)) count++;
  return count;
}

/** What a chart without a line says in its place; null when it has one. */
export function noteFor(answer: Answer | null, error: string | null, log: boolean): string | null {
  if (error) return error;
  if (!answer) return null;
  const { series } = answer.columns;
  if (series.length > 0 && series.every(({ status }) => status === "no_epoch")) {
    return "These runs log no epoch series. Choose another axis, or log “epoch”.";
  }
  const drawable = series.some(({ x, value, markX }) => {
    if (markX.length > 0) return true;
    return log ? value.some((y) => y > 0) : x.length > 0;
  });
  if (drawable) return null;
  const some = series.some(({ x }) => x.length > 0);
  return some
    ? "Nothing here is above zero, so a logarithmic axis has nothing to show."
    : "No points in this range.";
}
