// A chart in words: how much it shows, and why it shows nothing.
import type { Bands } from "../../api/bands";
import type { Columns, SeriesColumns } from "../../api/columns";
import { formatCount, formatShort } from "../../format/numbers";
import type { Answer } from "./feed.svelte";
import { mostNearest } from "./plan";

export interface Summary {
  words: string;
  /** Points of all lines, drawn or not. */
  points: number;
  lines: number;
  bands: number;
  newestStep: number | null;
}

/**
 * Of one chart, whose tags are parts of the answer; `isCrowd`: lines come up where the pointer is; `xName`: the series that
 * x is the value of.
 */
export function summarise(
  { columns, bands }: Pick<Answer, "columns" | "bands">,
  isCrowd: boolean,
  xName = "epoch",
): Summary {
  const shown = columns.flatMap((part) => part.series.filter((series) => series.status === "ok"));
  const groups = bands.flatMap((part) => part.groups.filter(({ runs }) => runs > 0));
  const points = [...shown, ...groups].reduce((sum, part) => sum + part.points, 0);
  const words = [describeBands(bands, isCrowd), ...describeLines(shown, groups.length > 0)];
  if (!isCrowd) words.push(`${formatShort(points)} ${points === 1 ? "point" : "points"}`);
  const lacking = new Set(columns.flatMap((part) => part.series.filter(lacksX)).map(({ run }) => run)).size;
  if (lacking > 0) words.push(`${formatCount(lacking)} without ${xName}`);
  return {
    words: words.filter((part) => part !== "").join(", "),
    points,
    lines: shown.length,
    bands: groups.length,
    newestStep: newestStepOf({ columns, bands }),
  };
}

/** How many points a run has of each tag, on average over the runs that have any. */
export function densitiesOf({ columns, bands }: Pick<Answer, "columns" | "bands">): Map<string, number> {
  const sums = new Map<string, { points: number; runs: number }>();
  const add = (tag: string, points: number, runs: number) => {
    const sum = sums.get(tag) ?? { points: 0, runs: 0 };
    sums.set(tag, { points: sum.points + points, runs: sum.runs + runs });
  };
  for (const { tag, series } of columns)
    for (const { status, points } of series) if (status === "ok") add(tag, points, 1);
  for (const { tag, groups } of bands) for (const { points, runs } of groups) add(tag, points, runs);
  return new Map([...sums].map(([tag, { points, runs }]) => [tag, points / Math.max(runs, 1)]));
}

function describeLines(shown: readonly SeriesColumns[], isBesideBands: boolean): string[] {
  const count = new Set(shown.map(({ run }) => run)).size;
  if (isBesideBands)
    return count > 0 ? [`${formatCount(count)} more as ${count === 1 ? "a line" : "lines"}`] : [];
  return [countRuns(count)];
}

const countRuns = (count: number) => `${formatCount(count)} ${count === 1 ? "run" : "runs"}`;

/** In the words of the tag that most runs have. */
function describeBands(bands: readonly Bands[], isCrowd: boolean): string {
  let [runs, groups] = [0, 0];
  for (const { groups: own } of bands) {
    runs = Math.max(
      runs,
      own.reduce((sum, group) => sum + group.runs, 0),
    );
    groups = Math.max(groups, own.filter((group) => group.runs > 0).length);
  }
  if (groups === 0) return "";
  const how = groups === 1 ? "as a band" : `in ${formatCount(groups)} bands`;
  return `${countRuns(runs)} ${how}${isCrowd ? `, the ${mostNearest} nearest as lines` : ""}`;
}

function newestStepOf({ columns, bands }: Pick<Answer, "columns" | "bands">): number | null {
  let newest = -Infinity;
  for (const { x, series } of columns) {
    for (const { step, markX } of series) {
      for (const steps of x === "step" ? [step, markX] : [step]) {
        for (const one of steps) if (one > newest) newest = one;
      }
    }
  }
  for (const { x, groups } of bands)
    if (x === "step")
      for (const group of groups)
        newest = Math.max(newest, group.x.at(-1) ?? newest, group.markX.at(-1) ?? newest);
  return newest > -Infinity ? newest : null;
}

const lacksX = ({ status }: SeriesColumns) => status === "no_epoch" || status === "no_x_tag";

/** How many of the points drawn a logarithmic axis leaves out because they are not above zero. */
export function countBelowLog({ columns, bands }: Pick<Answer, "columns" | "bands">): number {
  const lines = columns.flatMap(({ series }) => series.map(({ value }) => value));
  const means = bands.flatMap(({ groups }) => groups.map(({ mean }) => mean));
  let count = 0;
  for (const values of [...lines, ...means]) {
    for (const y of values) if (y <= 0 && Number.isFinite(y)) count++;
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
  const groups = answer.bands.flatMap((part) => part.groups);
  const lacking = lacksEvery(answer);
  if (lacking === "epoch") return "These runs log no epoch series. Choose another axis, or log “epoch”.";
  if (lacking !== null) return `These runs do not log “${lacking}”. Choose another axis.`;
  const curves = [...series, ...groups.map(({ x, high, markX }) => ({ x, value: high, markX }))];
  const drawable = curves.some(({ x, value, markX }) => {
    if (markX.length > 0) return true;
    return log ? value.some((y) => y > 0) : x.length > 0;
  });
  if (drawable) return null;
  if (countBelowLogX(answer.columns) > 0)
    return "Nothing here has an x above zero, so a logarithmic axis has nothing to show.";
  const some = curves.some(({ x }) => x.length > 0);
  return some
    ? "Nothing here is above zero, so a logarithmic axis has nothing to show."
    : "No points in this range.";
}

/** The series that x is the value of, where none of the runs has it. */
function lacksEvery({ queries, columns, bands }: Answer): string | null {
  const { x, x_tag: tag } = queries[0]!;
  const mapped = x === "epoch" ? "epoch" : tag;
  const lines = columns.flatMap(({ series }) => series.map(lacksX));
  const groups = bands.flatMap((part) => part.groups.map(({ runs }) => runs === 0));
  const lacking = [...lines, ...groups];
  return mapped !== null && lacking.length > 0 && lacking.every(Boolean) ? mapped : null;
}
