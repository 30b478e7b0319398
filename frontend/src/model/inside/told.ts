// What there is to say of one histogram, and of those that hold no values or some that are no numbers.
import { percentilesEach, type HistogramColumns } from "../../api/histograms";
import { formatCount, formatValue } from "../../format/numbers";
import { binAt } from "./raster";

/** From the greatest value to the least. */
const ranks = ["max", "93 %", "84 %", "69 %", "median", "31 %", "16 %", "7 %", "min"] as const;

/** "step 20", or "steps 20–25, 6 histograms added up". */
export function sayStep({ step, lastStep, merged }: HistogramColumns, at: number): string {
  if (merged[at] === 1) return `step ${formatCount(step[at]!)}`;
  return `steps ${formatCount(step[at]!)}–${formatCount(lastStep[at]!)}, ${formatCount(merged[at]!)} histograms added up`;
}

/** How many of its values are no finite numbers; empty where all are. */
export function sayOdd({ nan, positiveInfinity, negativeInfinity }: HistogramColumns, at: number): string {
  const found = [
    [nan[at]!, "NaN"],
    [positiveInfinity[at]!, "+∞"],
    [negativeInfinity[at]!, "−∞"],
  ] as const;
  return found
    .filter(([count]) => count > 0)
    .map(([count, name]) => `${formatCount(count)} ${name}`)
    .join(" · ");
}

/** The values that certain shares of all lie below, the greatest first; none where there are no values. */
export function percentilesOf(
  { percentiles }: HistogramColumns,
  at: number,
): { rank: string; value: number }[] {
  const own = percentiles.subarray(at * percentilesEach, (at + 1) * percentilesEach);
  if (own.length === 0 || Number.isNaN(own[0]!)) return [];
  return ranks.map((rank, place) => ({ rank, value: own[percentilesEach - 1 - place]! }));
}

/** The stored bin that a value lies in, and how densely; null where it lies in none. */
export function sayBin(
  histograms: HistogramColumns,
  at: number,
  value: number,
): { range: string; count: string; density: string } | null {
  const bin = binAt(histograms, at, value);
  if (!bin) return null;
  const share = histograms.count[at]! > 0 ? (100 * bin.count) / histograms.count[at]! : 0;
  const width = bin.right - bin.left;
  return {
    range:
      width > 0 ? `${formatValue(bin.left, 3)} to ${formatValue(bin.right, 3)}` : formatValue(bin.left, 4),
    count: `${formatValue(bin.count, 4)} of ${formatCount(histograms.count[at]!)} (${formatValue(share, 2)} %)`,
    density: width > 0 ? `${formatValue(bin.count / width, 3)} per 1` : "all at one value",
  };
}

/** One line of a histogram. */
export function sayShortly(histograms: HistogramColumns, at: number): string {
  const { count, mean, deviation, minimum, maximum } = histograms;
  const odd = sayOdd(histograms, at);
  const figures =
    count[at]! > 0
      ? `${formatValue(mean[at]!, 3)} ± ${formatValue(deviation[at]!, 3)} · ${formatValue(minimum[at]!, 3)} to ${formatValue(maximum[at]!, 3)}`
      : "no finite values";
  return [sayStep(histograms, at), figures, odd].filter(Boolean).join(" · ");
}

export type Oddity = "none" | "empty" | "not finite";

export function oddityOf(histograms: HistogramColumns, at: number): Oddity {
  const { count, nan, positiveInfinity, negativeInfinity } = histograms;
  if (nan[at]! + positiveInfinity[at]! + negativeInfinity[at]! > 0) return "not finite";
  return count[at]! > 0 ? "none" : "empty";
}

/** How many of what is shown holds NaN or infinities, or nothing at all; empty where none does. */
export function sayOddities(all: readonly HistogramColumns[]): string {
  const counts = { none: 0, empty: 0, "not finite": 0 };
  for (const histograms of all) histograms.step.forEach((_, at) => counts[oddityOf(histograms, at)]++);
  const total = formatCount(counts.none + counts.empty + counts["not finite"]);
  return [
    counts["not finite"] > 0 ? `NaN or ±∞ in ${formatCount(counts["not finite"])} of ${total}` : "",
    counts.empty > 0 ? `no values in ${formatCount(counts.empty)} of ${total}` : "",
  ]
    .filter(Boolean)
    .join(", ");
}
