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

/** As many pixels as the server chooses points for. */
const mostPixels = 10_000;
/** What is asked for on each side of a view that moves, and what must be left of it there, in widths of the view. */
const margin = 0.5;
const leastMargin = 0.2;
/** A view that moves makes do with so many of its pixels, until the next answer is there. */
const leastFine = 0.7;
/** Nothing much finer is kept, either: a view that has become so much wider has use for other points. */
const mostFine = 4;

/**
 * The part to ask for. What rests is asked for exactly; what moves with room around it, so that there is something to
 * be seen where it is going to: and then `before` remains the answer for as long as the view keeps inside of it.
 */
export function partFor(view: Part, moving: boolean, before: Part | null): Part {
  if (!moving || !view.range) return view;
  const [low, high] = view.range;
  const width = high - low;
  if (before?.range) {
    const room = Math.min(low - before.range[0], before.range[1] - high);
    const fineness = (before.pixels * width) / (before.range[1] - before.range[0]) / view.pixels;
    if (room >= leastMargin * width && fineness >= leastFine && fineness <= mostFine) return before;
  }
  return {
    range: [low - margin * width, high + margin * width],
    pixels: Math.min(Math.round(view.pixels * (1 + 2 * margin)), mostPixels),
  };
}

/** A question for each of a card's tags; `runsOf` names the runs that are drawn of a tag. */
export function queriesFor(
  card: Card,
  view: View,
  runsOf: (tag: Card["members"][number]["tag"]) => string[],
  { range, pixels }: Part,
): ColumnsQuery[] {
  const { kind, amount } = view.smoothing;
  return card.members.map(({ tag, pale }) => ({
    tag: tag.tag,
    runs: runsOf(tag),
    x: view.x,
    range,
    pixels,
    smoothing: isOff(kind, amount) || isExact(tag.tag) || pale ? null : view.smoothing,
    superseded: view.superseded,
  }));
}
