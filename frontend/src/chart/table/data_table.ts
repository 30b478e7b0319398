// The table below a chart: what the runs come to in view, at one mark, or between two.
import type { Columns } from "../../api/columns";
import { toNumber } from "../../api/numbers";
import type { JsonNumber, RunStatistics, Statistics } from "../../api/types";
import { formatCount, formatValue } from "../../format/numbers";
import { plainNumber } from "../../format/table";
import { formatDuration } from "../../format/time";
import type { Table } from "../../model/view/clip";
import type { TableSort } from "../../model/view/view_url";
import { naturalSort } from "../../model/tags/order";
import { hoverRow, type HoverRow } from "../pointing/hover";
import type { Line } from "../drawing/scene";

/** What is known of one line. */
export interface Facts {
  run: string;
  tag: string;
  statistics: RunStatistics | null;
  /** The nearest points to the marks. */
  at: readonly (HoverRow | null)[];
  /** When the run began. */
  started: number | null;
}

export interface Column {
  id: string;
  head: string;
  title: string;
  value: (facts: Facts) => number | null;
  format: (value: number) => string;
}

const of = (value: JsonNumber | null | undefined) =>
  value === null || value === undefined ? null : toNumber(value);
const minus = (a: number | null, b: number | null) => (a === null || b === null ? null : a - b);
const share = (change: number | null, from: number | null) =>
  change === null || from === null || from === 0 ? null : (100 * change) / Math.abs(from);

/** The line's own value: the smoothed one, where the chart draws that. */
const drawn = (row: HoverRow | null | undefined) => (row ? (row.smoothed ?? row.value) : null);

/** An infinity has its sign already. */
export const formatSigned = (value: number) =>
  (value > 0 && Number.isFinite(value) ? "+" : "") + formatValue(value);

function formatShare(value: number): string {
  if (!Number.isFinite(value) || Math.abs(value) >= 1000) return `${formatSigned(Math.round(value))} %`;
  return `${value > 0 ? "+" : value < 0 ? "−" : ""}${Math.abs(value).toFixed(1)} %`;
}

function column(
  id: string,
  head: string,
  title: string,
  value: Column["value"],
  format: Column["format"] = formatValue,
): Column {
  return { id, head, title, value, format };
}

const change = ({ statistics }: Facts) => minus(of(statistics?.last?.value), of(statistics?.first?.value));
const between = ({ at: [a, b] }: Facts) => minus(drawn(b), drawn(a));

const min = column("min", "Min", "Least value", ({ statistics }) => of(statistics?.minimum?.value));
const max = column("max", "Max", "Greatest value", ({ statistics }) => of(statistics?.maximum?.value));
const mean = column("mean", "Mean", "Mean of every point", ({ statistics }) => of(statistics?.mean));

const ofView: readonly Column[] = [
  column("last", "Last", "Last value", ({ statistics }) => of(statistics?.last?.value)),
  min,
  column(
    "minstep",
    "at step",
    "Step of the least value",
    ({ statistics }) => statistics?.minimum?.step ?? null,
    formatCount,
  ),
  max,
  column(
    "maxstep",
    "at step",
    "Step of the greatest value",
    ({ statistics }) => statistics?.maximum?.step ?? null,
    formatCount,
  ),
  mean,
  column("std", "Std", "Standard deviation of every point", ({ statistics }) => of(statistics?.deviation)),
  column("first", "First", "First value", ({ statistics }) => of(statistics?.first?.value)),
  column("change", "Change", "From the first value to the last", change, formatSigned),
  column(
    "share",
    "%",
    "From the first value to the last, in per cent of the first",
    (facts) => share(change(facts), of(facts.statistics?.first?.value)),
    formatShare,
  ),
  column("points", "Points", "Points in view", ({ statistics }) => statistics?.points ?? null, formatCount),
];

const value = column("value", "Value", "Value as it was logged", ({ at: [a] }) => a?.value ?? null);
const smoothed = column(
  "smoothed",
  "Smoothed",
  "Value of the smoothed line",
  ({ at: [a] }) => a?.smoothed ?? null,
);
const ofOne: readonly Column[] = [
  column("step", "Step", "Step of the nearest point", ({ at: [a] }) => a?.step ?? null, formatCount),
  column(
    "time",
    "Time",
    "Since the run began",
    ({ at: [a], started }) => minus(a?.wallTime ?? null, started),
    formatDuration,
  ),
];

