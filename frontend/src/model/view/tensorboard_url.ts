// Addresses of TensorBoard's page as this page's view, so that bookmarks and links in old notes keep working. Its Time
// Series page keeps its state in the query, `?tagFilter=loss&smoothing=0.9#timeseries`; its older pages keep theirs behind
// the name of the tab, `#scalars&regexInput=cnn&_smoothingWeight=0.9`.
import type { XAxis } from "../../api/types";
import type { ThemeChoice } from "./theme.svelte";
import { onlyRule, setRule } from "../runs/selection";
import { initialView, smoothingRanges, type View } from "./view_url";

export interface Link {
  /** What the link shows; null where it names nothing but a tab. */
  view: View | null;
  /** The address's query without what is TensorBoard's. */
  search: string;
}

/** The view with one of the link's settings; where the setting is none, the view as it is. */
type Translation = (view: View, value: string) => View;

const filterRuns = (view: View, runFilter: string): View =>
  // TensorBoard's filter hides the lines of the other runs, too.
  runFilter === "" ? view : { ...view, runFilter, selection: onlyRule(ruleOf(runFilter, true)) };

const setSmoothing: Translation = (view, value) => {
  const { low, high } = smoothingRanges.exponential;
  const amount = value.trim() === "" ? NaN : Number(value);
  if (Number.isNaN(amount)) return view;
  return { ...view, smoothing: { kind: "exponential", amount: Math.min(high, Math.max(low, amount)) } };
};

const axes: ReadonlyMap<string, XAxis> = new Map([
  ["step", "step"],
  ["relative", "relative"],
  ["wall_time", "wall"],
  ["walltime", "wall"],
]);

const setAxis: Translation = (view, value) => {
  const x = axes.get(value);
  return x ? { ...view, x } : view;
};

/** Without outliers TensorBoard's y reaches from the 5th to the 95th percentile. */
const itsTrim = 5;

const setOutliers: Translation = (view, value) =>
  value === "true" || value === "false" ? { ...view, trim: value === "true" ? itsTrim : 0 } : view;

/** In the order in which they are applied: single runs after the filter. */
const inQuery: readonly [string, Translation][] = [
  ["tagFilter", (view, value) => ({ ...view, tagFilter: ignoringCase(value) })],
  ["runFilter", (view, value) => filterRuns(view, ignoringCase(value))],
  ["smoothing", setSmoothing],
  ["pinnedCards", pinCards],
  ["runColorGroup", groupRuns],
];

const behindTab: readonly [string, Translation][] = [
  ["tagFilter", (view, value) => ({ ...view, tagFilter: asUnicode(value) })],
  ["regexInput", (view, value) => filterRuns(view, asUnicode(value))],
  ["runSelectionState", chooseRuns],
  ["_smoothingWeight", setSmoothing],
  ["_ignoreYOutliers", setOutliers],
  ["_xType", setAxis],
  ["_xAxisType", setAxis],
];

const darkMode = "darkMode";
/** What else TensorBoard writes into its query. */
const untranslated = [darkMode, "experimentalPlugin", "forceSVG"];
const queryKeys = [...inQuery.map(([key]) => key), ...untranslated];

/** Null for an address that is not TensorBoard's. */
export function readLink(search: string, hash: string): Link | null {
  const query = new URLSearchParams(search);
  // This page's own fragments are made of fields with values alone.
  const isTab = /^#[\w-]+(&|$)/.test(hash);
  if (!isTab && (hash.length > 1 || !queryKeys.some((key) => query.has(key)))) return null;
  const fields = fieldsBehindTab(hash);
  const view = translated(
    translated(initialView, inQuery, (key) => query.get(key)),
    behindTab,
    (key) => fields.get(key) ?? null,
  );
  for (const key of queryKeys) query.delete(key);
  const rest = query.toString();
  return { view: view === initialView ? null : view, search: rest === "" ? "" : `?${rest}` };
}

/** The theme that a link asks for; null where it leaves that to the reader. */
export function linkedTheme(search: string): ThemeChoice | null {
  const value = new URLSearchParams(search).get(darkMode);
  return value === null ? null : value === "false" ? "light" : "dark";
}

function translated(
  view: View,
  table: readonly [string, Translation][],
  valueOf: (key: string) => string | null,
): View {
  return table.reduce((before, [key, translate]) => {
    const value = valueOf(key);
    return value === null ? before : translate(before, value);
  }, view);
}

function fieldsBehindTab(hash: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const field of hash.slice(1).split("&")) {
    const [key = "", value] = field.split("=");
    try {
      if (value !== undefined) fields.set(decodeURIComponent(key), decodeURIComponent(value));
    } catch {
      // A broken escape: the field says nothing.
    }
  }
  return fields;
}

/** Cards of scalars: `[{"plugin": "scalars", "tag": "loss"}]`. */
function pinCards(view: View, value: string): View {
  try {
    const cards: unknown = JSON.parse(value);
    const tags = (Array.isArray(cards) ? cards : []).flatMap(
      (card: { plugin?: unknown; tag?: unknown } | null) =>
        card?.plugin === "scalars" && typeof card.tag === "string" ? [card.tag] : [],
    );
    return tags.length > 0 ? { ...view, pinned: new Set(tags) } : view;
  } catch {
    return view;
  }
}

/** `regex:` and an expression whose groups tell the runs' colours; other groupings say nothing here. */
function groupRuns(view: View, value: string): View {
  const expression = /^regex:(.+)$/su.exec(value)?.[1];
  return expression === undefined
    ? view
    : { ...view, group: "expression", groupExpression: asUnicode(expression) };
}

const ruleOf = (match: string, on: boolean) => ({ below: "", match, on });

/** Runs that were switched off stay off; those switched on stay on even where others start hidden. */
function chooseRuns(view: View, value: string): View {
  const states = Object.entries(readStates(value));
  const named = (on: boolean) => states.filter(([, state]) => state === on).map(([run]) => run);
  const off = named(false);
  const on = view.runFilter === "" ? named(true) : [];
  if (off.length + on.length === 0) return view;
  let { selection } = view;
  if (on.length > 0) selection = setRule(selection, ruleOf(oneOf(on), true));
  if (off.length > 0) selection = setRule(selection, ruleOf(oneOf(off), false));
  return { ...view, selection };
}

function readStates(base64: string): object {
  try {
    const states: unknown = JSON.parse(atob(base64));
    return typeof states === "object" && states !== null ? states : {};
  } catch {
    return {};
  }
}

const oneOf = (runs: string[]) =>
  `^(?:${runs.map((run) => run.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|")})$`;

// A class, an escape, a named group's opening, or any other character.
const tokens = /\[(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\k<[^>]*>|\\.|\(\?<[A-Za-z_$][^>]*>|./gsu;

/** This page's filters are Unicode expressions, which do not allow an escape where none is needed. */
function asUnicode(expression: string): string {
  return expression.replace(tokens, (token) =>
    token.startsWith("[")
      ? token.replace(/\\([^\w^$\\.*+?()[\]{}|/-]|_)/gsu, "$1")
      : token.replace(/^\\([^\w^$\\.*+?()[\]{}|/]|_)$/su, "$1"),
  );
}

/** This page's filters tell capitals apart where they hold one; TensorBoard's never do. */
function ignoringCase(expression: string): string {
  return asUnicode(expression).replace(tokens, (token) => {
    if (token.startsWith("[")) return token.replace(/\\.|./gsu, lowerCase);
    return token.startsWith("(?<") ? token : lowerCase(token);
  });
}

const lowerCase = (token: string) => (token.startsWith("\\") ? token : token.toLowerCase());
