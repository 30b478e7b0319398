import { describe, expect, it } from "vitest";
import { columnBounds, strength } from "./frame";
import { stretches, strengthOf } from "./bands";
import { ridgeAt, ridgesOf } from "./ridges";

const columns = (...steps: number[]) => ({
  step: Float64Array.of(...steps),
  lastStep: Float64Array.of(...steps),
});

describe("columns across", () => {
  it("reach half-way to their neighbours, and leave a gap where nothing was logged", () => {
    const range = [0, 100] as const;
    expect(columnBounds(columns(0, 10, 20, 80, 90), range)).toEqual([
      [-0.05, 0.05],
      [0.05, 0.15],
      [0.15, 0.25],
      [0.75, 0.85],
      [0.85, 0.95],
    ]);
    expect(columnBounds(columns(50), range)).toEqual([[0.495, 0.505]]);
    expect(columnBounds(columns(), range)).toEqual([]);
  });

  it("have no band where there are no values", () => {
    const percentiles = new Float64Array(9 * 5);
    percentiles.fill(NaN, 18, 27);
    expect(stretches(percentiles, 5)).toEqual([
      [0, 1],
      [3, 4],
    ]);
    expect(stretches(new Float64Array(0), 0)).toEqual([]);
    expect(strengthOf(0)).toBeCloseTo(0.14);
    expect(strengthOf(1)).toBeCloseTo(1 - 0.86 * 0.8);
  });
});

describe("ridges", () => {
  it("stand one before the other, the newest in front, or all on the same ground", () => {
    const ridges = ridgesOf(200, "ridge", 100);
    expect(ridges.length).toBeLessThanOrEqual(32);
    expect(ridges[0]).toEqual({ column: 0, base: 40 });
    expect(ridges.at(-1)).toEqual({ column: 199, base: 100 });
    expect(new Set(ridgesOf(200, "overlay", 100).map(({ base }) => base))).toEqual(new Set([100]));
    expect(ridgesOf(1, "ridge", 100)).toEqual([{ column: 0, base: 100 }]);
  });

  it("are found by the nearest step", () => {
    const histograms = columns(0, 10, 20);
    const ridges = ridgesOf(3, "ridge", 100);
    expect([-5, 4, 6, 99].map((step) => ridgeAt(histograms, ridges, step))).toEqual([0, 0, 1, 2]);
  });

  it("are as high as a share is of the peak, or as its logarithm down to a ten-thousandth", () => {
    expect(strength(0.5, { peak: 0.25, isLog: false })).toBe(2);
    expect(strength(0.25, { peak: 0.25, isLog: true })).toBe(1);
    expect(strength(0.25e-2, { peak: 0.25, isLog: true })).toBeCloseTo(0.5);
    expect(strength(0.25e-5, { peak: 0.25, isLog: true })).toBe(0);
    expect(strength(0, { peak: 0.25, isLog: true })).toBe(0);
    expect(strength(0.5, { peak: 0, isLog: false })).toBe(0);
  });
});
