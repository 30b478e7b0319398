import { describe, expect, it } from "vitest";
import { columnsIn, pack } from "./packing";

const packed = (cards: number[], columns: number) =>
  pack([...cards.entries()], columns, ([, count]) => ({ cards: count, wide: false })).map(
    ({ item: [place], span }) => [place, span],
  );

describe("pack", () => {
  it("lets small sections share a row and gives a large one its own", () => {
    expect(packed([1, 2, 7], 3)).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
  });
  it("fills what a row has left with the next section that fits, from no farther than four places", () => {
    expect(packed([2, 2, 1, 1], 3).map(([place]) => place)).toEqual([0, 2, 1, 3]);
    expect(packed([2, 2, 2, 2, 2, 1], 3).map(([place]) => place)).toEqual([0, 1, 5, 2, 3, 4]);
  });
  it("keeps the order where there is one column, and every section whatever the sizes", () => {
    expect(packed([3, 1, 0, 2], 1)).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    const many = Array.from({ length: 60 }, (_, i) => (i * 7) % 5);
    const places = packed(many, 4).map(([place]) => place!);
    expect([...places].sort((a, b) => a - b)).toEqual([...many.keys()]);
  });
  it("gives a section with a card of full width the whole row", () => {
    expect(pack(["a"], 3, () => ({ cards: 1, wide: true }))).toEqual([{ item: "a", span: 3 }]);
  });
});

describe("columnsIn", () => {
  it("has at least one column, and as many as fit", () => {
    expect([100, 372, 767, 768, 1240].map((width) => columnsIn(width, "medium"))).toEqual([1, 1, 1, 2, 3]);
    expect(columnsIn(1240, "large")).toBe(1);
  });
});
