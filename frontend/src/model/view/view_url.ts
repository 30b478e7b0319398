// The view as the address's fragment: only what differs from the defaults is written.
import type { SmoothingKind, XAxis } from "../../api/types";
import type { GroupBy } from "../runs/grouping";
import { decodeHistograms, encodeHistograms, initialHistograms, type HistogramView } from "./histogram_view";
import { decodeLayout, encodeLayout, initialLayout, type LayoutView } from "../layout/layout_url";
import { decodeMarks, encodeMarks, type Marks } from "./marks";
import type { RunSort } from "../runs/run_sort";
import { initialSelection, type Rule, type Selection } from "../runs/selection";

export type Range = [number, number];
/** Ends of a range; null: the data decide. */
export type Bounds = [number | null, number | null];

export interface Zoom {
  x: Bounds | null;
  y: Bounds | null;
}

/** In which order a tooltip tells its rows. */
export type RowOrder = "nearest" | "highest" | "lowest" | "name";

/** What a table is sorted by. */
export interface TableSort {
  column: string;
  descending: boolean;
}

export interface View extends LayoutView {
  x: XAxis;
  /** With x "series": the tag that x is the value of. */
  xTag: string | null;
  smoothing: { kind: SmoothingKind; amount: number };
  logY: boolean;
  /** Cards whose y scale is the opposite of the page's. */
  logFlips: ReadonlySet<string>;
  logX: boolean;
  /** Cards whose x scale is the opposite of the page's. */
  logXFlips: ReadonlySet<string>;
  wide: ReadonlySet<string>;
  closed: ReadonlySet<string>;
  /** Sections that are unfolded, of those that are folded unless the reader wants them. */
  opened: ReadonlySet<string>;
  closedGroups: ReadonlySet<string>;
  runFilter: string;
  tagFilter: string;
  selection: Selection;
  zooms: ReadonlyMap<string, Zoom>;
  linkZoom: boolean;
  superseded: boolean;
  /** Per cent of the points at either end that the y scale leaves out. */
  trim: Trim;
  marks: Marks;
  /** Cards that show their data table. */
  tables: ReadonlySet<string>;
  tableSort: TableSort | null;
  /** The run that tables compare all others with. */
  baseline: string | null;
  tooltipOrder: RowOrder;
  tooltipRows: number;
  size: CardSize;
  /** The tag whose newest value stands beside each run; null: the one that says most. */
  valueTag: string | null;
  sort: RunSort;
  group: GroupBy;
  /** The reader's own expression, kept while runs are grouped otherwise. */
  groupExpression: string;
  band: Band;
  /** Every run has a line, however many there are. */
  everyLine: boolean;
  starredFirst: boolean;
  /** Whether archived runs are listed and drawn, too. */
  archived: boolean;
  /** The run whose front is shown above the charts; "" for none; null: that of the only run there is. */
  front: string | null;
  /** Which of the pages of that run is shown. */
  page: RunPage;
  /** The run that the page compares it with. */
  beside: string | null;
  histograms: HistogramView;
}

/** What there is of one run: how it is doing, where the time of its steps goes, what the machine does, and what its
 * network holds. */
export const runPages = ["overview", "pipeline", "devices", "health", "histograms"] as const;
export type RunPage = (typeof runPages)[number];

export const isLogY = (view: View, card: string) => view.logY !== view.logFlips.has(card);

/** Whether a card's x is logarithmic; the time of day has no logarithm that says anything. */
export const isLogX = (view: View, card: string) =>
  view.x !== "wall" && view.logX !== view.logXFlips.has(card);

export const trims = [0, 1, 2, 5] as const;
export type Trim = (typeof trims)[number];

/** How many rows a tooltip may have. */
export const tooltipRange = { low: 1, high: 50 };

/** What a group is drawn as: the lines of its runs, or their mean with a band from the least to the greatest, or of one standard deviation. */
export type Band = "none" | "minmax" | "deviation";

export type CardSize = "small" | "medium" | "large";

/** The zoom's key when all charts zoom together. */
export const everyCard = "*";

export const initialView: View = {
  ...initialLayout,
  x: "step",
  xTag: null,
  smoothing: { kind: "exponential", amount: 0.6 },
  logY: false,
  logFlips: new Set(),
  logX: false,
  logXFlips: new Set(),
  wide: new Set(),
  closed: new Set(),
  opened: new Set(),
  closedGroups: new Set(),
  runFilter: "",
  tagFilter: "",
  selection: initialSelection,
  zooms: new Map(),
  linkZoom: false,
  superseded: false,
  trim: 0,
  marks: [],
  tables: new Set(),
  tableSort: null,
  baseline: null,
  tooltipOrder: "nearest",
  tooltipRows: 10,
  size: "medium",
  valueTag: null,
  sort: "name",
  group: "none",
  groupExpression: "",
  band: "none",
  everyLine: false,
  starredFirst: true,
  archived: false,
  front: null,
  page: "overview",
  beside: null,
  histograms: initialHistograms,
};

