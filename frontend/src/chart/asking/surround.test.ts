import { describe, expect, it } from "vitest";
import type { Columns, SeriesColumns } from "../../api/columns";
import type { ColumnsQuery } from "../../api/types";
import { makeSeries } from "../fixture";
import { isAlike, surround } from "./surround";

const columns = (...series: SeriesColumns[]): Columns => ({ version: 1, tag: "loss", x: "step", series });
const line = (x: number[], sketch: Parameters<typeof makeSeries>[0] = {}) =>
  makeSeries({ x, value: x.map((at) => 10 * at), wallTime: x.map((at) => 100 + at), ...sketch });

const whole = columns(line([0, 10, 20, 30, 40, 50]));

describe("surround", () => {
  it("puts the whole's points around the part's own", () => {
    const part = columns(line([18, 21, 22, 25, 31]));
    const [series] = surround(part, [20, 30], whole).series;
    expect([...series!.x]).toEqual([0, 10, 18, 21, 22, 25, 31, 40, 50]);
    expect([...series!.value]).toEqual([0, 100, 180, 210, 220, 250, 310, 400, 500]);
    expect([...series!.wallTime]).toEqual([100, 110, 118, 121, 122, 125, 131, 140, 150]);
    expect(series!.step).toBe(series!.x);
  });

  it("leaves the range to a part that has nothing in it", () => {
    const [series] = surround(columns(line([])), [15, 35], whole).series;
    expect([...series!.x]).toEqual([0, 10, 40, 50]);
  });

  it("takes an open end for all there is", () => {
    const [series] = surround(columns(line([18, 25, 55])), [20, null], whole).series;
    expect([...series!.x]).toEqual([0, 10, 18, 25, 55]);
  });

  it("keeps smoothed lines and marks together with their points", () => {
    const smooth = (x: number[], marks: number[]) =>
      columns(line(x, { smoothed: x.map((at) => -at), markX: marks, markKind: marks.map(() => 2) }));
    const [series] = surround(smooth([20, 30], [22]), [20, 30], smooth([0, 25, 60], [5, 24, 70])).series;
    expect([...series!.smoothed!]).toEqual([-0, -20, -30, -60]);
    expect([...series!.markX]).toEqual([5, 22, 70]);
    expect([...series!.markKind]).toEqual([2, 2, 2]);
  });

  it("leaves a run alone that the whole does not know", () => {
    const part = columns(line([21, 22], { run: "other" }), { ...line([]), status: "no_epoch" });
    expect(surround(part, [20, 30], whole).series[0]).toBe(part.series[0]);
    expect(surround(part, [20, 30], whole).series[1]).toBe(part.series[1]);
  });
});

describe("isAlike", () => {
  const query = { tag: "loss", x: "step", superseded: false, smoothing: null } as ColumnsQuery;

  it("is about the lines, not about the part or the runs", () => {
    expect(isAlike(query, { ...query, range: [0, 1], pixels: 5, runs: ["a"] })).toBe(true);
    expect(isAlike(query, { ...query, x: "wall" })).toBe(false);
    expect(isAlike(query, { ...query, tag: "error" })).toBe(false);
    expect(isAlike(query, { ...query, superseded: true })).toBe(false);
    const smoothed = { ...query, smoothing: { kind: "exponential" as const, amount: 0.5 } };
    expect(isAlike(query, smoothed)).toBe(false);
    expect(isAlike(smoothed, { ...smoothed, smoothing: { kind: "exponential", amount: 0.5 } })).toBe(true);
  });
});
