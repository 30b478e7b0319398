import { describe, expect, it } from "vitest";
import { makeLine, makeSeries } from "../fixture";
import { hoverRow, hoverTable, nearestIndex, orderRows, sortByNearest } from "./hover";

const plain = (x: number) => x;

describe("nearestIndex", () => {
  it("takes the nearer neighbour, the ends beyond them", () => {
    const values = Float64Array.of(0, 10, 20);
    expect([-5, 4, 6, 15, 99].map((target) => nearestIndex(values, target, plain))).toEqual([0, 0, 1, 1, 2]);
    expect(nearestIndex(new Float64Array(0), 1, plain)).toBe(-1);
  });
  it("measures as the axis does", () => {
    const values = Float64Array.of(1, 100);
    expect(nearestIndex(values, 20, plain)).toBe(0);
    expect(nearestIndex(values, 20, Math.log)).toBe(1);
    expect(nearestIndex(Float64Array.of(0, 100), 1, Math.log)).toBe(1);
  });
});

describe("hoverRow", () => {
  const columns = makeSeries({
    x: [0, 10, 20],
    value: [1, 2, 3],
    smoothed: [1, 1.5, 2],
    wallTime: [100, 110, 120],
    markX: [14],
    markKind: [1],
  });
  const series = makeLine(columns);
  it("gives the point and all that is known about it", () => {
    expect(hoverRow(series, 9, 1, plain)).toEqual({
      run: "run",
      tag: "tag",
      x: 10,
      value: 2,
      smoothed: 1.5,
      step: 10,
      wallTime: 110,
    });
  });
  it("gives a non-finite point where that is nearest", () => {
    expect(hoverRow(series, 14.2, 1, plain)).toMatchObject({ x: 14, value: Infinity, smoothed: null });
  });
  it("has no row outside of what a run covers", () => {
    expect(hoverRow(series, 25, 1, plain)).toBeNull();
    expect(hoverRow(series, 20.5, 1, plain)?.x).toBe(20);
    expect(hoverRow(makeLine(makeSeries({})), 0, 1, plain)).toBeNull();
  });
});

describe("sortByNearest", () => {
  it("orders by distance to the drawn line, non-finite last", () => {
    const row = (run: string, value: number) => ({
      run,
      tag: "tag",
      x: 0,
      value,
      smoothed: null,
      step: 0,
      wallTime: 0,
    });
    const rows = [row("nan", NaN), row("far", 9), row("near", 4)];
    expect(sortByNearest(rows, 5, (value) => value).map((sorted) => sorted.run)).toEqual([
      "near",
      "far",
      "nan",
    ]);
  });
});

describe("orderRows", () => {
  const row = (run: string, value: number, smoothed: number | null = null) => ({
    run,
    tag: "tag",
    x: 7,
    value,
    smoothed,
    step: 7,
    wallTime: null,
  });
  const rows = [row("run-10", 3), row("run-9", NaN), row("run-2", 9, 1), row("run-3", 2)];
  const order = (asked: Parameters<typeof orderRows>[1]) => orderRows(rows, asked).map(({ run }) => run);

  it("goes by the drawn value, non-finite ones last, or by name", () => {
    expect(order("nearest")).toEqual(["run-10", "run-9", "run-2", "run-3"]);
    expect(order("highest")).toEqual(["run-10", "run-3", "run-2", "run-9"]);
    expect(order("lowest")).toEqual(["run-2", "run-3", "run-10", "run-9"]);
    expect(order("name")).toEqual(["run-2", "run-3", "run-9", "run-10"]);
  });

  it("makes a table with the columns that say something", () => {
    expect(hoverTable([row("a", 0.1)])).toEqual([
      ["run", "value", "x", "step", "wall_time"],
      ["a", "0.1", "7", "7", ""],
    ]);
    const other = { ...row("b", NaN, 2), tag: "other" };
    expect(hoverTable([row("a", 1), other])).toEqual([
      ["run", "tag", "smoothed", "value", "x", "step", "wall_time"],
      ["a", "tag", "", "1", "7", "7", ""],
      ["b", "other", "2", "NaN", "7", "7", ""],
    ]);
  });
});
