import { describe, expect, it } from "vitest";
import { linearScale, symlogScale } from "./value_scale";

describe("scales of values", () => {
  it("go from the least to the greatest and back", () => {
    for (const scale of [linearScale(-2, 6), symlogScale(-2, 6, 0.01)]) {
      expect([scale.place(-2), scale.place(6)]).toEqual([0, 1]);
      for (const value of [-2, -0.001, 0, 0.5, 6])
        expect(scale.value(scale.place(value))).toBeCloseTo(value, 9);
    }
  });

  it("give room to small values where they are logarithmic", () => {
    const scale = symlogScale(-1, 1, 1e-4);
    expect(scale.place(0)).toBeCloseTo(0.5);
    expect(scale.place(0.01) - 0.5).toBeGreaterThan(0.25);
    expect(linearScale(-1, 1).place(0.01) - 0.5).toBeLessThan(0.01);
  });

  it("have ticks at 0 and at powers of ten on both sides", () => {
    expect(symlogScale(-0.5, 20, 1e-3).ticks(10)).toEqual([-0.1, -0.01, 0, 0.01, 0.1, 1, 10]);
    expect(symlogScale(1, 1000, 0.5).ticks(10)).toEqual([10, 100, 1000]);
  });

  it("show a single value", () => {
    expect(linearScale(3, 3).place(3)).toBe(0);
    expect(symlogScale(3, 3, 1).place(3)).toBe(0);
  });
});
