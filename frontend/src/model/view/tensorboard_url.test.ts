import { describe, expect, it } from "vitest";
import { makeFilter } from "../tags/filter";
import { chooser } from "../runs/selection";
import { linkedTheme, readLink } from "./tensorboard_url";
import { initialView, type View } from "./view_url";

const viewOf = (search: string, hash: string): View => readLink(search, hash)?.view ?? initialView;

/** Which of the runs a link draws, where all would be at first. */
function drawn(search: string, hash: string, runs: string[]): string[] {
  return runs.filter(chooser(viewOf(search, hash).selection, new Set(runs)));
}

const state = (runs: Record<string, boolean>) => encodeURIComponent(btoa(JSON.stringify(runs)));

describe("links of TensorBoard's Time Series page", () => {
  it("are read from the query", () => {
    const link = readLink("?tagFilter=loss%7Cacc&smoothing=0.9&runFilter=cnn", "#timeseries");
    expect(link?.view).toEqual({
      ...initialView,
      tagFilter: "loss|acc",
      runFilter: "cnn",
      smoothing: { kind: "exponential", amount: 0.9 },
      selection: { base: "none", rules: [{ below: "", match: "cnn", on: true }], flips: new Set() },
    });
    expect(link?.search).toBe("");
    expect(viewOf("?tagFilter=loss", "").tagFilter).toBe("loss");
  });

  it("draw the runs that pass their filter, and only those", () => {
    expect(drawn("?runFilter=CNN", "#timeseries", ["cnn/1", "mlp", "CNN/2"])).toEqual(["cnn/1", "CNN/2"]);
  });

  it("clamp the smoothing and pass over what is no number", () => {
    expect(viewOf("?smoothing=1", "").smoothing.amount).toBe(0.999);
    expect(viewOf("?smoothing=-3", "").smoothing.amount).toBe(0);
    for (const value of ["", "much", "NaN"]) {
      expect(viewOf(`?smoothing=${value}`, "#timeseries")).toEqual(initialView);
    }
  });

  it("pin the cards of scalars and group the runs by an expression", () => {
    const cards = [{ plugin: "scalars", tag: "val/acc" }, { plugin: "images", tag: "x" }, null, { tag: 3 }];
    const search = new URLSearchParams({
      pinnedCards: JSON.stringify(cards),
      runColorGroup: "regex:lr-(\\d+)",
    });
    expect(viewOf(`?${search}`, "#timeseries")).toEqual({
      ...initialView,
      pinned: new Set(["val/acc"]),
      group: "expression",
      groupExpression: "lr-(\\d+)",
    });
    for (const value of ["", "[", "7", "[]"]) {
      expect(viewOf(`?pinnedCards=${value}&runColorGroup=experiment`, "")).toEqual(initialView);
    }
  });

  it("say whether the page is dark", () => {
    expect(linkedTheme("?darkMode=true")).toBe("dark");
    expect(linkedTheme("?darkMode=false")).toBe("light");
    expect(linkedTheme("?smoothing=0")).toBe(null);
  });

  it("leave in the query what is not TensorBoard's", () => {
    const search =
      "?darkMode=true&folder=a%20b&pinnedCards=%5B%5D&runColorGroup=experiment&experimentalPlugin=x&experimentalPlugin=y";
    expect(readLink(search, "#timeseries")).toEqual({ view: null, search: "?folder=a+b" });
  });
});

