import { describe, expect, it } from "vitest";
import { gather, traceMiddles, traceUpright } from "./dense";
import type { Frame } from "./frame";
import type { Surface, Trace } from "./surface";

/** Ten pixels wide and a hundred high, one unit of x and of y for each. */
const frame: Frame = {
  width: 10,
  height: 100,
  low: 0,
  high: 10,
  toX: (x) => x,
  toY: (y) => 100 - y,
  atX: (pixel) => pixel,
  atY: (pixel) => 100 - pixel,
};

const of = (points: [number, number][], density = 1) =>
  gather(
    Float64Array.from(points, ([x]) => x),
    Float64Array.from(points, ([, y]) => y),
    frame,
    density,
  );

function recorder() {
  const calls: [string, number, number][] = [];
  const trace = {
    moveTo: (x: number, y: number) => void calls.push(["move", x, y]),
    lineTo: (x: number, y: number) => void calls.push(["line", x, y]),
  } as Trace;
  return { calls, surface: { trace: () => trace } as Surface };
}

describe("gather", () => {
  it("keeps each column's lowest and highest, and where the line comes in and goes out", () => {
    const columns = of([
      [0.1, 50],
      [0.4, 90],
      [0.6, 20],
      [0.9, 60],
      [1.1, 70],
    ]);
    expect([columns.top[0], columns.bottom[0]]).toEqual([10, 80]);
    // At x = 1 the line is halfway between 60 and 70.
    expect(columns.bottom[1]).toBeCloseTo(35);
    expect(columns.top[1]).toBeCloseTo(30);
    expect(columns.top[2]).toBe(Infinity);
  });

  it("fills the columns between two points that are far apart, also from far outside", () => {
    const columns = of([
      [-10, 0],
      [30, 40],
    ]);
    expect([...columns.top].map(Math.round)).toEqual([89, 88, 87, 86, 85, 84, 83, 82, 81, 80]);
    expect([...columns.bottom].map(Math.round)).toEqual([90, 89, 88, 87, 86, 85, 84, 83, 82, 81]);
  });

  it("breaks where a value is not finite", () => {
    const columns = of([
      [1.5, 10],
      [2.5, NaN],
      [4.5, 10],
      [6.5, 10],
    ]);
    expect([...columns.top].map(Number.isFinite)).toEqual([
      false,
      true,
      false,
      false,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it("counts the surface's own pixels", () => {
    const columns = of(
      [
        [0, 10],
        [10, 10],
      ],
      2,
    );
    expect(columns.top.length).toBe(20);
    expect(columns.middle(3)).toBe(1.75);
  });
});

describe("isSmooth", () => {
  const isSmooth = (height: number, turns: number) => {
    const x = Float64Array.from({ length: 4000 }, (_, i) => i / 40);
    const y = x.map((at) => 50 + height * Math.sin((at / 100) * 2 * Math.PI * turns));
    return gather(x, y, { ...frame, width: 100, high: 100 }, 1).isSmooth;
  };

  it("tells a line that rises and falls from one that fills its columns", () => {
    expect(isSmooth(40, 2)).toBe(true);
    expect(isSmooth(0.2, 400)).toBe(true);
    expect(isSmooth(40, 400)).toBe(false);
  });
});

describe("traces", () => {
  it("draws an upright stroke for each column, as thick as a flat line", () => {
    const { calls, surface } = recorder();
    traceUpright(
      surface,
      of([
        [0, 50],
        [10, 50],
      ]),
      100,
      { width: 2, dash: [] },
    );
    expect(calls.slice(0, 4)).toEqual([
      ["move", 0.5, 49],
      ["line", 0.5, 51],
      ["move", 1.5, 49],
      ["line", 1.5, 51],
    ]);
    expect(calls).toHaveLength(20);
  });

  it("makes steep parts wider than their column, by a part of its neighbours", () => {
    const steep = of([
      [4, 0],
      [5, 50],
      [6, 100],
    ]);
    expect([steep.top[5], steep.bottom[5]]).toEqual([0, 50]);
    const { top, bottom } = steep.broadened(0.5);
    expect([top[5], bottom[5]]).toEqual([0, 75]);
    expect([top[4], bottom[4]]).toEqual([25, 100]);
    expect(top[3]).toBe(Infinity);
  });

  it("leaves out the gaps of a dash, and what cannot be seen", () => {
    const dashed = recorder();
    traceUpright(
      dashed.surface,
      of([
        [0, 50],
        [10, 50],
      ]),
      100,
      { width: 1, dash: [3, 2] },
    );
    const at = dashed.calls.filter(([kind]) => kind === "move").map(([, x]) => x);
    expect(at).toEqual([0.5, 1.5, 2.5, 5.5, 6.5, 7.5]);
    const hidden = recorder();
    traceUpright(
      hidden.surface,
      of([
        [0, 300],
        [5, 300],
        [5, -300],
        [10, -300],
      ]),
      100,
      { width: 1, dash: [] },
    );
    expect(hidden.calls).toEqual([
      ["move", 5.5, -1],
      ["line", 5.5, 101],
    ]);
  });

  it("draws a line through the middles, with its gaps", () => {
    const { calls, surface } = recorder();
    traceMiddles(
      surface,
      of([
        [0.5, 10],
        [1.5, 20],
        [2.5, NaN],
        [4.5, 40],
      ]),
    );
    expect(calls.map(([kind, x]) => [kind, x])).toEqual([
      ["move", 0.5],
      ["line", 1.5],
      ["move", 4.5],
    ]);
  });
});
