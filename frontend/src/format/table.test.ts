import { describe, expect, it } from "vitest";
import { plainNumber, tabbed } from "./table";

describe("tabbed", () => {
  it("parts cells by tabs and rows by lines, whatever the cells hold", () => {
    expect(
      tabbed([
        ["run", "value"],
        ["a\tb\r\nc", plainNumber(0.1)],
        ["", plainNumber(null)],
      ]),
    ).toBe("run\tvalue\na b c\t0.1\n\t");
    expect([NaN, -Infinity, 1e-9].map(plainNumber)).toEqual(["NaN", "-Infinity", "1e-9"]);
  });
});
