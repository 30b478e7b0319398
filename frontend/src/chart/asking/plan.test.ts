import { describe, expect, it } from "vitest";
import { makeGrouping } from "../../model/runs/grouping";
import type { Band } from "../../model/view/view_url";
import { everyone, mostLines, others, planFor } from "./plan";

const few = ["a/0", "a/1", "b/0", "c"];
const many = (count: number, folder: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => folder(i) + String(i));
const apart = makeGrouping("none", "");
const byFolder = makeGrouping("expression", "(.*)/");
const view = (band: Band = "none", everyLine = false) => ({ band, everyLine });
const sizes = ({ lines, bands }: { lines: string[]; bands: { name: string; runs: string[] }[] }) => [
  lines.length,
  Object.fromEntries(bands.map(({ name, runs }) => [name, runs.length])),
];

describe("planFor", () => {
  it("draws the lines of few runs, in groups or not", () => {
    for (const grouping of [apart, byFolder]) {
      expect(planFor([few], grouping, view())).toEqual({
        plans: [{ lines: few, bands: [] }],
        isCrowd: false,
      });
    }
    // Without groups there is nothing that a band could be of.
    expect(planFor([few], apart, view("minmax")).plans[0]!.lines).toEqual(few);
  });

  it("draws groups as bands, and what is in none as lines", () => {
    expect(planFor([few, ["b/0"]], byFolder, view("deviation"))).toEqual({
      plans: [
        {
          lines: ["c"],
          bands: [
            { name: "a", runs: ["a/0", "a/1"] },
            { name: "b", runs: ["b/0"] },
          ],
        },
        { lines: [], bands: [{ name: "b", runs: ["b/0"] }] },
      ],
      isCrowd: false,
    });
  });

  it("draws a crowd as a band, counting all tags of the card", () => {
    const runs = many(mostLines, () => "run-");
    expect(planFor([runs], apart, view()).isCrowd).toBe(false);
    const { plans, isCrowd } = planFor([runs, ["run-0"]], apart, view());
    expect(isCrowd).toBe(true);
    expect(plans.map(sizes)).toEqual([
      [0, { [everyone]: mostLines }],
      [0, { [everyone]: 1 }],
    ]);
  });

  it("draws a crowd's groups, and those in none together where they are a crowd themselves", () => {
    const grouped = many(200, (i) => `lr-${i % 4}/`);
    const bands = { "lr-0": 50, "lr-1": 50, "lr-2": 50, "lr-3": 50 };
    expect(sizes(planFor([[...grouped, "x", "y"]], byFolder, view()).plans[0]!)).toEqual([2, bands]);
    const loose = many(mostLines + 1, () => "run-");
    expect(sizes(planFor([[...grouped, ...loose]], byFolder, view("minmax")).plans[0]!)).toEqual([
      0,
      { ...bands, [others]: mostLines + 1 },
    ]);
  });

  it("draws one band where there are too many groups to tell apart", () => {
    const runs = many(300, (i) => `lr-${i}/`);
    expect(sizes(planFor([runs], byFolder, view("minmax")).plans[0]!)).toEqual([0, { [everyone]: 300 }]);
  });

  it("draws every line when asked, and bands still where those were asked for", () => {
    const runs = many(300, (i) => `lr-${i % 3}/`);
    expect(planFor([runs], byFolder, view("none", true))).toEqual({
      plans: [{ lines: runs, bands: [] }],
      isCrowd: false,
    });
    const { plans, isCrowd } = planFor([runs], byFolder, view("deviation", true));
    expect([plans[0]!.bands.length, isCrowd]).toEqual([3, false]);
  });
});
