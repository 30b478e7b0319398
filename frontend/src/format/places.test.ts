import { describe, expect, it } from "vitest";
import type { XAxis } from "../api/types";
import { formatPlace, parsePlace, writePlace } from "./places";

describe("parsePlace", () => {
  it("reads numbers", () => {
    const read = (text: string) => parsePlace("step", text);
    expect(["1500", " 20k ", "1e6", "-2.5", "−3", ".5", "12\u2009345", "1 000", "3M"].map(read)).toEqual([
      1500, 20_000, 1e6, -2.5, -3, 0.5, 12345, 1000, 3e6,
    ]);
    expect(["", "abc", "1,5", "0x10", "Infinity", "5m", "1e999", "1 2 x"].map(read)).toEqual(
      Array<null>(8).fill(null),
    );
  });

  it("reads durations, in seconds where no unit is named", () => {
    const read = (text: string) => parsePlace("relative", text);
    expect(["90", "90 s", "5 min", "1h 30m", "2d", "1:30", "1:00:02.5", "250ms", "-1h"].map(read)).toEqual([
      90, 90, 300, 5400, 172_800, 90, 3602.5, 0.25, -3600,
    ]);
    expect(["", "soon", "1h x", "h"].map(read)).toEqual([null, null, null, null]);
  });

  it("reads moments in the reader's time zone", () => {
    const read = (text: string) => parsePlace("wall", text);
    const moment = new Date(2026, 10, 23, 14, 5).getTime() / 1000;
    expect(read("2026-11-23 14:05")).toBe(moment);
    expect(read("2026-11-23T14:05:09.5")).toBe(moment + 9.5);
    expect(read("2026-11-23")).toBe(new Date(2026, 10, 23).getTime() / 1000);
    expect(["2026-13-01", "2026-02-30", "2026-01-01 25:00", "14:05", "1760000000"].map(read)).toEqual(
      Array<null>(5).fill(null),
    );
  });
});

describe("writePlace", () => {
  it("reads back as the same place", () => {
    const places: [XAxis, number][] = [
      ["step", 1234.5],
      ["step", 1e-9],
      ["relative", 0],
      ["relative", 93_784.25],
      ["relative", -5400],
      ["wall", 1_760_000_000],
      ["wall", 1_760_000_000.125],
      ["series", -0.25],
    ];
    for (const [axis, place] of places) expect(parsePlace(axis, writePlace(axis, place))).toBe(place);
    expect(writePlace("relative", 5400)).toBe("1h 30m");
  });
});

describe("formatPlace", () => {
  it("labels by the axis", () => {
    expect(formatPlace("step", 12_345)).toBe("12\u2009345");
    expect(formatPlace("epoch", 2.5)).toBe("2.500");
    expect(formatPlace("relative", 5400)).toBe("1h 30m");
  });
});