const axes: readonly XAxis[] = ["step", "epoch", "relative", "wall"];
const sizes: readonly CardSize[] = ["small", "medium", "large"];
const tooltipOrders: readonly RowOrder[] = ["nearest", "highest", "lowest", "name"];
const sorts: readonly RunSort[] = ["name", "highest", "lowest", "latest"];
const groupings: readonly GroupBy[] = ["none", "folder", "expression", "all"];
const bands: readonly Band[] = ["none", "minmax", "deviation"];

/** The smoothing amounts that make sense, by kind, and what to start with. */
export const smoothingRanges: Record<SmoothingKind, { low: number; high: number; start: number }> = {
  exponential: { low: 0, high: 0.999, start: 0.6 },
  time_exponential: { low: 0, high: 86400, start: 30 },
  running_mean: { low: 1, high: 100_000, start: 10 },
  gaussian: { low: 0, high: 100_000, start: 5 },
};

export function encodeView(view: View): string {
  const out = new URLSearchParams();
  if (view.x !== initialView.x) out.set("x", view.xTag === null ? view.x : `${view.x}:${view.xTag}`);
  const { kind, amount } = view.smoothing;
  if (kind !== "exponential") out.set("smoothing", `${kind}:${amount}`);
  else if (amount !== initialView.smoothing.amount) out.set("smoothing", String(amount));
  if (view.logY) out.set("log", "1");
  for (const tag of view.logFlips) out.append("flip", tag);
  if (view.logX) out.set("logx", "1");
  for (const tag of view.logXFlips) out.append("flipx", tag);
  for (const tag of view.wide) out.append("wide", tag);
  for (const name of view.closed) out.append("closed", name);
  for (const name of view.opened) out.append("opened", name);
  for (const path of view.closedGroups) out.append("folded", path);
  if (view.runFilter) out.set("runs", view.runFilter);
  if (view.tagFilter) out.set("tags", view.tagFilter);
  if (view.selection.base !== "default") out.set("select", view.selection.base);
  for (const rule of view.selection.rules) out.append("rule", encodeRule(rule));
  for (const run of view.selection.flips) out.append("run", run);
  for (const [tag, zoom] of view.zooms) out.append("zoom", encodeZoom(tag, zoom));
  if (view.linkZoom) out.set("link", "1");
  if (view.superseded) out.set("superseded", "1");
  if (view.trim > 0) out.set("trim", String(view.trim));
  if (view.marks.length > 0) out.set("marks", encodeMarks(view.marks));
  for (const name of view.tables) out.append("table", name);
  if (view.tableSort) out.set("order", (view.tableSort.descending ? "-" : "") + view.tableSort.column);
  if (view.baseline !== null) out.set("baseline", view.baseline);
  if (view.tooltipOrder !== initialView.tooltipOrder) out.set("tip", view.tooltipOrder);
  if (view.tooltipRows !== initialView.tooltipRows) out.set("tiprows", String(view.tooltipRows));
  if (view.size !== initialView.size) out.set("size", view.size);
  if (view.valueTag !== null) out.set("value", view.valueTag);
  if (view.sort !== initialView.sort) out.set("sort", view.sort);
  if (view.group !== initialView.group) out.set("group", view.group);
  if (view.groupExpression) out.set("by", view.groupExpression);
  if (view.band !== initialView.band) out.set("band", view.band);
  if (view.everyLine) out.set("lines", "all");
  if (!view.starredFirst) out.set("starred", "0");
  if (view.archived) out.set("archived", "1");
  if (view.front !== null) out.set("front", view.front);
  if (view.page !== initialView.page) out.set("page", view.page);
  if (view.beside !== null) out.set("beside", view.beside);
  encodeHistograms(view.histograms, out);
  encodeLayout(view, out);
  return out.toString();
}

