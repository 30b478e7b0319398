import { describe, expect, it } from "vitest";
import type { Columns, SeriesColumns } from "../api/columns";
import type { ColumnsQuery } from "../api/types";
import { makeSeries } from "./fixture";
import { countBelowLog, noteFor, summarise } from "./summary";

const query = { tag: "loss", x: "step", x_tag: "samples" } as ColumnsQuery;
const columns = (...series: SeriesColumns[]): Columns[] => [{ version: 1, tag: "loss", x: "step", series }];
const note = (log: boolean, ...series: SeriesColumns[]) =>
  noteFor({ queries: [query], columns: columns(...series) }, null, log);

describe("summarise", () => {
  it("counts runs and points and finds the newest step, non-finite ones included", () => {
    const summary = summarise(columns(makeSeries({ x: [1, 5], value: [0, 0], markX: [7], markKind: [0] })));
    expect(summary).toEqual({ words: "1 run, 2 points", points: 2, lines: 1, newestStep: 7 });
    expect(summarise(columns()).newestStep).toBeNull();
  });
  it("counts the runs that have no such x", () => {
    const missing = { ...makeSeries({ run: "other" }), status: "no_x_tag" as const };
    const { words, lines } = summarise(columns(makeSeries({ x: [1], value: [0] }), missing), "samples");
    expect([words, lines]).toEqual(["1 run, 1 point, 1 without samples", 1]);
  });
});

describe("countBelowLog", () => {
  it("counts what is not above zero, over all runs, and no breaks", () => {
    const mixed = makeSeries({ x: [1, 2, 3, 4], value: [0, -1, NaN, 2] });
    expect(countBelowLog(columns(mixed, makeSeries({ x: [1], value: [-3] })))).toBe(3);
    expect(countBelowLog(columns())).toBe(0);
  });
});

describe("noteFor", () => {
  it("is silent when there is something to see", () => {
    expect(note(false, makeSeries({ x: [1], value: [-1] }))).toBeNull();
    expect(note(true, makeSeries({ markX: [1], markKind: [0] }))).toBeNull();
  });
  it("says why there is nothing", () => {
    expect(note(true, makeSeries({ x: [1], value: [-1] }))).toMatch(/above zero/);
    expect(note(false, makeSeries({}))).toMatch(/No points/);
    expect(note(false, { ...makeSeries({}), status: "no_epoch" })).toMatch(/epoch/);
    expect(note(false, { ...makeSeries({}), status: "no_x_tag" })).toMatch("“samples”");
    expect(note(false, { ...makeSeries({}), notPositive: 3 })).toMatch(/x above zero/);
    expect(noteFor(null, "No such tag.", false)).toBe("No such tag.");
  });
});
