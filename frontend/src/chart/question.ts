// What a card asks the server for.
import type { ColumnsQuery } from "../api/types";
import type { Card } from "../model/card";
import { isExact, isOff } from "../model/smoothing";
import type { Range, View } from "../model/view_url";

export interface Part {
  /** The part of x in view; null: all. */
  range: Range | null;
  pixels: number;
}

/** A question for each of a card's tags; `runsOf` names the runs that are drawn of a tag. */
export function queriesFor(
  card: Card,
  view: View,
  runsOf: (tag: Card["members"][number]["tag"]) => string[],
  { range, pixels }: Part,
): ColumnsQuery[] {
  const { kind, amount } = view.smoothing;
  return card.members.map(({ tag, pale, exact }) => ({
    tag: tag.tag,
    runs: runsOf(tag),
    x: view.x,
    range,
    pixels,
    smoothing: pale || exact || isExact(tag.tag) || isOff(kind, amount) ? null : view.smoothing,
    superseded: view.superseded,
  }));
}
