import { describe, expect, it } from "vitest";
import { groupingBy, makeGrouping, partition, type GroupBy } from "./grouping";

const runs = ["mlp/lr-0.1/seed-0", "mlp/lr-0.02/seed-0", "mlp/lr-0.1/seed-1", "cnn", "MLP/seed-7"];
const groups = (by: GroupBy, written = "") => {
  const found = partition(runs, makeGrouping(by, written));
  return [Object.fromEntries(found.groups.map((group) => [group.name, group.runs])), found.loose];
};

describe("grouping", () => {
  it("leaves runs alone where none is asked for", () => {
    expect(groups("none", "seed")).toEqual([{}, runs]);
    expect(groups("expression", "")).toEqual([{}, runs]);
    expect(makeGrouping("none", "(").error).toBeNull();
  });

  it("groups by the folder that a run is in", () => {
    expect(groups("folder")).toEqual([
      {
        "(none)": ["cnn"],
        MLP: ["MLP/seed-7"],
        "mlp/lr-0.02": ["mlp/lr-0.02/seed-0"],
        "mlp/lr-0.1": ["mlp/lr-0.1/seed-0", "mlp/lr-0.1/seed-1"],
      },
      [],
    ]);
    expect(makeGrouping("folder", "").groupOf(".")).toBe("(none)");
  });

  it("takes all runs as one", () => {
    expect(groups("all")).toEqual([{ "all runs": runs }, []]);
  });

  it("names groups by what an expression captures, whatever else differs", () => {
    expect(groups("expression", "seed-(\\d+)")).toEqual([
      { 0: [runs[0], runs[1]], 1: [runs[2]], 7: [runs[4]] },
      ["cnn"],
    ]);
    expect(groups("expression", "lr-([^/]+).*-(\\d)")).toEqual([
      { "0.02, 0": [runs[1]], "0.1, 0": [runs[0]], "0.1, 1": [runs[2]] },
      ["cnn", "MLP/seed-7"],
    ]);
  });

  it("has one group of all that matches where nothing is captured", () => {
    expect(groups("expression", "^mlp")).toEqual([
      { "^mlp": ["mlp/lr-0.1/seed-0", "mlp/lr-0.02/seed-0", "mlp/lr-0.1/seed-1", "MLP/seed-7"] },
      ["cnn"],
    ]);
    expect(groups("expression", "^MLP")).toEqual([{ "^MLP": ["MLP/seed-7"] }, runs.slice(0, 4)]);
    expect(makeGrouping("expression", "^(mlp)?(x)?").groupOf("cnn")).toBe("(none)");
  });

  it("orders groups as people order names", () => {
    const names = ["a-10", "a-9", "a-1e-3", "b-2"];
    expect(partition(names, groupingBy("-(.*)")).groups.map(({ name }) => name)).toEqual([
      "1e-3",
      "2",
      "9",
      "10",
    ]);
  });

  it("says what is wrong with an expression, and groups nothing by it", () => {
    const grouping = makeGrouping("expression", "seed-(");
    expect(grouping.error).toBe("Not a regular expression: unterminated group");
    expect(grouping.groupOf("seed-1")).toBeNull();
  });
});
