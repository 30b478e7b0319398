// A series for tests, with everything unsaid left empty.
import type { SeriesColumns } from "../api/columns";

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
