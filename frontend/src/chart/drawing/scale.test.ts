import { describe, expect, it } from "vitest";
import { makeFrame, scaleOf } from "./scale";

const shape = { width: 400, height: 100, x: [1, 10_000] as [number, number], y: [0, 10] as [number, number] };

describe("makeFrame", () => {
  it("places evenly, y upwards", () => {
    const frame = makeFrame({ ...shape, x: [0, 100], logX: false, logY: false });
    expect([frame.toX(25), frame.toY(2.5), frame.atX(100)]).toEqual([100, 75, 25]);
    expect([frame.low, frame.high]).toEqual([0, 100]);
  });

  it("gives each decade as much room on a logarithmic axis", () => {
    const frame = makeFrame({ ...shape, y: [0.1, 10], logX: true, logY: true });
    expect([1, 10, 100, 1000].map((x) => Math.round(frame.toX(x)))).toEqual([0, 100, 200, 300]);
    expect(frame.toY(1)).toBeCloseTo(50);
    expect(frame.atX(300)).toBeCloseTo(1000);
    expect(frame.atY(frame.toY(30))).toBeCloseTo(30);
    expect(Number.isFinite(frame.toX(0))).toBe(false);
    expect(Number.isFinite(frame.toX(-1))).toBe(false);
  });
});

describe("scaleOf", () => {
  it("goes there and back", () => {
    for (const log of [false, true]) expect(scaleOf(log).valueAt(scaleOf(log).place(42))).toBeCloseTo(42);
  });
});
