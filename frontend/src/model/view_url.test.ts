import { describe, expect, it } from "vitest";
import { initialLayout } from "./layout_url";
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
      x: "wall",
      smoothing: { kind: "gaussian", amount: 12.5 },
      logY: true,
      logFlips: new Set(["train/loss", "a&b=c#d"]),
      wide: new Set(["val/:acc;1,2"]),
      closed: new Set(["opt"]),
      closedGroups: new Set(["mlp/é"]),
      runFilter: "^(a|b)+$",
      tagFilter: "loss|%41",
      selection: {
        base: "none",
        rules: [
          { below: "a&b/c", match: "//|^x+ %", on: true },
          { below: "", match: "é", on: false },
          { below: "mlp", match: "", on: true },
        ],
        flips: new Set(["a b/c", "<script>"]),
      },
      zooms: new Map([
        ["val/:acc;1,2", { x: [-1.5, 2e9], y: null }],
        ["lr", { x: null, y: [1e-9, 0.25] }],
        ["*", { x: [0, 1], y: [2, 3] }],
      ]),
      linkZoom: true,
      superseded: true,
      outliers: false,
      size: "large",
      valueTag: "val/acc & more",
      sort: "lowest",
    };
    expect(decodeView("#" + encodeView(view))).toEqual(view);
  });

  it("falls back on its defaults for what is wrong", () => {
    const view = decodeView(
      "x=time&smoothing=3&zoom=5,1:a&zoom=nope&zoom=,:b&select=some&size=huge&sort=colour&rule=x//y&rule=+z",
    );
    expect(view).toEqual(initialView);
    expect(decodeView("smoothing=constructor:1").smoothing).toEqual(initialView.smoothing);
    expect(decodeView("smoothing=0").smoothing.amount).toBe(0);
  });
});