describe("links of TensorBoard's older pages", () => {
  it("are read from behind the tab's name", () => {
    const hash =
      "#scalars&_smoothingWeight=0.75&_ignoreYOutliers=true&_xType=wall_time&tagFilter=lr%7Closs&regexInput=a%26b";
    expect(viewOf("", hash)).toEqual({
      ...initialView,
      smoothing: { kind: "exponential", amount: 0.75 },
      trim: 5,
      x: "wall",
      tagFilter: "lr|loss",
      runFilter: "a&b",
      selection: { base: "none", rules: [{ below: "", match: "a&b", on: true }], flips: new Set() },
    });
    expect(viewOf("", "#custom_scalars&_smoothingWeight=0").smoothing.amount).toBe(0);
    expect(viewOf("", "#scalars&_ignoreYOutliers=false").trim).toBe(0);
    expect(viewOf("", "#scalars&_xAxisType=relative").x).toBe("relative");
  });

  it("may have a query as well, and what stands behind the tab counts", () => {
    expect(viewOf("?smoothing=0.3", "#timeseries&_smoothingWeight=0.4").smoothing.amount).toBe(0.4);
  });

  it("keep single runs as they were switched", () => {
    const runs = ["a.b", "axb", "mlp/c[1]", "d"];
    const hash = `#scalars&runSelectionState=${state({ "a.b": false, "mlp/c[1]": false, d: true })}`;
    expect(drawn("", hash, runs)).toEqual(["axb", "d"]);
    const crowd = viewOf("", hash).selection;
    expect(runs.filter(chooser(crowd, new Set(["a.b"])))).toEqual(["d"]);
  });

  it("keep runs that do not pass the filter hidden, however they were switched", () => {
    const hash = `#scalars&regexInput=cnn&runSelectionState=${state({ "cnn/1": false, mlp: true })}`;
    expect(drawn("", hash, ["cnn/1", "cnn/2", "mlp"])).toEqual(["cnn/2"]);
  });

  it("harm nothing where they are broken", () => {
    const nonsense = [
      "#scalars&runSelectionState=!!!",
      `#scalars&runSelectionState=${encodeURIComponent(btoa("[1, 2]"))}`,
      `#scalars&runSelectionState=${encodeURIComponent(btoa("null"))}`,
      "#scalars&_smoothingWeight=%E0%A4%A&_xType=sideways&_ignoreYOutliers=1&constructor=1&=&&a=b=c",
    ];
    for (const hash of nonsense) expect(readLink("", hash)).toEqual({ view: null, search: "" });
  });
});

describe("filters of links", () => {
  const insensitive = (expression: string) =>
    viewOf(`?tagFilter=${encodeURIComponent(expression)}`, "").tagFilter;
  const matches = (expression: string, text: string) => {
    const filter = makeFilter(insensitive(expression));
    expect(filter.error).toBe(null);
    return filter.matches(text);
  };

  it("never tell capitals apart", () => {
    expect(insensitive("Loss|[A-Z]\\S\\D")).toBe("loss|[a-z]\\S\\D");
    expect(matches("Train/Loss", "train/loss")).toBe(true);
    expect(matches("^[A-F]\\W", "c/1")).toBe(true);
    expect(matches("(?<Name>X)\\k<Name>", "xx")).toBe(true);
    expect(matches("\\p{Lu}oss", "Loss")).toBe(true);
  });

  it("may escape what needs no escape", () => {
    expect(matches("lr\\-0\\.1\\_a\\ b", "lr-0.1_a b")).toBe(true);
    expect(matches("[a\\-z\\_]$", "-")).toBe(true);
    expect(matches("[a\\-z\\_]$", "b")).toBe(false);
    expect(matches("a\\/b\\\\\\-", "a/b\\-")).toBe(true);
    expect(viewOf("", "#scalars&tagFilter=Lr%5C-1").tagFilter).toBe("Lr-1");
  });
});

describe("other addresses", () => {
  it("are not TensorBoard's", () => {
    for (const [search, hash] of [
      ["", ""],
      ["", "#"],
      ["", "#x=wall&smoothing=0.9"],
      ["?folder=a", "#log=1"],
      ["?smoothing=0.9", "#x=wall"],
    ] as const) {
      expect(readLink(search, hash)).toBe(null);
    }
  });

  it("name a tab and nothing else", () => {
    for (const hash of ["#timeseries", "#scalars", "#debugger-v2", "#custom_scalars"]) {
      expect(readLink("", hash)).toEqual({ view: null, search: "" });
    }
  });
});
