import { describe, expect, it } from "vitest";
import type { BandColumns } from "../../api/bands";
import type { SeriesColumns } from "../../api/columns";
import type { ColumnsQuery } from "../../api/types";
import type { Answer } from "./feed.svelte";
import { makeBand, makeSeries } from "../fixture";
import { countBelowLog, densitiesOf, noteFor, summarise } from "./summary";

const answer = (
  series: SeriesColumns[],
  groups: BandColumns[] = [],
  x: "step" | "epoch" | "series" = "step",
): Answer => {
  const part = { version: 1, tag: "loss", x };
  const x_tag = x === "series" ? "samples" : null;
  const query = { ...part, x_tag, runs: [] } as unknown as ColumnsQuery;
  return {
    queries: [query],
    columns: series.length > 0 || groups.length === 0 ? [{ ...part, series }] : [],
    bands: groups.length > 0 ? [{ ...part, groups }] : [],
  };
};
const note = (log: boolean, ...series: SeriesColumns[]) => noteFor(answer(series), null, log);

describe("densitiesOf", () => {
  it("is the average over the runs that have a tag, whether they are lines or in bands", () => {
    const lacking = { ...makeSeries({}), status: "no_series" as const };
    const few = answer([makeSeries({ x: [1, 2] }), makeSeries({ x: [1, 2, 3, 4] }), lacking]);
    expect([...densitiesOf(few)]).toEqual([["loss", 3]]);
    const groups = [makeBand({ runs: 3, points: 30 }), makeBand({ runs: 0, points: 0 })];
    expect([...densitiesOf(answer([makeSeries({ x: [1, 2] })], groups))]).toEqual([["loss", 8]]);
  });
});

describe("summarise", () => {
  it("counts runs and points and finds the newest step, non-finite ones included", () => {
    const series = makeSeries({ x: [1, 5], value: [0, 0], markX: [7], markKind: [0] });
    const summary = summarise(answer([series]), false);
    expect(summary).toEqual({ words: "1 run, 2 points", points: 2, lines: 1, bands: 0, newestStep: 7 });
    expect(summarise(answer([]), false)).toMatchObject({ words: "0 runs, 0 points", newestStep: null });
  });

  it("tells of bands, and of the lines beside them", () => {
    const groups = [
      makeBand({ name: "a", runs: 3, points: 30, x: [0, 9], mean: [1, 2] }),
      makeBand({ name: "b", runs: 1, points: 9, x: [0, 12], mean: [1, 2] }),
      makeBand({ name: "c", runs: 0 }),
    ];
    const words = (...asked: Parameters<typeof summarise>) => summarise(...asked).words;
    expect(summarise(answer([], groups), false)).toEqual({
      words: "4 runs in 2 bands, 39 points",
      points: 39,
      lines: 0,
      bands: 2,
      newestStep: 12,
    });
    expect(words(answer([makeSeries({ x: [1] })], groups), false)).toBe(
      "4 runs in 2 bands, 1 more as a line, 40 points",
    );
    expect(words(answer([], [{ ...groups[0]!, runs: 1000 }]), true)).toBe(
      "1\u2009000 runs as a band, the 10 nearest as lines",
    );
    // Runs of two tags of one card are the same runs.
    const both = answer([], [groups[0]!]);
    expect(words({ columns: [], bands: [both.bands[0]!, both.bands[0]!] }, false)).toBe(
      "3 runs as a band, 60 points",
    );
  });
  it("counts the runs that have no such x", () => {
    const missing = { ...makeSeries({ run: "other" }), status: "no_x_tag" as const };
    const { words, lines } = summarise(
      answer([makeSeries({ x: [1], value: [0] }), missing]),
      false,
      "samples",
    );
    expect([words, lines]).toEqual(["1 run, 1 point, 1 without samples", 1]);
  });
});

describe("countBelowLog", () => {
  it("counts what is not above zero, over all runs, and no breaks", () => {
    const mixed = makeSeries({ x: [1, 2, 3, 4], value: [0, -1, NaN, 2] });
    expect(countBelowLog(answer([mixed, makeSeries({ x: [1], value: [-3] })]))).toBe(3);
    expect(countBelowLog(answer([], [makeBand({ x: [1, 2], mean: [-1, 1] })]))).toBe(1);
    expect(countBelowLog(answer([]))).toBe(0);
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
    const without = { ...makeSeries({}), status: "no_epoch" } as const;
    expect(noteFor(answer([without], [], "epoch"), null, false)).toMatch(/epoch/);
    const unmapped = { ...makeSeries({}), status: "no_x_tag" } as const;
    expect(noteFor(answer([unmapped], [], "series"), null, false)).toMatch("“samples”");
    expect(note(false, { ...makeSeries({}), notPositive: 3 })).toMatch(/x above zero/);
    expect(noteFor(null, "No such tag.", false)).toBe("No such tag.");
  });
  it("judges bands as it does lines", () => {
    const band = makeBand({ runs: 2, x: [1], mean: [-1], high: [0.5] });
    const of = (groups: BandColumns[], log: boolean, x?: "epoch") =>
      noteFor(answer([], groups, x), null, log);
    expect(of([band], true)).toBeNull();
    expect(of([{ ...band, high: band.mean }], true)).toMatch(/above zero/);
    expect(of([makeBand({ runs: 0 })], false)).toMatch(/No points/);
    expect(of([makeBand({ runs: 0 })], false, "epoch")).toMatch(/epoch/);
  });
});
