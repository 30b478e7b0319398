import { describe, expect, it } from "vitest";
import { makeSeries } from "../fixture";
import {
  closeRange,
  lowerBound,
  pan,
  roundRange,
  scaleAround,
  widen,
  xExtent,
  xRange,
  yExtent,
} from "./extent";
import { linear, scaleOf } from "./scale";

const logarithmic = scaleOf(true);

const plain = { log: false, trim: 0 };

describe("extent", () => {
  it("finds the first value that is not below", () => {
    const values = Float64Array.of(1, 3, 3, 7);
    expect([0, 1, 2, 3, 4, 7, 8].map((target) => lowerBound(values, target))).toEqual([0, 0, 1, 1, 3, 3, 4]);
  });

  it("spans all x, marks too, and knows when there is none", () => {
    expect(
      xExtent([makeSeries({ x: [2, 9], value: [0, 0] }), makeSeries({ markX: [12], markKind: [0] })]),
    ).toEqual([2, 12]);
    expect(xExtent([makeSeries({})])).toBeNull();
    expect(widen([5, 5])).toEqual([4.75, 5.25]);
    expect(widen([0, 0])).toEqual([-1, 1]);
  });

  it("begins a counting axis at zero where its points begin near it", () => {
    const range = (x: number[], counts = true) => xRange([makeSeries({ x, value: x })], counts);
    expect(range([41, 1640])).toEqual([0, 1640]);
    expect(range([1, 2, 3])).toEqual([0, 3]);
    expect(range([0])).toEqual([0, 1]);
    expect(range([1])).toEqual([0, 1.05]);
    expect(range([5000, 6000])).toEqual([5000, 6000]);
    expect(range([-3, 10])).toEqual([-3, 10]);
    expect(range([1, 3], false)).toEqual([1, 3]);
    expect(xRange([], true)).toEqual([0, 1]);
  });

  it("puts a constant in the middle, zero too", () => {
    const constant = (value: number) =>
      yExtent([makeSeries({ x: [0, 1], value: [value, value] })], [0, 1], plain)!;
    expect(constant(0)).toEqual([-1, 1]);
    expect(constant(2)).toEqual([1.9, 2.1]);
  });

  it("scales y to what is in view, with a margin that does not cross zero", () => {
    const series = [makeSeries({ x: [0, 1, 2], value: [100, 1, 2] })];
    const [low, high] = yExtent(series, [1, 2], plain)!;
    expect(low).toBeCloseTo(0.94);
    expect(high).toBeCloseTo(2.06);
    expect(yExtent([makeSeries({ x: [0, 1], value: [0, 1] })], [0, 1], plain)![0]).toBe(0);
    expect(yExtent(series, [10, 20], plain)).toBeNull();
  });

  it("takes the smoothed line in and leaves non-finite values out", () => {
    const series = [makeSeries({ x: [0, 1], value: [0, Infinity], smoothed: [-5, NaN] })];
    expect(yExtent(series, [0, 1], plain)![0]).toBeLessThan(-5);
    expect(yExtent(series, [0, 1], plain)![1]).toBeLessThan(1);
  });

  it("draws only what is positive on a logarithmic scale", () => {
    const series = [makeSeries({ x: [0, 1, 2], value: [-1, 0.1, 10] })];
    const [low, high] = yExtent(series, [0, 2], { log: true, trim: 0 })!;
    expect(low).toBeGreaterThan(0);
    expect(high).toBeGreaterThan(10);
    expect(yExtent([makeSeries({ x: [0], value: [0] })], [0, 1], { log: true, trim: 0 })).toBeNull();
  });

  it("lets outliers go when asked", () => {
    const x = Array.from({ length: 200 }, (_, i) => i);
    const series = [makeSeries({ x, value: x.map((i) => (i === 0 ? 1e9 : Math.sin(i))) })];
    expect(yExtent(series, [0, 200], { log: false, trim: 2 })![1]).toBeLessThan(2);
    expect(yExtent(series, [0, 200], plain)![1]).toBeGreaterThan(1e9);
  });

  it("rounds to what a chart can show", () => {
    expect(roundRange([752.1748582230623, 1508.1294896030245])).toEqual([752.17, 1508.13]);
    expect(roundRange([1_800_000_000.123456, 1_800_000_001.5])).toEqual([
      1_800_000_000.1235, 1_800_000_001.5,
    ]);
    expect(roundRange([-1e-9, 2e-9])).toEqual([-1e-9, 2e-9]);
  });

  it("rounds the ends of many decades each by itself", () => {
    expect(roundRange([0.001234567, 98765.4321], true)).toEqual([0.0012346, 98765]);
    expect(roundRange([1000.04, 1000.06], true)).toEqual([1000.04, 1000.06]);
  });

  it("shows what is above zero on a logarithmic x axis", () => {
    const series = [makeSeries({ x: [-1, 0, 2, 50], value: [1, 1, 1, 1] })];
    expect(xRange(series, true, true)).toEqual([2, 50]);
    expect(xRange([makeSeries({ x: [0, 8], value: [1, 1] })], true, true)).toEqual([4, 16]);
    expect(xRange([], true, true)).toEqual([1, 10]);
  });

  it("fills in the ends that are left open", () => {
    expect(closeRange([null, null], [0, 9], linear)).toEqual([0, 9]);
    expect(closeRange([4, null], [0, 9], linear)).toEqual([4, 9]);
    expect(closeRange([null, 4], [0, 9], linear)).toEqual([0, 4]);
    expect(closeRange([20, null], [0, 9], linear)).toEqual([20, 29]);
    expect(closeRange([null, -5], [0, 9], linear)).toEqual([-14, -5]);
    expect(closeRange([-3, 40], [1, 10], logarithmic)).toEqual([1, 40]);
    expect(closeRange([100, null], [1, 10], logarithmic).map(Math.round)).toEqual([100, 1000]);
    expect(closeRange([-5, -1], [1, 10], logarithmic)).toEqual([1, 10]);
  });

  it("pans and scales", () => {
    expect(pan([0, 10], 0.5)).toEqual([5, 15]);
    expect(scaleAround([0, 10], 0.5, 2)).toEqual([1, 6]);
    expect(pan([1, 100], 0.5, logarithmic).map(Math.round)).toEqual([10, 1000]);
    expect(scaleAround([1, 10_000], 0.5, 100, logarithmic).map(Math.round)).toEqual([10, 1000]);
  });
});
