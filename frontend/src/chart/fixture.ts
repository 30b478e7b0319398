// A series for tests, with everything unsaid left empty.
import type { SeriesColumns } from "../api/columns";
import { lookAt } from "../model/colours";
import type { Line } from "./scene";

type Sketch = Partial<
  Record<"x" | "value" | "smoothed" | "step" | "wallTime" | "markX" | "markKind", number[]>
> & {
  run?: string;
};

export function makeSeries(sketch: Sketch): SeriesColumns {
  const floats = (name: Exclude<keyof Sketch, "run">) => Float64Array.from(sketch[name] ?? []);
  const x = floats("x");
  return {
    run: sketch.run ?? "run",
    status: "ok",
    points: x.length,
    inView: x.length,
    downsampled: false,
    superseded: 0,
    notPositive: 0,
    x,
    value: floats("value"),
    smoothed: sketch.smoothed ? floats("smoothed") : null,
    step: sketch.step ? floats("step") : x,
    wallTime: floats("wallTime"),
    markX: floats("markX"),
    markKind: Uint8Array.from(sketch.markKind ?? []),
    restarts: [],
  };
}

export const makeLine = (columns: SeriesColumns, tag = "tag"): Line => ({
  tag,
  columns,
  look: lookAt(0),
  pale: false,
  dash: null,
});
