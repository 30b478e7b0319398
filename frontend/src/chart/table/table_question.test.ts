import { describe, expect, it } from "vitest";
import type { ColumnsQuery } from "../../api/types";
import { tableQuestion } from "./table_question";

const query: ColumnsQuery = {
  tag: "loss",
  runs: ["a"],
  x: "step",
  x_tag: null,
  log_x: false,
  range: [5, null],
  pixels: 900,
  smoothing: { kind: "exponential", amount: 0.6 },
  superseded: false,
};

describe("tableQuestion", () => {
  it("asks about what is in view without marks", () => {
    const { statistics, at } = tableQuestion([query], []);
    expect(statistics.map(({ range }) => range)).toEqual([[5, null]]);
    expect(at).toEqual([]);
    expect(tableQuestion([{ ...query, range: null }], []).statistics[0]!.range).toEqual([null, null]);
  });

  it("leaves out what a logarithmic axis does not show", () => {
    const [statistics] = tableQuestion([{ ...query, log_x: true, range: [-1, 9] }], []).statistics;
    expect(statistics!.range![0]).toBeGreaterThan(0);
    expect(statistics!.range![0]).toBeLessThan(1e-300);
  });

  it("asks for the points at one mark, and for no statistics", () => {
    const { statistics, at } = tableQuestion([query], [7]);
    expect(statistics).toEqual([]);
    expect(at).toEqual([[{ ...query, range: [7, 7], pixels: 1 }]]);
  });

  it("asks about what lies between two marks, in whichever order they are", () => {
    const { statistics, at } = tableQuestion([query], [9, 2]);
    expect(statistics[0]!.range).toEqual([2, 9]);
    expect(at.map(([one]) => one!.range)).toEqual([
      [9, 9],
      [2, 2],
    ]);
  });
});
