import { describe, expect, it } from "vitest";
import { formatAgo, formatDuration, formatDurationTick, formatMoment, formatMomentTick } from "./time";

const local = (year: number, month: number, day: number, hour = 0, minute = 0, second = 0) =>
  new Date(year, month - 1, day, hour, minute, second).getTime() / 1000;

describe("formatDuration", () => {
  it.each([
    [0, "0 s"],
    [0.82, "820 ms"],
    [2.34, "2.3 s"],
    [59.9, "59 s"],
    [185, "3m 05s"],
    [8040, "2h 14m"],
    [273600, "3d 04h"],
    [-5, "−5.0 s"],
  ])("%d as %s", (seconds, text) => expect(formatDuration(seconds)).toBe(text));
});

describe("formatDurationTick", () => {
  it.each([
    [0, 10, "0"],
    [0.5, 0.1, "0.5 s"],
    [30, 10, "30 s"],
    [90, 30, "1m 30s"],
    [3630, 30, "1:00:30"],
    [600, 300, "10 min"],
    [5400, 1800, "1h 30m"],
    [7200, 3600, "2 h"],
    [172800, 86400, "2 d"],
  ])("%d every %d as %s", (seconds, spacing, text) =>
    expect(formatDurationTick(seconds, spacing)).toBe(text),
  );
});

describe("moments", () => {
  it("shows the clock in the reader's zone and the full moment", () => {
    expect(formatMomentTick(local(2026, 11, 23, 14, 5), 300)).toBe("14:05");
    expect(formatMomentTick(local(2026, 11, 23, 14, 5, 9), 1)).toBe("14:05:09");
    expect(formatMomentTick(local(2026, 11, 23, 14, 5, 9) + 0.25, 0.05)).toBe("05:09.250");
    expect(formatMomentTick(local(2026, 11, 23), 3600)).not.toMatch(/:/);
    expect(formatMoment(local(2026, 11, 23, 14, 5, 9))).toBe("2026-11-23 14:05:09");
    expect(formatMoment(NaN)).toBe("unknown time");
  });
  it("says how long ago", () => {
    expect([3, 42, 250, 10_000, 200_000].map(formatAgo)).toEqual([
      "just now",
      "42 s ago",
      "4 min ago",
      "2 h ago",
      "2 d ago",
    ]);
  });
});
