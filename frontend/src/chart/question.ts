// What a card asks the server for.
import type { ColumnsQuery } from "../api/types";
import type { Card } from "../model/card";
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
