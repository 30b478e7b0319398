import { describe, expect, it } from "vitest";
import { labelLogXTicks, labelXTicks, linearTicks, logTicks, logXTicks, stepSpacings } from "./ticks";

describe("logTicks", () => {
  it("shows decades when there are many, skipping some when there are too many", () => {
    expect(logTicks(0.0005, 20, 6)).toEqual([0.001, 0.01, 0.1, 1, 10]);
    expect(logTicks(1e-12, 1, 4).length).toBeLessThanOrEqual(5);
  });
  it("shows 1-2-5 within about a decade and even steps within less", () => {
    expect(logTicks(0.9, 12, 5)).toEqual([1, 2, 5, 10]);
    expect(logTicks(2, 3, 5)).toEqual([2, 2.2, 2.4, 2.6, 2.8, 3]);
  });
});

describe("linearTicks", () => {
  it("steps by 1, 2 or 5", () => {
    expect(linearTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks(-3, 12, 4)).toEqual([0, 5, 10]);
  });
});

describe("labelXTicks", () => {
  it("labels by the axis", () => {
    expect(labelXTicks("step", [0, 20000])).toEqual(["0", "20k"]);
    expect(labelXTicks("relative", [0, 3600, 7200])).toEqual(["0", "1 h", "2 h"]);
    expect(labelXTicks("wall", [1_800_000_000])[0]).toMatch(/\d/);
  });
});

describe("logXTicks", () => {
  const both = (...asked: Parameters<typeof logXTicks>) => labelLogXTicks(asked[0], logXTicks(...asked));
  it("has whole steps only", () => {
    expect(logXTicks("step", 1, 200, 20)).toEqual([1, 2, 5, 10, 20, 50, 100, 200]);
    expect(logXTicks("step", 1, 4, 10)).toEqual([1, 2, 3, 4]);
    expect(both("step", 1, 2e6, 7)).toEqual(["1", "10", "100", "1k", "10⁴", "10⁵", "10⁶"]);
  });
  it("counts time in its own units, as far apart as there is room for", () => {
    expect(both("relative", 1, 7200, 8)).toEqual(["1 s", "5 s", "30 s", "2 min", "10 min", "1 h"]);
    expect(both("relative", 100, 103, 3)).toEqual(["1m 40s", "1m 41s", "1m 42s", "1m 43s"]);
  });
});

describe("stepSpacings", () => {
  it("are whole and ascend", () => {
    expect(stepSpacings.slice(0, 5)).toEqual([1, 2, 5, 10, 20]);
    expect(stepSpacings.every((spacing) => Number.isSafeInteger(spacing))).toBe(true);
  });
});
