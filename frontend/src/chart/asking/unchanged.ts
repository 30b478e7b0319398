// Whether an answer tells anything that the one before it has not told: a run grows tag by tag, and a chart whose own tags
// have not grown need not be drawn again.
import type { Columns, SeriesColumns } from "../../api/columns";

/** Of two answers to the same questions. */
export const isUnchanged = (now: readonly Columns[], before: readonly Columns[]): boolean =>
  now.length === before.length &&
  now.every(({ series }, i) => {
    const others = before[i]!.series;
    return series.length === others.length && series.every((one, j) => isSame(one, others[j]!));
  });

/** Points are only added, but for a run that has been replaced by another: that has other times. */
function isSame(one: SeriesColumns, other: SeriesColumns): boolean {
  if (one.run !== other.run || one.status !== other.status) return false;
  const [now, before] = [essence(one), essence(other)];
  return now.length === before.length && now.every((number, i) => Object.is(number, before[i]));
}

/** What is another wherever anything is. */
function essence(series: SeriesColumns): (number | undefined)[] {
  const { points, superseded, inView, notPositive, restarts, events, x, value, wallTime, markX } = series;
  const ends = [x, value, wallTime, markX].flatMap((column) => [column.length, column[0], column.at(-1)]);
  return [points, superseded, inView, notPositive, ...ends, ...restarts, ...events.map((event) => event.x)];
}
