import { describe, expect, it } from "vitest";
import { decodeBands } from "./bands";
import { encode, floats } from "./fixture";

describe("decodeBands", () => {
  it("reads each group's arrays, none where no run has a line", () => {
    const names = ["x", "mean", "low", "high", "deviation", "count"];
    const arrays = Object.fromEntries(
      names.map((name, i) => [name, { dtype: "f8", offset: 16 * i, length: 2 }]),
    );
    arrays["restarts"] = { dtype: "f8", offset: 96, length: 1 };
    arrays["mark_x"] = { dtype: "f8", offset: 104, length: 1 };
    arrays["mark_kind"] = { dtype: "u1", offset: 112, length: 1 };
    const groups = [
      { name: "lr=0.1", runs: 3, points: 60, arrays },
      { name: "(none)", runs: 0, points: 0, arrays: {} },
    ];
    const header = { version: 4, tag: "loss", x: "step", groups };
    const bands = decodeBands(encode(header, floats(0, 1, 10, 20, 5, 6, 15, 25, 0.5, 1.5, 3, 2, 8, 9, 0)));
    expect([bands.version, bands.tag, bands.x]).toEqual([4, "loss", "step"]);
    const [first, second] = bands.groups;
    expect(first).toMatchObject({ name: "lr=0.1", runs: 3, points: 60 });
    expect(names.map((name) => [...first![name as "x"]])).toEqual([
      [0, 1],
      [10, 20],
      [5, 6],
      [15, 25],
      [0.5, 1.5],
      [3, 2],
    ]);
    expect([first!.restarts, first!.markX, first!.markKind].map((array) => [...array])).toEqual([
      [8],
      [9],
      [0],
    ]);
    expect([second!.x, second!.restarts, second!.markX].map(({ length }) => length)).toEqual([0, 0, 0]);
  });
});