const bothEnds: readonly Column[] = [
  column("a", "A", "Value at A", ({ at: [a] }) => a?.value ?? null),
  column("b", "B", "Value at B", ({ at: [, b] }) => b?.value ?? null),
];
const bothEndsSmoothed: readonly Column[] = [
  column("asmoothed", "A smoothed", "Value of the smoothed line at A", ({ at: [a] }) => a?.smoothed ?? null),
  column("avalue", "A value", "Value at A as it was logged", ({ at: [a] }) => a?.value ?? null),
  column(
    "bsmoothed",
    "B smoothed",
    "Value of the smoothed line at B",
    ({ at: [, b] }) => b?.smoothed ?? null,
  ),
  column("bvalue", "B value", "Value at B as it was logged", ({ at: [, b] }) => b?.value ?? null),
];
const ofTwo: readonly Column[] = [
  column(
    "difference",
    "Difference",
    "From A to B, of the line that is drawn: smoothed where that is on",
    between,
    formatSigned,
  ),
  column(
    "percent",
    "%",
    "From A to B, in per cent of A",
    (facts) => share(between(facts), drawn(facts.at[0])),
    formatShare,
  ),
  min,
  max,
  mean,
];

/** What runs are compared by: the last value in view, the line's at A, or at B. */
const compared: readonly Column["value"][] = [
  ({ statistics }) => of(statistics?.last?.value),
  ({ at: [a] }) => drawn(a),
  ({ at: [, b] }) => drawn(b),
];
const comparedWords = ["last value", "drawn line's value at A", "drawn line's value at B"];

const isSmooth = ({ at }: Facts) => at.some((row) => (row?.smoothed ?? null) !== null);

/** Where lines are smoothed, both the line's value and the one that was logged are told, as under the cursor. */
function ownColumns(marks: number, isSmoothed: boolean): readonly Column[] {
  if (marks === 0) return ofView;
  if (marks === 1) return isSmoothed ? [smoothed, value, ...ofOne] : [value, ...ofOne];
  return [...(isSmoothed ? bothEndsSmoothed : bothEnds), ...ofTwo];
}

/** The columns with so many marks set. `baseline`: the run that all are compared with. */
export function columnsOf(marks: number, facts: readonly Facts[], baseline: string | null): Column[] {
  const own = ownColumns(marks, facts.some(isSmooth));
  const valueOf = compared[marks]!;
  const bases = new Map(facts.filter(({ run }) => run === baseline).map((one) => [one.tag, valueOf(one)]));
  if (bases.size === 0) return [...own];
  const away = (one: Facts) => minus(valueOf(one), bases.get(one.tag) ?? null);
  const words = `The ${comparedWords[marks]} less the baseline's`;
  return [
    column("baseline", "To baseline", words, away, formatSigned),
    column(
      "baselineshare",
      "%",
      `${words}, in per cent`,
      (one) => share(away(one), bases.get(one.tag) ?? null),
      formatShare,
    ),
    ...own,
  ];
}

export interface TableAnswer {
  /** The card's tags with the runs that were asked about. */
  tags: readonly { tag: string; runs: readonly string[] }[];
  /** For each of the card's tags. */
  statistics: readonly Statistics[];
  /** For each mark, for each tag: the points around it. */
  at: readonly (readonly Columns[])[];
}

/** Pixels that a run may have ended before a mark and still have a value there, as under the cursor. */
const reach = 24;

/** One for each line. */
export function factsOf(
  { tags, statistics, at }: TableAnswer,
  marks: readonly number[],
  toPixel: (x: number) => number,
): Omit<Facts, "started">[] {
  return tags.flatMap(({ tag, runs }, i) => {
    const known = new Map(statistics[i]?.runs.map((one) => [one.run, one]));
    const around = at.map((parts) => new Map(parts[i]?.series.map((one) => [one.run, one])));
    return runs.map((run) => ({
      run,
      tag,
      statistics: known.get(run) ?? null,
      at: around.map((series, mark) => {
        const columns = series.get(run);
        return columns ? hoverRow({ tag, columns } as Line, marks[mark]!, reach, toPixel) : null;
      }),
    }));
  });
}

/** Lines without a value come last, whatever the direction; without an order they keep their own. */
export function sortFacts(
  facts: readonly Facts[],
  columns: readonly Column[],
  sort: TableSort | null,
): Facts[] {
  if (sort?.column === "run") {
    const sorted = naturalSort(facts, ({ run, tag }) => `${run}\n${tag}`);
    return sort.descending ? sorted.reverse() : sorted;
  }
  const by = columns.find(({ id }) => id === sort?.column);
  if (!sort || !by) return [...facts];
  const rank = (one: Facts) => {
    const key = by.value(one);
    return key === null || Number.isNaN(key) ? Infinity : sort.descending ? -key : key;
  };
  return [...facts].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}

/** The table in full, for a spreadsheet. */
export function tableOf(facts: readonly Facts[], columns: readonly Column[]): Table {
  const hasTags = new Set(facts.map(({ tag }) => tag)).size > 1;
  return [
    ["run", ...(hasTags ? ["tag"] : []), ...columns.map(({ id }) => id)],
    ...facts.map((one) => [
      one.run,
      ...(hasTags ? [one.tag] : []),
      ...columns.map(({ value }) => plainNumber(value(one))),
    ]),
  ];
}
