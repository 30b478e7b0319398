import { expect, test } from "vitest";
import { aligned, medianOf, spacingOf, unbroken, valueAt, within, type Samples } from "./samples";

const x = Float64Array.from([1, 2, 3, 10, 11]);
const samples: Samples = { x, value: Float64Array.from([5, 6, 7, 8, 9]) };

test("the median leaves out what is no number", () => {
  expect(medianOf([3, NaN, 1, 2])).toBe(2);
  expect(medianOf([4, 1])).toBe(2.5);
  expect(medianOf([NaN])).toBeNull();
});

test("spacing is that of most samples", () => {
  expect(spacingOf(x)).toBe(1);
  expect(spacingOf(Float64Array.of(7))).toBe(1);
});

test("a pause breaks a line", () => {
  expect(unbroken(x, 3)).toEqual([
    [0, 3],
    [3, 5],
  ]);
  expect(unbroken(new Float64Array(), 3)).toEqual([]);
});

test("values are those of the nearest sample, within reach", () => {
  expect([2.4, 2.6, 6.5, 12].map((at) => valueAt(samples, at))).toEqual([6, 7, null, 9]);
  expect([...aligned(samples, Float64Array.of(1.2, 2.6, 5), 1)]).toEqual([5, 7, NaN]);
  expect(within(samples, [2, 10])).toEqual([6, 7, 8]);
});
