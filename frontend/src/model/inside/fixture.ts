// Histograms made up for tests.
import type { HistogramColumns } from "../../api/histograms";

/** `columns`: of each its step and its bins, as left, right and count. */
export function histogramsOf(columns: readonly [number, readonly (readonly [number, number, number])[]][]) {
  const bins = columns.flatMap(([, own]) => own);
  const offsets = [0];
  for (const [, own] of columns) offsets.push(offsets[offsets.length - 1]! + own.length);
  const zeros = () => new Float64Array(columns.length);
  const totals = columns.map(([, own]) => own.reduce((sum, [, , count]) => sum + count, 0));
  const found: HistogramColumns = {
    tag: "weights",
    total: columns.length,
    inView: columns.length,
    step: Float64Array.from(columns, ([step]) => step),
    lastStep: Float64Array.from(columns, ([step]) => step),
    wallTime: zeros(),
    merged: zeros().fill(1),
    count: Float64Array.from(totals),
    minimum: zeros(),
    maximum: zeros(),
    mean: zeros(),
    deviation: zeros(),
    nan: zeros(),
    positiveInfinity: zeros(),
    negativeInfinity: zeros(),
    percentiles: new Float64Array(9 * columns.length),
    offsets: Float64Array.from(offsets),
    left: Float64Array.from(bins, ([left]) => left),
    right: Float64Array.from(bins, ([, right]) => right),
    counts: Float64Array.from(bins, ([, , count]) => count),
  };
  return found;
}
