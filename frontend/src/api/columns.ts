// The binary answer of api/columns: u32 length, JSON header, 8-aligned little-endian arrays.

import type { ColumnsHeader, SeriesHeader } from "./types";

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
}

export interface Columns {
  version: number;
  tag: string;
  x: string;
  series: SeriesColumns[];
}

const noFloats = new Float64Array(0);
const noBytes = new Uint8Array(0);

/** Views into the answer, no copies; throws on a body that is shorter than its header says. */
export function decodeColumns(body: ArrayBuffer): Columns {
  if (body.byteLength < 4)
    throw new Error(`The server's columns hold ${body.byteLength} bytes, fewer than a header.`);
  const headerLength = new DataView(body).getUint32(0, true);
  const base = 4 + headerLength;
  if (base > body.byteLength)
    throw new Error(`The server's columns end inside their header (${body.byteLength} bytes).`);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(body, 4, headerLength))) as ColumnsHeader;
  return {
    version: header.version,
    tag: header.tag,
    x: header.x,
    series: header.series.map((series) => decodeSeries(body, base, header.x, series)),
  };
}

function decodeSeries(body: ArrayBuffer, base: number, axis: string, series: SeriesHeader): SeriesColumns {
  const floats = (name: string): Float64Array | null => {
    const place = series.arrays[name];
    if (!place) return null;
    return new Float64Array(body, base + place.offset, place.length);
  };
  const kinds = series.arrays["mark_kind"];
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
    markKind: kinds ? new Uint8Array(body, base + kinds.offset, kinds.length) : noBytes,
    restarts: series.restarts,
  };
}
