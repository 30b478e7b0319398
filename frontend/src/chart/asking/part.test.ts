import { describe, expect, it } from "vitest";
import { partFor } from "./part";

const at = (low: number, high: number) => ({
  range: [low, high] as [number, number],
  pixels: 1000,
  logX: false,
});

describe("partFor", () => {
  it("asks for just what rests", () => {
    expect(partFor(at(100, 200), false, at(0, 300))).toEqual(at(100, 200));
    const all = { range: null, pixels: 1000, logX: false };
    expect(partFor(all, false, at(0, 300))).toBe(all);
    expect(partFor(all, true, at(0, 300))).toBe(all);
  });

  it("asks with room around what moves, at the same fineness", () => {
    const wide = { range: [50, 250], pixels: 2000, logX: false };
    expect(partFor(at(100, 200), true, null)).toEqual(wide);
    expect(partFor(at(100, 200), true, { range: null, pixels: 1000, logX: false })).toEqual(wide);
    expect(partFor(at(100, 200), true, at(100, 200))).toEqual(wide);
    expect(partFor({ ...at(100, 200), pixels: 9000 }, true, null).pixels).toBe(10_000);
  });

  it("stays with an answer that will do", () => {
    const before = partFor(at(100, 200), true, null);
    expect(partFor(at(120, 220), true, before)).toBe(before);
    expect(partFor(at(80, 180), true, before)).toBe(before);
    expect(partFor(at(110, 190), true, before)).toBe(before);
  });

  it("asks anew near its ends, and where it is too coarse or much too fine", () => {
    const before = partFor(at(100, 200), true, null);
    expect(partFor(at(140, 240), true, before).range).toEqual([90, 290]);
    expect(partFor(at(120, 180), true, before).range).toEqual([90, 210]);
    const fine = { range: [0, 1000] as [number, number], pixels: 50_000, logX: false };
    expect(partFor(at(450, 550), true, fine).range).toEqual([400, 600]);
  });

  it("has its room by the logarithm on a logarithmic axis, and none where an end is left open", () => {
    const [low, high] = partFor({ ...at(10, 1000), logX: true }, true, null).range!;
    expect([low, high].map((end) => Math.round(end!))).toEqual([1, 10_000]);
    const open = { range: [null, 5] as [null, number], pixels: 1000, logX: false };
    expect(partFor(open, true, null)).toBe(open);
  });
});
