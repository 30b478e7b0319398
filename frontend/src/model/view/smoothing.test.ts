import { describe, expect, it } from "vitest";
import { amountAt, isExact, isOff, sliderAt, smoothingKinds } from "./smoothing";
import { smoothingRanges } from "./view_url";

describe("the smoothing slider", () => {
  it.each(smoothingKinds)(
    "%s: starts off, ends at most, rises between, and comes back to its place",
    (kind) => {
      expect(isOff(kind, amountAt(kind, 0))).toBe(true);
      expect(amountAt(kind, 1)).toBeCloseTo(smoothingRanges[kind].high, 3);
      let before = -1;
      for (let place = 0; place <= 1; place += 0.1) {
        const amount = amountAt(kind, place);
        expect(amount).toBeGreaterThanOrEqual(before);
        before = amount;
      }
      for (const place of [0.5, 0.8, 1]) expect(sliderAt(kind, amountAt(kind, place))).toBeCloseTo(place, 1);
    },
  );
  it("reaches the familiar weights in thirds", () => {
    expect([1 / 3, 2 / 3, 1].map((place) => amountAt("exponential", place))).toEqual([0.9, 0.99, 0.999]);
  });
});

describe("isExact", () => {
  it("knows counters and settings by their names", () => {
    expect(["epoch", "train/epoch", "optimizer/Learning_Rate", "lr"].every(isExact)).toBe(true);
    expect(["train/loss/epoch_mean", "lrs", "epochs/loss"].some(isExact)).toBe(false);
  });
});
