// Series and bands for tests, with everything unsaid left empty.
import type { BandColumns } from "../api/bands";
import type { SeriesColumns } from "../api/columns";
import { lookAt } from "../model/runs/colours";
import type { Line } from "./drawing/scene";

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
    events: [],
  };
}

export const makeLine = (columns: SeriesColumns, tag = "tag"): Line => ({
  tag,
  columns,
  look: lookAt(0),
  pale: false,
  dash: null,
  isGuest: false,
});

type BandSketch = Partial<
  Record<"x" | "mean" | "low" | "high" | "deviation" | "count" | "markX" | "markKind" | "restarts", number[]>
> & {
  name?: string;
  runs?: number;
  points?: number;
};

export function makeBand(sketch: BandSketch): BandColumns {
  const mean = sketch.mean ?? [];
  const floats = (name: Exclude<keyof BandSketch, "name" | "runs" | "points">, otherwise = mean) =>
    Float64Array.from(sketch[name] ?? otherwise);
  return {
    name: sketch.name ?? "group",
    runs: sketch.runs ?? 1,
    points: sketch.points ?? mean.length,
    x: floats("x", []),
    mean: floats("mean"),
    low: floats("low"),
    high: floats("high"),
    deviation: floats(
      "deviation",
      mean.map(() => 0),
    ),
    count: floats(
      "count",
      mean.map(() => 1),
    ),
    markX: floats("markX", []),
    markKind: Uint8Array.from(sketch.markKind ?? []),
    restarts: floats("restarts", []),
  };
}
