// The view as the address's fragment: only what differs from the defaults is written.
import type { SmoothingKind, XAxis } from "../api/types";
import { decodeLayout, encodeLayout, initialLayout, type LayoutView } from "./layout_url";
import type { RunSort } from "./run_sort";
import { initialSelection, type Rule, type Selection } from "./selection";

export type Range = [number, number];

export interface Zoom {
  x: Range | null;
  y: Range | null;
}

export interface View extends LayoutView {
  x: XAxis;
  smoothing: { kind: SmoothingKind; amount: number };
  logY: boolean;
  /** Cards whose y scale is the opposite of the page's. */
  logFlips: ReadonlySet<string>;
  wide: ReadonlySet<string>;
  closed: ReadonlySet<string>;
  closedGroups: ReadonlySet<string>;
  runFilter: string;
  tagFilter: string;
  selection: Selection;
  zooms: ReadonlyMap<string, Zoom>;
  linkZoom: boolean;
  superseded: boolean;
  outliers: boolean;
  size: CardSize;
  /** The tag whose newest value stands beside each run; null: the one that says most. */
  valueTag: string | null;
  sort: RunSort;
}

export type CardSize = "small" | "medium" | "large";

/** The zoom's key when all charts zoom together. */
export const everyCard = "*";

export const initialView: View = {
  ...initialLayout,
  x: "step",
  smoothing: { kind: "exponential", amount: 0.6 },
  logY: false,
  logFlips: new Set(),
  wide: new Set(),
  closed: new Set(),
  closedGroups: new Set(),
  runFilter: "",
  tagFilter: "",
  selection: initialSelection,
  zooms: new Map(),
  linkZoom: false,
  superseded: false,
  outliers: true,
  size: "medium",
  valueTag: null,
  sort: "name",
};

const axes: readonly XAxis[] = ["step", "epoch", "relative", "wall"];
const sizes: readonly CardSize[] = ["small", "medium", "large"];
const sorts: readonly RunSort[] = ["name", "highest", "lowest", "latest"];

/** The smoothing amounts that make sense, by kind, and what to start with. */
export const smoothingRanges: Record<SmoothingKind, { low: number; high: number; start: number }> = {
  exponential: { low: 0, high: 0.999, start: 0.6 },
  time_exponential: { low: 0, high: 86400, start: 30 },
  running_mean: { low: 1, high: 100_000, start: 10 },
  gaussian: { low: 0, high: 100_000, start: 5 },
};

export function encodeView(view: View): string {
  const out = new URLSearchParams();
  if (view.x !== initialView.x) out.set("x", view.x);
  const { kind, amount } = view.smoothing;
  if (kind !== "exponential") out.set("smoothing", `${kind}:${amount}`);
  else if (amount !== initialView.smoothing.amount) out.set("smoothing", String(amount));
  if (view.logY) out.set("log", "1");
  for (const tag of view.logFlips) out.append("flip", tag);
  for (const tag of view.wide) out.append("wide", tag);
  for (const name of view.closed) out.append("closed", name);
  for (const path of view.closedGroups) out.append("folded", path);
  if (view.runFilter) out.set("runs", view.runFilter);
  if (view.tagFilter) out.set("tags", view.tagFilter);
  if (view.selection.base !== "default") out.set("select", view.selection.base);
  for (const rule of view.selection.rules) out.append("rule", encodeRule(rule));
  for (const run of view.selection.flips) out.append("run", run);
  for (const [tag, zoom] of view.zooms) out.append("zoom", encodeZoom(tag, zoom));
  if (view.linkZoom) out.set("link", "1");
  if (view.superseded) out.set("superseded", "1");
  if (!view.outliers) out.set("outliers", "0");
  if (view.size !== initialView.size) out.set("size", view.size);
  if (view.valueTag !== null) out.set("value", view.valueTag);
  if (view.sort !== initialView.sort) out.set("sort", view.sort);
  encodeLayout(view, out);
  return out.toString();
}

/** Reads a fragment; what it does not say, or says wrongly, stays at its default. */
export function decodeView(fragment: string): View {
  const read = new URLSearchParams(fragment.replace(/^#/, ""));
  const x = axes.find((axis) => axis === read.get("x")) ?? initialView.x;
  const base = read.get("select");
  const zooms = new Map<string, Zoom>();
  for (const text of read.getAll("zoom")) {
    const entry = decodeZoom(text);
    if (entry) zooms.set(...entry);
  }
  return {
    x,
    smoothing: decodeSmoothing(read.get("smoothing")),
    logY: read.get("log") === "1",
    logFlips: new Set(read.getAll("flip")),
    wide: new Set(read.getAll("wide")),
    closed: new Set(read.getAll("closed")),
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
    outliers: read.get("outliers") !== "0",
    size: sizes.find((size) => size === read.get("size")) ?? initialView.size,
    valueTag: read.get("value"),
    sort: sorts.find((sort) => sort === read.get("sort")) ?? initialView.sort,
    ...decodeLayout(read),
  };
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

/** No folder's path holds two slashes in a row. */
const encodeRule = ({ below, match, on }: Rule) => `${on ? "+" : "-"}${below}//${match}`;

function decodeRule(text: string): Rule[] {
  const parts = /^([+-])(.*?)\/\/(.*)$/su.exec(text);
  return parts ? [{ on: parts[1] === "+", below: parts[2]!, match: parts[3]! }] : [];
}

const encodeRange = (range: Range | null) => (range ? `${range[0]},${range[1]}` : "");

function encodeZoom(tag: string, zoom: Zoom): string {
  const y = encodeRange(zoom.y);
  return `${encodeRange(zoom.x)}${y ? ";" + y : ""}:${tag}`;
}

function decodeZoom(text: string): [string, Zoom] | null {
  const colon = text.indexOf(":");
  if (colon < 0) return null;
  const [x = null, y = null] = text.slice(0, colon).split(";").map(decodeRange);
  return x || y ? [text.slice(colon + 1), { x, y }] : null;
}

function decodeRange(text: string): Range | null {
  const [low = NaN, high = NaN] = text === "" ? [] : text.split(",").map(Number);
  return Number.isFinite(low) && Number.isFinite(high) && low < high ? [low, high] : null;
}
