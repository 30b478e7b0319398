import { describe, expect, it } from "vitest";
import { initialLayout } from "../layout/layout_url";
import { decodeView, encodeView, initialView, type View } from "./view_url";

describe("the view in the address", () => {
  it("writes nothing for the defaults and reads nothing as the defaults", () => {
    expect(encodeView(initialView)).toBe("");
    expect(decodeView("")).toEqual(initialView);
    expect(decodeView("#")).toEqual(initialView);
  });

  it("round-trips everything, hostile names included", () => {
    const view: View = {
      ...initialLayout,
      pinned: new Set(["a&b"]),
      x: "series",
      xTag: "data/samples: seen & more",
      smoothing: { kind: "gaussian", amount: 12.5 },
      logY: true,
      logFlips: new Set(["train/loss", "a&b=c#d"]),
      logX: true,
      logXFlips: new Set(["a&b=c#d"]),
      wide: new Set(["val/:acc;1,2"]),
      closed: new Set(["opt"]),
      opened: new Set(["pipeline", "device&x"]),
      closedGroups: new Set(["mlp/é"]),
      runFilter: "^(a|b)+$",
      tagFilter: "loss|%41",
      selection: {
        base: "none",
        rules: [
          { below: "a&b/c", match: "//|^x+ %", on: true },
          { below: "", match: "é", on: false },
          { below: "mlp", match: "", on: true },
          { below: "", match: "", group: { expression: "a&b=(.*)//%", name: "é, +1" }, on: true },
          { below: "=x/y", match: "z$", group: { expression: "^", name: "" }, on: false },
        ],
        flips: new Set(["a b/c", "<script>"]),
      },
      zooms: new Map([
        ["val/:acc;1,2", { x: [-1.5, 2e9], y: null }],
        ["lr", { x: null, y: [1e-9, 0.25] }],
        ["*", { x: [0, 1], y: [2, 3] }],
        ["open", { x: [null, 5], y: [0, null] }],
      ]),
      linkZoom: true,
      superseded: true,
      trim: 5,
      marks: [-0.5, 2e9],
      tables: new Set(["val/:acc;1,2"]),
      tableSort: { column: "mean", descending: true },
      baseline: "a b/c&d",
      tooltipOrder: "lowest",
      tooltipRows: 25,
      size: "large",
      valueTag: "val/acc & more",
      sort: "lowest",
      group: "expression",
      groupExpression: "lr-(.+)&seed=[^#]",
      band: "deviation",
      everyLine: true,
      starredFirst: false,
      archived: true,
      page: "pipeline",
      beside: "a&b=ü",
      histograms: {
        mode: "heat",
        filter: "conv.*",
        isLog: true,
        isSymlog: true,
        pinned: { tag: "weights/a:b&c", step: 1500 },
      },
      front: "grid/lr=0.1 & more",
    };
    expect(decodeView("#" + encodeView(view))).toEqual(view);
  });

  it("falls back on its defaults for what is wrong", () => {
    const view = decodeView(
      "x=time&smoothing=3&zoom=5,1:a&zoom=nope&zoom=,:b&zoom=5:c&zoom=1,x:d&zoom=1,2,3:e&select=some&size=huge" +
        "&sort=colour&rule=x//y&rule=+z&rule=>by=x&rule=<group=x&group=colour&band=median&lines=some",
    );
    expect(view).toEqual(initialView);
    expect(decodeView("trim=3&tip=sideways&tiprows=0&marks=1,x&order=--")).toEqual(initialView);
    expect(decodeView("hist=pie&histlog=yes&histpin=weights&histsymlog=")).toEqual(initialView);
    expect(decodeView("x=series")).toEqual(initialView);
    expect(decodeView("x=series:")).toEqual(initialView);
    expect(decodeView("x=wall")).toEqual({ ...initialView, x: "wall" });
    expect(decodeView("smoothing=constructor:1").smoothing).toEqual(initialView.smoothing);
    expect(decodeView("smoothing=0").smoothing.amount).toBe(0);
  });

  it("reads what older links say", () => {
    expect(decodeView("outliers=0").trim).toBe(2);
    expect(decodeView("outliers=1").trim).toBe(0);
  });
});
