import { describe, expect, it } from "vitest";
import { histogramsOf } from "./fixture";
import { oddityOf, percentilesOf, sayBin, sayOdd, sayOddities, sayShortly, sayStep } from "./told";

describe("what is said of a histogram", () => {
  const histograms = histogramsOf([[10, [[0, 2, 30], [2, 2, 10]]], [20, []], [30, [[0, 1, 1]]]]); // prettier-ignore
  histograms.nan[2] = 3;
  histograms.negativeInfinity[2] = 1200;
  histograms.percentiles.fill(NaN, 9, 18);
  histograms.percentiles.set([0, 1, 2, 3, 4, 5, 6, 7, 8], 0);
  histograms.mean[0] = 1.25;
  histograms.deviation[0] = 0.5;
  histograms.maximum[0] = 2;

  it("names its step, or those that it is of", () => {
    expect(sayStep(histograms, 0)).toBe("step 10");
    const merged = histogramsOf([[1000, [[0, 1, 1]]]]);
    merged.merged[0] = 6;
    merged.lastStep[0] = 1005;
    expect(sayStep(merged, 0)).toBe("steps 1\u2009000–1\u2009005, 6 histograms added up");
  });

  it("names the bin as it was stored, with its density", () => {
    expect(sayBin(histograms, 0, 1)).toEqual({
      range: "0 to 2",
      count: "30 of 40 (75 %)",
      density: "15 per 1",
    });
    const spike = histogramsOf([[0, [[3, 3, 4]]]]);
    expect(sayBin(spike, 0, 3)).toEqual({ range: "3", count: "4 of 4 (100 %)", density: "all at one value" });
    expect(sayBin(histograms, 0, 9)).toBeNull();
  });

  it("has percentiles where there are values, the greatest first", () => {
    expect(percentilesOf(histograms, 0)).toHaveLength(9);
    expect(percentilesOf(histograms, 0)[0]).toEqual({ rank: "max", value: 8 });
    expect(percentilesOf(histograms, 0)[4]).toEqual({ rank: "median", value: 4 });
    expect(percentilesOf(histograms, 1)).toEqual([]);
  });

  it("tells of what is not finite, and of what is empty", () => {
    expect([0, 1, 2].map((at) => oddityOf(histograms, at))).toEqual(["none", "empty", "not finite"]);
    expect(sayOdd(histograms, 2)).toBe("3 NaN · 1\u2009200 −∞");
    expect(sayOddities([histograms, histograms])).toBe("NaN or ±∞ in 2 of 6, no values in 2 of 6");
    expect(sayOddities([histogramsOf([[0, [[0, 1, 1]]]])])).toBe("");
  });

  it("fits into a line", () => {
    expect(sayShortly(histograms, 0)).toBe("step 10 · 1.25 ± 0.500 · 0 to 2");
    expect(sayShortly(histograms, 1)).toBe("step 20 · no finite values");
    expect(sayShortly(histograms, 2)).toBe("step 30 · 0 ± 0 · 0 to 0 · 3 NaN · 1\u2009200 −∞");
  });
});
