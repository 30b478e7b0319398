import { describe, expect, it } from "vitest";
import { readWheel } from "./wheel";

const turn = (change: Partial<Parameters<typeof readWheel>[0]>) => ({
  deltaX: 0,
  deltaY: 0,
  deltaMode: 0,
  ctrlKey: false,
  altKey: false,
  shiftKey: false,
  ...change,
});

describe("readWheel", () => {
  it("leaves plain turns to the page", () => {
    for (const zoomed of [false, true]) expect(readWheel(turn({ deltaY: 120 }), zoomed)).toBeNull();
    expect(readWheel(turn({ deltaX: 40, deltaY: 5 }), false)).toBeNull();
    expect(readWheel(turn({ deltaY: 40, shiftKey: true }), false)).toBeNull();
  });

  it("zooms with Ctrl or Alt, evenly for fingers and in steps for wheels", () => {
    const factor = (change: Parameters<typeof turn>[0]) => {
      const action = readWheel(turn(change), false);
      return action?.kind === "zoom" ? action.factor : null;
    };
    expect(factor({ deltaY: -4, ctrlKey: true })).toBeCloseTo(Math.exp(-0.04));
    expect(factor({ deltaY: 120, altKey: true })).toBeCloseTo(Math.exp(0.3));
    expect(factor({ deltaY: 3, deltaMode: 1, altKey: true })).toBeCloseTo(Math.exp(0.3));
  });

  it("moves a zoomed chart across", () => {
    expect(readWheel(turn({ deltaX: 40, deltaY: 5 }), true)).toEqual({ kind: "pan", by: 40 });
    expect(readWheel(turn({ deltaY: 40, shiftKey: true }), true)).toEqual({ kind: "pan", by: 40 });
    expect(readWheel(turn({ deltaX: -40, shiftKey: true }), true)).toEqual({ kind: "pan", by: -40 });
  });
});