/** Reads a fragment; what it does not say, or says wrongly, stays at its default. */
export function decodeView(fragment: string): View {
  const read = new URLSearchParams(fragment.replace(/^#/, ""));
  const base = read.get("select");
  const zooms = new Map<string, Zoom>();
  for (const text of read.getAll("zoom")) {
    const entry = decodeZoom(text);
    if (entry) zooms.set(...entry);
  }
  return {
    ...decodeAxis(read.get("x") ?? ""),
    smoothing: decodeSmoothing(read.get("smoothing")),
    logY: read.get("log") === "1",
    logFlips: new Set(read.getAll("flip")),
    logX: read.get("logx") === "1",
    logXFlips: new Set(read.getAll("flipx")),
    wide: new Set(read.getAll("wide")),
    closed: new Set(read.getAll("closed")),
    opened: new Set(read.getAll("opened")),
    closedGroups: new Set(read.getAll("folded")),
    runFilter: read.get("runs") ?? "",
    tagFilter: read.get("tags") ?? "",
    selection: {
      base: base === "all" || base === "none" ? base : "default",
      rules: read.getAll("rule").flatMap(decodeRule),
      flips: new Set(read.getAll("run")),
    },
    zooms,
    linkZoom: read.get("link") === "1",
    superseded: read.get("superseded") === "1",
    trim: decodeTrim(read),
    marks: decodeMarks(read.get("marks")),
    tables: new Set(read.getAll("table")),
    tableSort: decodeTableSort(read.get("order")),
    baseline: read.get("baseline"),
    tooltipOrder: tooltipOrders.find((order) => order === read.get("tip")) ?? initialView.tooltipOrder,
    tooltipRows: decodeRows(read.get("tiprows")),
    size: sizes.find((size) => size === read.get("size")) ?? initialView.size,
    valueTag: read.get("value"),
    sort: sorts.find((sort) => sort === read.get("sort")) ?? initialView.sort,
    group: groupings.find((group) => group === read.get("group")) ?? initialView.group,
    groupExpression: read.get("by") ?? "",
    band: bands.find((band) => band === read.get("band")) ?? initialView.band,
    everyLine: read.get("lines") === "all",
    starredFirst: read.get("starred") !== "0",
    archived: read.get("archived") === "1",
    front: read.get("front"),
    page: runPages.find((page) => page === read.get("page")) ?? initialView.page,
    beside: read.get("beside"),
    histograms: decodeHistograms(read),
    ...decodeLayout(read),
  };
}

/** Older links know outliers, which are the last two per cent, or none. */
function decodeTrim(read: URLSearchParams): Trim {
  const told = read.get("trim") ?? (read.get("outliers") === "0" ? "2" : "0");
  return trims.find((trim) => String(trim) === told) ?? initialView.trim;
}

function decodeTableSort(text: string | null): TableSort | null {
  const found = /^(-?)([a-z]+)$/.exec(text ?? "");
  return found ? { column: found[2]!, descending: found[1] === "-" } : null;
}

function decodeRows(text: string | null): number {
  const rows = Number(text ?? NaN);
  const { low, high } = tooltipRange;
  return Number.isInteger(rows) && rows >= low && rows <= high ? rows : initialView.tooltipRows;
}

/** The colon and what follows it name the tag of an axis that is another series. */
function decodeAxis(text: string): Pick<View, "x" | "xTag"> {
  const xTag = text.startsWith("series:") ? text.slice("series:".length) : "";
  if (xTag) return { x: "series", xTag };
  return { x: axes.find((axis) => axis === text) ?? initialView.x, xTag: null };
}

function decodeSmoothing(text: string | null): View["smoothing"] {
  if (text === null) return initialView.smoothing;
  const [amountText = "", kindText = "exponential"] = text.split(":").reverse();
  const range = Object.hasOwn(smoothingRanges, kindText)
    ? smoothingRanges[kindText as SmoothingKind]
    : undefined;
  const amount = Number(amountText);
  if (!range || amountText === "" || !(amount >= range.low && amount <= range.high))
    return initialView.smoothing;
  return { kind: kindText as SmoothingKind, amount };
}

/** No folder's path holds two slashes in a row. A group's rule has signs of its own, and its fields by name. */
function encodeRule({ below, match, group, on }: Rule): string {
  if (!group) return `${on ? "+" : "-"}${below}//${match}`;
  const fields = new URLSearchParams({ by: group.expression, group: group.name });
  if (below) fields.set("below", below);
  if (match) fields.set("match", match);
  return `${on ? ">" : "<"}${fields.toString()}`;
}

function decodeRule(text: string): Rule[] {
  if (/^[<>]/.test(text)) return decodeGroupRule(text);
  const parts = /^([+-])(.*?)\/\/(.*)$/su.exec(text);
  return parts ? [{ on: parts[1] === "+", below: parts[2]!, match: parts[3]! }] : [];
}

function decodeGroupRule(text: string): Rule[] {
  const fields = new URLSearchParams(text.slice(1));
  const [expression, name] = [fields.get("by"), fields.get("group")];
  if (expression === null || name === null) return [];
  const [below, match] = [fields.get("below") ?? "", fields.get("match") ?? ""];
  return [{ on: text.startsWith(">"), below, match, group: { expression, name } }];
}

const encodeBounds = (bounds: Bounds | null) => (bounds ? `${bounds[0] ?? ""},${bounds[1] ?? ""}` : "");

function encodeZoom(tag: string, zoom: Zoom): string {
  const y = encodeBounds(zoom.y);
  return `${encodeBounds(zoom.x)}${y ? ";" + y : ""}:${tag}`;
}

function decodeZoom(text: string): [string, Zoom] | null {
  const colon = text.indexOf(":");
  if (colon < 0) return null;
  const [x = null, y = null] = text.slice(0, colon).split(";").map(decodeBounds);
  return x || y ? [text.slice(colon + 1), { x, y }] : null;
}

function decodeBounds(text: string): Bounds | null {
  const ends = text.split(",").map((end) => (end === "" ? null : Number(end)));
  const [low = null, high = null] = ends;
  if (ends.length !== 2 || !ends.every((end) => end === null || Number.isFinite(end))) return null;
  if (low === null && high === null) return null;
  return low === null || high === null || low < high ? [low, high] : null;
}
