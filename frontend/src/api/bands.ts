// The binary answer of api/bands: groups of runs, each as the mean of its lines with their spread.
import { BinaryAnswer, noBytes, noFloats } from "./binary";
import type { BandsHeader } from "./types";

export interface BandColumns {
  name: string;
  /** How many of the group's runs have a line. */
  runs: number;
  points: number;
  x: Float64Array;
  mean: Float64Array;
  low: Float64Array;
  high: Float64Array;
  deviation: Float64Array;
  /** How many runs take part at each x. */
  count: Float64Array;
  /** Where any of the runs has a value that is not finite. */
  markX: Float64Array;
  markKind: Uint8Array;
  /** Where any of them was started again. */
  restarts: Float64Array;
}

export interface Bands {
  version: number;
  tag: string;
  x: string;
  groups: BandColumns[];
}

/** Views into the answer, no copies; throws on a body that is shorter than its header says. */
export function decodeBands(body: ArrayBuffer): Bands {
  const answer = new BinaryAnswer<BandsHeader>(body);
  const { version, tag, x, groups } = answer.header;
  const decoded = groups.map(({ name, runs, points, arrays }): BandColumns => {
    const floats = (array: string) => answer.floats(arrays, array) ?? noFloats;
    return {
      name,
      runs,
      points,
      x: floats("x"),
      mean: floats("mean"),
      low: floats("low"),
      high: floats("high"),
      deviation: floats("deviation"),
      count: floats("count"),
      markX: floats("mark_x"),
      markKind: answer.bytes(arrays, "mark_kind") ?? noBytes,
      restarts: floats("restarts"),
    };
  });
  return { version, tag, x, groups: decoded };
}
