import { describe, expect, it } from "vitest";
import { makeRows, makeTree } from "./run_tree";

const shape = (names: string[], closed: string[] = []) =>
  makeRows(makeTree(names), new Set(closed)).map(
    (row) => `${"  ".repeat(row.depth)}${row.kind === "group" ? (row.open ? "v " : "> ") : ""}${row.label}`,
  );

describe("makeRows", () => {
  it("nests by path in natural order", () => {
    expect(shape(["mlp/10", "mlp/2", "cnn/a", "base"])).toEqual(["base", "cnn/a", "v mlp", "  2", "  10"]);
  });
  it("joins chains of folders that hold one thing", () => {
    expect(shape(["2026/11/a", "2026/11/b"])).toEqual(["v 2026/11", "  a", "  b"]);
  });
  it("keeps a run that is also a folder as both", () => {
    expect(shape(["mlp", "mlp/a", "mlp/b"])).toEqual(["mlp", "v mlp", "  a", "  b"]);
  });
  it("folds closed groups but keeps their runs countable", () => {
    expect(shape(["mlp/a", "mlp/x/b", "mlp/x/c"], ["mlp"])).toEqual(["> mlp"]);
    const [group] = makeRows(makeTree(["mlp/a", "mlp/x/b", "mlp/x/c"]), new Set(["mlp"]));
    expect(group).toMatchObject({ runs: ["mlp/a", "mlp/x/b", "mlp/x/c"] });
  });
  it("puts runs that come first, and folders that hold one, before the others", () => {
    const first = new Set(["mlp/10", "mlp/x/b", "zero"]);
    const rows = makeRows(
      makeTree(["base", "cnn/a", "cnn/b", "mlp/2", "mlp/10", "mlp/x/a", "mlp/x/b", "zero"], first),
      new Set(),
    );
    expect(rows.map(({ label }) => label)).toEqual([
      "mlp",
      "10",
      "x",
      "b",
      "a",
      "2",
      "zero",
      "base",
      "cnn",
      "a",
      "b",
    ]);
    expect(rows[0]).toMatchObject({ place: 1, siblings: 4 });
  });
  it("says where a row stands among those of its folder", () => {
    const rows = makeRows(makeTree(["a", "mlp", "mlp/x", "mlp/y"]), new Set());
    expect(rows.map(({ label, place, siblings }) => `${label} ${place}/${siblings}`)).toEqual([
      "a 1/3",
      "mlp 2/3",
      "mlp 3/3",
      "x 1/2",
      "y 2/2",
    ]);
  });
  it("is not misled by names like __proto__ or by the run of the directory itself", () => {
    expect(shape([".", "__proto__/constructor"])).toEqual([".", "__proto__/constructor"]);
  });
});
