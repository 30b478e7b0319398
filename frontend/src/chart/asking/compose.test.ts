import { describe, expect, it } from "vitest";
import type { Tag } from "../../api/types";
import type { Card } from "../../model/layout/card";
import { lookAt, plainLook } from "../../model/runs/colours";
import { composeBands, composeLines } from "./compose";
import { makeBand, makeSeries } from "../fixture";
import { everyone, others } from "./plan";

const member = (tag: string, pale: boolean) => ({
  tag: { tag } as Tag,
  pale,
  dash: pale ? [2] : null,
  exact: false,
});
const card: Card = {
  key: "k",
  name: "loss",
  kind: "scalar",
  members: [member("loss", true), member("loss/epoch", false)],
};
const part = { version: 1, x: "step" };

describe("composeLines", () => {
  it("draws what is there and still chosen as its tag is drawn, plain lines behind", () => {
    const series = ["a", "b", "c", "d"].map((run) => makeSeries({ run }));
    series[3]!.status = "no_series";
    const lines = composeLines(
      [
        { ...part, tag: "loss", series },
        { ...part, tag: "loss/epoch", series: [series[0]!] },
        { ...part, tag: "gone", series },
      ],
      card,
      { isShown: (run) => run !== "b", lookOf: (run) => (run === "c" ? plainLook : lookAt(3)) },
    );
    expect(lines.map(({ tag, columns, pale, dash }) => [tag, columns.run, pale, dash])).toEqual([
      ["loss", "c", true, [2]],
      ["loss", "a", true, [2]],
      ["loss/epoch", "a", false, null],
    ]);
    expect(lines.some(({ isGuest }) => isGuest)).toBe(false);
  });
});

describe("composeBands", () => {
  const groups = [makeBand({ name: "g" }), makeBand({ name: others }), makeBand({ name: everyone })];
  const looks = (isAllAGroup: boolean) =>
    composeBands([{ ...part, tag: "loss/epoch", groups }], card, "minmax", () => lookAt(5), isAllAGroup).map(
      ({ look }) => look,
    );
  it("gives groups their looks, and none to what is no group", () => {
    expect(looks(false)).toEqual([lookAt(5), plainLook, plainLook]);
    expect(looks(true)).toEqual([lookAt(5), plainLook, lookAt(5)]);
  });
});
