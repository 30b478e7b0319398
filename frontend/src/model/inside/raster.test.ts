import { describe, expect, it } from "vitest";
import { histogramsOf } from "./fixture";
import { binAt, columnAt, everySo, extentOf, rasterOf, scaleOf } from "./raster";
import { linearScale, symlogScale } from "./value_scale";

describe("rasterOf", () => {
  it("shares a bin's values out among the pixels that it covers", () => {
    const histograms = histogramsOf([[0, [[0, 2, 6], [3, 4, 2]]]]); // prettier-ignore
    const { shares, peak } = rasterOf(histograms, linearScale(0, 4), 8);
    expect([...shares].map((share) => Math.round(share * 8000) / 1000)).toEqual([
      1.5, 1.5, 1.5, 1.5, 0, 0, 1, 1,
    ]);
    expect(peak).toBeCloseTo(1.5 / 8);
  });

  it("keeps all values on any scale, in bins that are narrower than a pixel or have no width", () => {
    const bins = [[-1, -1, 3], [-0.001, 0.001, 50], [0.5, 0.50001, 7], [1, 1, 2]] as const; // prettier-ignore
    for (const scale of [linearScale(-1, 1), symlogScale(-1, 1, 0.01)]) {
      const { shares } = rasterOf(histogramsOf([[0, bins]]), scale, 13);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
    }
  });

  it("draws what lies around a spike, however high that is", () => {
    const relu = [[0, 0, 900], [0, 10, 100]] as const; // prettier-ignore
    const { shares, peak } = rasterOf(histogramsOf([[0, relu]]), linearScale(0, 10), 10);
    expect(shares[0]).toBeCloseTo(0.91);
    expect(peak).toBeCloseTo(0.04);
  });

  it("draws nothing of an empty histogram", () => {
    const { shares, peak } = rasterOf(histogramsOf([[0, []], [1, [[0, 1, 1]]]]), linearScale(0, 1), 2); // prettier-ignore
    expect([...shares]).toEqual([0, 0, 0.5, 0.5]);
    expect(peak).toBe(0.5);
  });
});

describe("what is shown", () => {
  const histograms = histogramsOf([[0, [[-1, 0, 1]]], [10, [[0, 3, 2], [3, 3, 1]]], [20, []]]); // prettier-ignore

  it("leaves out what few columns reach to, and draws none of it elsewhere", () => {
    const plain = [[0, 1, 4]] as const;
    const wild = [[-9, -8, 1], [0, 1, 1], [50, 90, 2]] as const; // prettier-ignore
    const ten = histogramsOf(Array.from({ length: 10 }, (_, at) => [at, at === 5 ? wild : plain] as const));
    expect(extentOf([ten], 0.9)).toEqual([0, 1]);
    const { shares } = rasterOf(ten, linearScale(0, 1), 2);
    expect([...shares.subarray(10, 12)]).toEqual([0.125, 0.125]);
  });

  it("reaches from the least to the greatest value of all runs", () => {
    expect(extentOf([histograms, histogramsOf([[0, [[5, 6, 1]]]])])).toEqual([-1, 6]);
    expect(extentOf([histogramsOf([])])).toBeNull();
    expect(scaleOf([histogramsOf([[0, [[2, 2, 1]]]])], false)).toMatchObject({ low: 1.48, high: 2.52 });
    const symlog = scaleOf([histograms], true)!;
    expect([symlog.low < -1, symlog.high > 3]).toEqual([true, true]);
    expect(symlog.place(-1)).toBeCloseTo(0.02 / 1.04, 3);
    expect(scaleOf([], true)).toBeNull();
  });

  it("is found by step and by value", () => {
    expect([-5, 0, 9, 10, 25].map((step) => columnAt(histograms.step, step))).toEqual([0, 0, 0, 1, 2]);
    expect(binAt(histograms, 1, 1)).toEqual({ left: 0, right: 3, count: 2 });
    expect(binAt(histograms, 1, -1)).toBeNull();
    expect(binAt(histograms, 2, 1)).toBeNull();
  });

  it("is so many of many columns, with the last one, and the same ones as more come", () => {
    expect(everySo(3, 5)).toEqual([0, 1, 2]);
    expect(everySo(9, 5)).toEqual([0, 4, 8]);
    expect(everySo(10, 5)).toEqual([0, 4, 8, 9]);
    expect(everySo(0, 5)).toEqual([]);
    for (let count = 1; count < 300; count++) expect(everySo(count, 32).length).toBeLessThanOrEqual(32);
  });
});
