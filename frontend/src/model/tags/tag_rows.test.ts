import { describe, expect, it } from "vitest";
import { singleCard } from "../layout/card";
import { makeTag } from "../fixture";
import { makeTagRows } from "./tag_rows";
import { growTree } from "./tag_tree";

const rowsOf = (names: string[], closed: string[] = []) =>
  makeTagRows(growTree(names.map((name) => singleCard(makeTag(name)))), new Set(closed));
const shape = (names: string[], closed: string[] = []) =>
  rowsOf(names, closed).map(
    (row) =>
      "  ".repeat(row.depth) +
      (row.kind === "folder" ? `${row.open ? "v" : ">"} ${row.label} ${row.count}` : row.label),
  );

const names = ["train/loss", "train/acc", "lr", "net/0/q/w", "net/0/q/b", "net/0/v/w", "val/loss"];

describe("makeTagRows", () => {
  it("nests by folder, training first, a folder's own tags before the folders in it", () => {
    expect(shape(names)).toEqual([
      "v train 2",
      "  acc",
      "  loss",
      "val/loss",
      "v net/0 3",
      "  v/w",
      "  v q 2",
      "    b",
      "    w",
      "lr",
    ]);
  });
  it("leaves out what is folded away, but counts it", () => {
    expect(shape(names, ["net/0", "train"])).toEqual(["> train 2", "val/loss", "> net/0 3", "lr"]);
  });
  it("says where a row stands among those of its folder, and which tag a folder begins with", () => {
    const rows = rowsOf(names);
    expect(rows.map(({ label, place, siblings }) => `${label} ${place}/${siblings}`).slice(0, 4)).toEqual([
      "train 1/4",
      "acc 1/2",
      "loss 2/2",
      "val/loss 2/4",
    ]);
    expect(rows.flatMap((row) => (row.kind === "folder" ? row.first.name : []))).toEqual([
      "train/acc",
      "net/0/v/w",
      "net/0/q/b",
    ]);
  });
  it("holds very many tags", () => {
    const many = Array.from({ length: 12_000 }, (_, i) => `net/${i % 40}/${(i * 7) % 11}/p${i}`);
    expect(rowsOf(many)).toHaveLength(12_000 + 1 + 40 + 440);
  });
});
