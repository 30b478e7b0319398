import { expect, test } from "vitest";
import { isWithin, spansOf } from "./spans";

const of = (x: number[], value: number[]) =>
  spansOf({ x: Float64Array.from(x), value: Float64Array.from(value) });

test("a sample tells of the time before it", () => {
  expect(of([10, 20], [2500, 500])).toEqual([
    { from: 7.5, to: 10 },
    { from: 19.5, to: 20 },
  ]);
});

test("what touches is one span, and nothing is none", () => {
  expect(of([10, 11, 12, 13], [1000, 1000, 0, NaN])).toEqual([{ from: 9, to: 11 }]);
  expect(of([10, 12], [500, 4000])).toEqual([{ from: 8, to: 12 }]);
});

test("a moment is within a span or not", () => {
  const spans = of([10], [1000]);
  expect([8.9, 9.5, 10.1].map((at) => isWithin(spans, at))).toEqual([false, true, false]);
});
