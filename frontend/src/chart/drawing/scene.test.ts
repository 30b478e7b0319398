import { describe, expect, it } from "vitest";
import { lookAt } from "../../model/runs/colours";
import { edgesOf } from "./band";
import { yExtent } from "./extent";
import { makeBand, makeLine, makeSeries } from "../fixture";
import { curvesOf, type Scene } from "./scene";

describe("curvesOf", () => {
  it("holds lines and bands, but not the lines that come and go with the pointer", () => {
    const columns = makeBand({ x: [0, 1], mean: [2, 3], low: [1, 1], high: [4, 4] });
    const band = {
      tag: "tag",
      columns,
      ...edgesOf(columns, "minmax"),
      look: lookAt(0),
      pale: false,
      dash: null,
    };
    const line = makeLine(makeSeries({ x: [0, 1], value: [5, 6] }));
    const guest = { ...makeLine(makeSeries({ x: [0, 1], value: [-50, 60] })), isGuest: true };
    const scene = { lines: [line, guest], bands: [band] } as unknown as Scene;
    const [low, high] = yExtent(curvesOf(scene), [0, 1], { log: false, trim: 0 })!;
    expect([Math.round(low), Math.round(high)]).toEqual([1, 6]);
  });
});
