import { describe, expect, it } from "vitest";
import { chooseColumns, columnsIn, pack } from "./packing";

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
  it("fills what a row has left with the next section that fits, unless it is far down", () => {
    expect(packed([2, 2, 1, 1], 3).map(([place]) => place)).toEqual([0, 2, 1, 3]);
    expect(packed([2, 2, 2, 2, 1], 3).map(([place]) => place)).toEqual([0, 1, 4, 2, 3]);
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
  it("lets nothing overtake what the reader has put where it is", () => {
    const items = [1, 3, 1, 1].map((cards, place) => ({ cards, place }));
    const places = (fixed: number) =>
      pack(items, 3, ({ cards, place }) => ({ cards, wide: false, fixed: place < fixed })).map(
        ({ item }) => item.place,
      );
    expect(places(0)).toEqual([0, 2, 3, 1]);
    expect(places(2)).toEqual([0, 1, 2, 3]);
  });
  it("gives a section with a card of full width the whole row", () => {
    expect(pack(["a"], 3, () => ({ cards: 1, wide: true }))).toEqual([{ item: "a", span: 3 }]);
  });
});

describe("chooseColumns", () => {
  const chosen = (cards: number[], most: number) =>
    chooseColumns(cards, most * 400, "medium", (count) => ({ cards: count, wide: false }));

  it("takes a column away that would stay empty", () => {
    expect(chosen([2, 2, 2], 3)).toBe(2);
    expect(chosen([4, 2], 3)).toBe(2);
    expect(chosen([3, 3], 4)).toBe(3);
  });
  it("keeps it where something stands there, and in a row alone", () => {
    expect(chosen([1, 2, 1, 1, 1], 3)).toBe(3);
    expect(chosen([2, 2, 1], 3)).toBe(3);
    expect(chosen([2, 2, 1, 1], 3)).toBe(3);
    expect(chosen([40], 3)).toBe(3);
    expect(chosen([2], 3)).toBe(3);
    expect(chosen([2, 2], 2)).toBe(2);
    expect(chosen([], 3)).toBe(3);
  });
  it("does not enlarge cards that were asked to be small", () => {
    expect(chooseColumns([2, 2, 2], 1000, "small", (cards) => ({ cards, wide: false }))).toBe(3);
  });
});

describe("columnsIn", () => {
  it("has at least one column, and as many as fit", () => {
    expect([100, 372, 767, 768, 1240].map((width) => columnsIn(width, "medium"))).toEqual([1, 1, 1, 2, 3]);
    expect(columnsIn(1240, "large")).toBe(1);
  });
});
