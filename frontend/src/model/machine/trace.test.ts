import { expect, test } from "vitest";
import { areaPath, linePath, timeScale } from "./trace";

const scale = timeScale(0, 100, 100);
const samples = (x: number[], value: number[]) => ({
  x: Float64Array.from(x),
  value: Float64Array.from(value),
});
const down = (value: number) => 10 - value;

test("a line is broken where nothing was sampled, or what is no number", () => {
  expect(linePath(samples([1, 2, 3, 50, 51], [1, 2, 3, 4, 5]), scale, down)).toBe("M1 9L2 8L3 7M50 6L51 5");
  expect(linePath(samples([1, 2, 3, 4], [1, NaN, 3, 4]), scale, down)).toBe("M1 9h-2M3 7L4 6");
  expect(linePath(samples([], []), scale, down)).toBe("");
});

test("an area begins with the time that its first sample tells of", () => {
  const low = Float64Array.of(0, 0);
  expect(areaPath(Float64Array.of(2, 3), low, Float64Array.of(4, 5), scale, down)).toBe(
    "M1 10V6L2 6L3 5L3 10L2 10Z",
  );
});

test("a pixel is a moment and a moment a pixel", () => {
  const other = timeScale(10, 30, 400);
  expect([other.toX(20), other.atX(200)]).toEqual([200, 20]);
});
