// The part of x that a chart asks for.
import type { Bounds, Range } from "../../model/view/view_url";
import { scaleOf } from "../drawing/scale";

export interface Part {
  /** In view; null: all. */
  range: Bounds | null;
  pixels: number;
  logX: boolean;
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
  const { place, valueAt } = scaleOf(view.logX);
  const placed = (range: Bounds | null): Range | null => {
    const [low, high] = range ?? [null, null];
    return low === null || high === null ? null : [place(low), place(high)];
  };
  const [own, known] = [placed(view.range), placed(before?.range ?? null)];
  if (!moving || !own) return view;
  const width = own[1] - own[0];
  if (before && known && before.logX === view.logX) {
    const room = Math.min(own[0] - known[0], known[1] - own[1]);
    const fineness = (before.pixels * width) / (known[1] - known[0]) / view.pixels;
    if (room >= leastMargin * width && fineness >= leastFine && fineness <= mostFine) return before;
  }
  return {
    range: [valueAt(own[0] - margin * width), valueAt(own[1] + margin * width)],
    pixels: Math.min(Math.round(view.pixels * (1 + 2 * margin)), mostPixels),
    logX: view.logX,
  };
}
