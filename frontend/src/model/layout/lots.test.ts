import { describe, expect, it } from "vitest";
import { makeTag } from "../fixture";
import { singleCard } from "./card";
import { lotsOf } from "./lots";

const cards = (count: number) => Array.from({ length: count }, (_, i) => singleCard(makeTag(`t${i}`)));
const sizes = (count: number, columns: number, ...whole: string[]) =>
  lotsOf(cards(count), columns, ({ name }) => whole.includes(name)).map((lot) => [
    lot.cards.length,
    lot.rows,
  ]);

describe("lotsOf", () => {
  it("ends a lot where a row ends", () => {
    expect(sizes(0, 3)).toEqual([]);
    expect(sizes(5, 3)).toEqual([[5, 2]]);
    expect(sizes(36, 3)).toEqual([[36, 12]]);
    expect(sizes(75, 3)).toEqual([
      [36, 12],
      [36, 12],
      [3, 1],
    ]);
  });

  it("knows of cards that take a whole row, and of the gap before them", () => {
    expect(sizes(14, 1, "t3")).toEqual([
      [12, 12],
      [2, 2],
    ]);
    // One, a gap, the whole one, then rows of two.
    expect(sizes(24, 2, "t1")).toEqual([
      [22, 12],
      [2, 1],
    ]);
    expect(sizes(26, 2, "t23")).toEqual([
      [23, 12],
      [3, 2],
    ]);
  });
});
