import { describe, expect, it } from "vitest";
import { addMark, decodeMarks, encodeMarks } from "./marks";

describe("marks", () => {
  it("are A, then B, then A again", () => {
    expect(
      [1, 2, 3, 4].reduce<readonly number[][]>((all, x) => [...all, [...addMark(all.at(-1) ?? [], x)]], []),
    ).toEqual([[1], [1, 2], [3], [3, 4]]);
  });

  it("go into an address and come back", () => {
    for (const marks of [[], [0], [-1.5, 1_760_000_000.25]])
      expect(decodeMarks(encodeMarks(marks))).toEqual(marks);
    for (const text of [null, "x", "1,", "1,2,3", "1,NaN"]) expect(decodeMarks(text)).toEqual([]);
  });
});
