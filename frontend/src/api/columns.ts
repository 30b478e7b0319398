// The binary answer to one question of api/columns: what is drawn of one tag of many runs.
import { BinaryAnswer, noBytes, noFloats } from "./binary";
import { ServerError } from "./failure";
import type { ColumnsHeader, ColumnsRefusal, EventMark, SeriesHeader } from "./types";

export interface SeriesColumns {
  run: string;
  status: SeriesHeader["status"];
  points: number;
  inView: number;
  downsampled: boolean;
  superseded: number;
  /** Points that a logarithmic x axis has no place for. */
  notPositive: number;
  x: Float64Array;
  value: Float64Array;
  smoothed: Float64Array | null;
  step: Float64Array;
  wallTime: Float64Array;
  markX: Float64Array;
  markKind: Uint8Array;
  restarts: number[];
  events: EventMark[];
}

export interface Columns {
  version: number;
  tag: string;
  x: string;
  series: SeriesColumns[];
}

/** Views into the answer, no copies; throws on a refusal, and on a body that is shorter than its header says. */
export function decodeColumns(body: ArrayBuffer): Columns {
  const answer = new BinaryAnswer<ColumnsHeader | ColumnsRefusal>(body);
  if ("detail" in answer.header) throw new ServerError(answer.header.status, answer.header.detail);
  const { version, tag, x, series } = answer.header;
  return { version, tag, x, series: series.map((one) => decodeSeries(answer, x, one)) };
}

function decodeSeries(answer: BinaryAnswer<unknown>, axis: string, series: SeriesHeader): SeriesColumns {
  const floats = (name: string) => answer.floats(series.arrays, name);
  const x = floats("x") ?? noFloats;
  return {
    run: series.run,
    status: series.status,
    points: series.points,
    inView: series.in_view,
    downsampled: series.downsampled,
    superseded: series.superseded,
    notPositive: series.not_positive,
    x,
    value: floats("value") ?? noFloats,
    smoothed: floats("smoothed"),
    // An array that equals x is not sent twice.
    step: floats("step") ?? (axis === "step" ? x : noFloats),
    wallTime: floats("wall_time") ?? (axis === "wall" ? x : noFloats),
    markX: floats("mark_x") ?? noFloats,
    markKind: answer.bytes(series.arrays, "mark_kind") ?? noBytes,
    restarts: series.restarts,
    events: series.events,
  };
}
