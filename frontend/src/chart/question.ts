// What a card asks the server for.
import type { ColumnsQuery, StatisticsQuery } from "../api/types";
import type { Card } from "../model/card";
import type { TableQuestion } from "./table_feed.svelte";
import { isExact, isOff } from "../model/smoothing";
import type { Bounds, View } from "../model/view_url";

export interface Part {
  /** The part of x in view; null: all. */
  range: Bounds | null;
  pixels: number;
  logX: boolean;
}

/** A question for each of a card's tags; `runsOf` names the runs that are drawn of a tag. */
export function queriesFor(
  card: Card,
  view: View,
  runsOf: (tag: Card["members"][number]["tag"]) => string[],
  { range, pixels, logX }: Part,
): ColumnsQuery[] {
  const { kind, amount } = view.smoothing;
  return card.members.map(({ tag, pale }) => ({
    tag: tag.tag,
    runs: runsOf(tag),
    x: view.x,
    x_tag: view.xTag,
    log_x: logX,
    range,
    pixels,
    smoothing: isOff(kind, amount) || isExact(tag.tag) || pale ? null : view.smoothing,
    superseded: view.superseded,
  }));
}

/** What a card's table asks: statistics between the marks, or of what is in view, and the points at each mark. */
export function tableQuestion(queries: readonly ColumnsQuery[], marks: readonly number[]): TableQuestion {
  const between: Bounds | null = marks.length === 2 ? [Math.min(...marks), Math.max(...marks)] : null;
  const statistics = queries.map(({ tag, runs, x, x_tag, superseded, range, log_x }): StatisticsQuery => {
    const [low, high] = between ?? range ?? [null, null];
    // A logarithmic axis shows nothing of what is not above zero.
    const from = log_x ? Math.max(low ?? 0, Number.MIN_VALUE) : low;
    return { tag, runs, x, x_tag, superseded, range: [from, high] };
  });
  const at = marks.map((x) => queries.map((query) => ({ ...query, range: [x, x] as Bounds, pixels: 1 })));
  const tags = queries.map(({ tag, runs }) => ({ tag, runs }));
  return { tags, marks, statistics: marks.length === 1 ? [] : statistics, at };
}
