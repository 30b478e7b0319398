import { expect, test } from "vitest";
import { gpuCharts } from "./gpu_charts";

const says = (tag: string) => (tag === "pipeline/gpu_lag" ? "How far it was behind, in milliseconds." : "");

test("what has samples is drawn, what says most first, and the rest is put aside", () => {
  const there = new Set(
    ["copy_floats", "copy_pinned", "gpu_lag", "gpu_copy", "step"].map((name) => `pipeline/${name}`),
  );
  const drawn = gpuCharts((tag) => there.has(tag), says)!;
  expect(drawn.charts.map(({ tag }) => tag)).toEqual([
    "pipeline/gpu_copy",
    "pipeline/gpu_lag",
    "pipeline/copy_pinned",
  ]);
  expect(drawn.charts[1]).toMatchObject({ title: "GPU behind the host", unit: "ms", top: null });
  expect(drawn.others.map(({ tag }) => tag)).toEqual(["pipeline/copy_floats"]);
});

test("a run without a GPU has none of it", () => {
  expect(gpuCharts((tag) => tag === "pipeline/step", says)).toBeNull();
});
