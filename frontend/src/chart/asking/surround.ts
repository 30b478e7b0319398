// What is drawn around an answer that is for a part of x only: the points of the last answer for all of it. A view that
// is moved out of its part, or back to the whole, has something to show before the next answer is there.
import type { Columns, SeriesColumns } from "../../api/columns";
import type { ColumnsQuery } from "../../api/types";
import { lowerBound, upperBound } from "../drawing/extent";

type Bounds = readonly [number | null, number | null];

/** Whether two questions are about the same lines, whichever part of x they are for; runs may differ. */
export const isAlike = (one: ColumnsQuery, other: ColumnsQuery): boolean =>
  one.tag === other.tag &&
  one.x === other.x &&
  one.x_tag === other.x_tag &&
  one.log_x === other.log_x &&
  one.superseded === other.superseded &&
  one.smoothing?.kind === other.smoothing?.kind &&
  one.smoothing?.amount === other.smoothing?.amount;

/** `part` is the answer for `range`, `whole` one for all of x. */
export function surround(part: Columns, bounds: Bounds, whole: Columns): Columns {
  const range = [bounds[0] ?? -Infinity, bounds[1] ?? Infinity] as const;
  const known = new Map(whole.series.map((series) => [series.run, series]));
  const series = part.series.map((own) => {
    const all = known.get(own.run);
    return all ? surroundSeries(own, range, all) : own;
  });
  return { ...part, series };
}

type FloatColumn = "value" | "smoothed" | "step" | "wallTime";

function surroundSeries(
  part: SeriesColumns,
  [low, high]: readonly [number, number],
  whole: SeriesColumns,
): SeriesColumns {
  if (part.status !== "ok" || whole.status !== "ok") return part;
  // The part has the nearest points outside of its range, too.
  const before = lowerBound(whole.x, Math.min(low, part.x[0] ?? low));
  const after = upperBound(whole.x, Math.max(high, part.x.at(-1) ?? high));
  const x = join(part.x, whole.x, before, after);
  const column = (name: FloatColumn) => {
    const [own, all] = [part[name], whole[name]];
    if (own === part.x) return x;
    return own?.length === part.x.length && all?.length === whole.x.length
      ? join(own, all, before, after)
      : own;
  };
  const marksBefore = lowerBound(whole.markX, low);
  const marksAfter = upperBound(whole.markX, high);
  return {
    ...part,
    x,
    value: column("value")!,
    smoothed: column("smoothed"),
    step: column("step")!,
    wallTime: column("wallTime")!,
    markX: join(part.markX, whole.markX, marksBefore, marksAfter),
    markKind: join(part.markKind, whole.markKind, marksBefore, marksAfter),
  };
}

/** The first `before` of `all`, then `own`, then those of `all` from `after` on. */
function join<T extends Float64Array | Uint8Array>(own: T, all: T, before: number, after: number): T {
  const joined = new (own.constructor as new (length: number) => T)(before + own.length + all.length - after);
  joined.set(all.subarray(0, before));
  joined.set(own, before);
  joined.set(all.subarray(after), before + own.length);
  return joined;
}
