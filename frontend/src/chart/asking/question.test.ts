import { describe, expect, it } from "vitest";
import type { Tag } from "../../api/types";
import type { Card } from "../../model/layout/card";
import { initialView } from "../../model/view/view_url";
import type { Plan } from "./plan";
import { isBands, linesOver, nearestTo, queriesFor } from "./question";

const member = (tag: string, pale = false) => ({
  tag: { tag, kind: "scalar" } as Tag,
  pale,
  dash: null,
  exact: false,
});
const card = (...members: Card["members"]): Card => ({ key: "k", name: "loss", kind: "scalar", members });
const part = { range: [1, 2] as [number, number], pixels: 500, logX: false };
const ask = (one: Card, ...plans: Plan[]) => queriesFor(one, initialView, plans, part);
const groups = [
  { name: "a", runs: ["a/0", "a/1"] },
  { name: "b", runs: ["b/0"] },
];
const common = {
  tag: "loss",
  x: "step",
  x_tag: null,
  log_x: false,
  smoothing: initialView.smoothing,
  superseded: false,
};
const drawn = { ...common, range: part.range, pixels: part.pixels };

describe("queriesFor", () => {
  it("asks for lines and for bands, and for neither twice", () => {
    const one = card(member("loss"));
    expect(ask(one, { lines: ["c"], bands: [] })).toEqual([{ ...drawn, runs: ["c"] }]);
    expect(ask(one, { lines: [], bands: groups })).toEqual([{ ...drawn, groups }]);
    expect(ask(one, { lines: ["c"], bands: groups })).toEqual([
      { ...drawn, runs: ["c"] },
      { ...drawn, groups },
    ]);
  });

  it("asks about each tag of a card, about one that no run has, too", () => {
    const two = card(member("loss"), member("loss/epoch", true));
    const questions = ask(two, { lines: [], bands: groups }, { lines: [], bands: [] });
    expect(questions).toEqual([
      { ...drawn, groups },
      { ...drawn, tag: "loss/epoch", smoothing: null, runs: [] },
    ]);
    expect(questions.map(isBands)).toEqual([true, false]);
  });
});

describe("what is asked about the runs of a band", () => {
  const band = { ...drawn, groups } as Parameters<typeof linesOver>[0];
  it("is about the same part of the same lines", () => {
    expect(linesOver(band, ["b/0"])).toEqual({ ...drawn, runs: ["b/0"] });
    expect(nearestTo(band, { x: 3, value: 0.5, log: true })).toEqual({
      ...common,
      runs: ["a/0", "a/1", "b/0"],
      at: 3,
      value: 0.5,
      log_y: true,
      limit: 10,
    });
  });
});
