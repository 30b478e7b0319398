import { describe, expect, it } from "vitest";
import type { SeriesColumns } from "../../api/columns";
import { makeSeries } from "../fixture";
import { isUnchanged } from "./unchanged";

const answer = (...series: SeriesColumns[]) => [{ version: 1, tag: "loss", x: "step", series }];
const sketch = { x: [1, 2], value: [3, NaN], wallTime: [5, 6] };
const same = (one: SeriesColumns[], other: SeriesColumns[]) => isUnchanged(answer(...one), answer(...other));

describe("isUnchanged", () => {
  it("is so of the same points, whenever they were asked for", () => {
    expect(same([makeSeries(sketch)], [makeSeries(sketch)])).toBe(true);
    expect(isUnchanged([], [])).toBe(true);
  });

  it.each([
    ["points", { points: 9 }],
    ["superseded points", { superseded: 1 }],
    ["points in view", { inView: 1 }],
    ["a restart", { restarts: [1] }],
    ["an event", { events: [{ kind: "best" as const, x: 1 }] }],
    ["another run", { run: "b" }],
    ["another status", { status: "no_series" as const }],
    ["another x", { x: new Float64Array([1, 3]) }],
    ["another value", { value: new Float64Array([3, 4]) }],
    ["times of another run", { wallTime: new Float64Array([5, 7]) }],
    ["a mark", { markX: new Float64Array([1]) }],
  ])("is not so with %s", (_, other) => {
    expect(same([makeSeries(sketch)], [{ ...makeSeries(sketch), ...other }])).toBe(false);
    expect(same([{ ...makeSeries(sketch), ...other }], [makeSeries(sketch)])).toBe(false);
  });

  it("is not so with other runs", () => {
    expect(same([makeSeries(sketch)], [])).toBe(false);
    expect(same([], [makeSeries(sketch)])).toBe(false);
  });
});
