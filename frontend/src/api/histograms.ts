// The binary answer of api/histograms: the histograms of a tag, each with the bins that it was stored with.
import { BinaryAnswer, noFloats } from "./binary";
import type { HistogramsHeader } from "./types";

/** Of each column, the oldest first; bins of all columns one after the other. */
export interface HistogramColumns {
  tag: string;
  /** How many histograms there are, and how many of them lie in the range. */
  total: number;
  inView: number;
  step: Float64Array;
  lastStep: Float64Array;
  wallTime: Float64Array;
  /** How many histograms each column stands for. */
  merged: Float64Array;
  count: Float64Array;
  minimum: Float64Array;
  maximum: Float64Array;
  mean: Float64Array;
  deviation: Float64Array;
  nan: Float64Array;
  positiveInfinity: Float64Array;
  negativeInfinity: Float64Array;
  /** Nine of each column. */
  percentiles: Float64Array;
  /** Where the bins of each column begin, and where the last one's end. */
  offsets: Float64Array;
  left: Float64Array;
  right: Float64Array;
  counts: Float64Array;
}

export const percentilesEach = 9;

/** Views into the answer, no copies; throws on a body that is shorter than its header says. */
export function decodeHistograms(body: ArrayBuffer): HistogramColumns {
  const answer = new BinaryAnswer<HistogramsHeader>(body);
  const { tag, total, in_view, arrays } = answer.header;
  const floats = (name: string) => answer.floats(arrays, name) ?? noFloats;
  return {
    tag,
    total,
    inView: in_view,
    step: floats("step"),
    lastStep: floats("last_step"),
    wallTime: floats("wall_time"),
    merged: floats("merged"),
    count: floats("count"),
    minimum: floats("minimum"),
    maximum: floats("maximum"),
    mean: floats("mean"),
    deviation: floats("deviation"),
    nan: floats("nan"),
    positiveInfinity: floats("positive_infinity"),
    negativeInfinity: floats("negative_infinity"),
    percentiles: floats("percentiles"),
    offsets: floats("offsets"),
    left: floats("left"),
    right: floats("right"),
    counts: floats("counts"),
  };
}
