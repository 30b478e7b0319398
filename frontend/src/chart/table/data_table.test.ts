import { describe, expect, it } from "vitest";
import type { Columns } from "../../api/columns";
import type { RunStatistics } from "../../api/types";
import {
  columnsOf,
  factsOf,
  formatSigned,
  sortFacts,
  tableOf,
  type Facts,
  type TableAnswer,
} from "./data_table";
import { makeSeries } from "../fixture";

const point = (step: number, value: number) => ({ x: step, step, wall_time: 100 + step, value });

const statisticsOf = (run: string, first: number, last: number): RunStatistics => ({
  run,
  status: "ok",
  points: 11,
  finite: 11,
  minimum: point(3, Math.min(first, last)),
  maximum: point(4, Math.max(first, last)),
  first: point(0, first),
  last: point(10, last),
  mean: 1.5,
  deviation: "NaN",
});

const nothing: RunStatistics = {
  ...statisticsOf("empty", 0, 0),
  minimum: null,
  maximum: null,
  first: null,
  last: null,
  mean: null,
  deviation: null,
};

const runs = ["a", "b", "empty"];

/** The points of runs a and b on both sides of a mark. */
const around = (x: number, smoothed: boolean): Columns[] => [
  {
    version: 1,
    tag: "loss",
    x: "step",
    series: ["a", "b"].map((run, i) =>
      makeSeries({
        run,
        x: [x - 1, x],
        value: [0, x + i],
        wallTime: [0, 100 + x],
        ...(smoothed ? { smoothed: [0, x + 10 * i] } : {}),
      }),
    ),
  },
];

function table(marks: number[], baseline: string | null = null, smoothed = false) {
  const answer: TableAnswer = {
    tags: [{ tag: "loss", runs }],
    statistics: [
      { version: 1, x: "step", runs: [statisticsOf("a", 4, 2), statisticsOf("b", 1, 3), nothing] },
    ],
    at: marks.map((x) => around(x, smoothed)),
  };
  const facts: Facts[] = factsOf(answer, marks, (x) => x).map((one) => ({ ...one, started: 90 }));
  return { facts, columns: columnsOf(marks.length, facts, baseline) };
}

function rows({ facts, columns }: ReturnType<typeof table>): Record<string, (number | null)[]> {
  const entries = facts.map((one): [string, (number | null)[]] => [
    one.run,
    columns.map(({ value }) => value(one)),
  ]);
  return Object.fromEntries(entries);
}

const ids = ({ columns }: ReturnType<typeof table>) => columns.map(({ id }) => id);

describe("the table of what is in view", () => {
  it("tells the statistics, and nothing of a run without points", () => {
    const view = table([]);
    expect(ids(view).slice(0, 6)).toEqual(["last", "min", "minstep", "max", "maxstep", "mean"]);
    expect(rows(view)).toEqual({
      a: [2, 2, 3, 4, 4, 1.5, NaN, 4, -2, -50, 11],
      b: [3, 1, 3, 3, 4, 1.5, NaN, 1, 2, 200, 11],
      empty: [null, null, null, null, null, null, null, null, null, null, 11],
    });
  });

  it("compares last values with a baseline's", () => {
    const view = table([], "a");
    expect(ids(view).slice(0, 2)).toEqual(["baseline", "baselineshare"]);
    expect(Object.values(rows(view)).map((row) => row.slice(0, 2))).toEqual([
      [0, 0],
      [1, 50],
      [null, null],
    ]);
    expect(ids(table([], "not shown"))[0]).toBe("last");
  });
});

describe("the table at one mark", () => {
  it("tells the nearest point of each line", () => {
    const view = table([5]);
    expect(ids(view)).toEqual(["value", "step", "time"]);
    expect(rows(view)).toEqual({ a: [5, 5, 15], b: [6, 5, 15], empty: [null, null, null] });
  });

  it("compares the lines that are drawn", () => {
    const view = table([5], "a", true);
    expect(ids(view).slice(0, 4)).toEqual(["baseline", "baselineshare", "smoothed", "value"]);
    expect(rows(view)["b"]!.slice(0, 4)).toEqual([10, 200, 15, 6]);
  });
});

describe("the table of two marks", () => {
  it("tells the difference, and what lies between", () => {
    expect(rows(table([4, 2]))).toMatchObject({
      a: [4, 2, -2, -50, 2, 4, 1.5],
      b: [5, 3, -2, -40, 1, 3, 1.5],
    });
  });

  it("tells what is smoothed and what was logged, and compares what is drawn", () => {
    const view = table([4, 2], null, true);
    expect(ids(view).slice(0, 6)).toEqual([
      "asmoothed",
      "avalue",
      "bsmoothed",
      "bvalue",
      "difference",
      "percent",
    ]);
    expect(rows(view)["b"]!.slice(0, 6)).toEqual([14, 5, 12, 3, -2, -200 / 14]);
    expect(tableOf(view.facts, view.columns)[0]!.slice(1, 5)).toEqual(ids(view).slice(0, 4));
  });

  it("has nothing for a run that a mark lies far outside of", () => {
    const { facts } = table([4]);
    const far = factsOf(
      { tags: [{ tag: "loss", runs }], statistics: [], at: [around(4, false)] },
      [40],
      (x) => x,
    );
    expect(facts[0]!.at[0]?.value).toBe(4);
    expect(far[0]!.at).toEqual([null]);
  });
});

describe("sortFacts", () => {
  it("puts what has no value last, whatever the direction", () => {
    const { facts, columns } = table([]);
    const order = (column: string, descending: boolean) =>
      sortFacts(facts, columns, { column, descending }).map(({ run }) => run);
    expect(order("last", true)).toEqual(["b", "a", "empty"]);
    expect(order("last", false)).toEqual(["a", "b", "empty"]);
    expect(order("run", true)).toEqual(["empty", "b", "a"]);
    expect(order("unknown", true)).toEqual(runs);
    expect(sortFacts(facts, columns, null).map(({ run }) => run)).toEqual(runs);
  });
});

describe("tableOf", () => {
  it("holds numbers in full, and tags where there are several", () => {
    const { facts, columns } = table([4, 2]);
    expect(tableOf(facts, columns)[0]).toEqual([
      "run",
      "a",
      "b",
      "difference",
      "percent",
      "min",
      "max",
      "mean",
    ]);
    expect(tableOf(facts, columns)[2]).toEqual(["b", "5", "3", "-2", "-40", "1", "3", "1.5"]);
    expect(tableOf([...facts, { ...facts[0]!, tag: "other" }], columns)[0]!.slice(0, 2)).toEqual([
      "run",
      "tag",
    ]);
  });
});

describe("cells", () => {
  it("have signs and decimals as their columns do", () => {
    expect([1.5, -1.5, 0, Infinity, -Infinity, NaN].map(formatSigned)).toEqual([
      "+1.500",
      "−1.500",
      "0",
      "+∞",
      "−∞",
      "NaN",
    ]);
    const share = table([4, 2]).columns.find(({ id }) => id === "percent")!;
    expect([45, -7.25, 0, 123456, Infinity].map(share.format)).toEqual([
      "+45.0 %",
      "−7.3 %",
      "0.0 %",
      "+123456 %",
      "+∞ %",
    ]);
  });
});
