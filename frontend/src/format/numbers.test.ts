import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatCount,
  formatLogTick,
  formatLogTicks,
  formatShort,
  formatTicks,
  formatValue,
} from "./numbers";

describe("formatValue", () => {
  it.each([
    [0, "0"],
    [0.123456, "0.1235"],
    [-2.5, "−2.500"],
    [12345, "12345"],
    [1234.56, "1235"],
    [3e-5, "3e−5"],
    [-1.5e9, "−1.5e9"],
    [NaN, "NaN"],
    [Infinity, "+∞"],
    [-Infinity, "−∞"],
  ])("%d as %s", (value, text) => expect(formatValue(value)).toBe(text));
});

describe("formatBytes", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1200, "1.20 kB"],
    [999_600, "1.00 MB"],
    [20e9, "20.0 GB"],
  ])("%d as %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe("formatCount and formatShort", () => {
  it("parts thousands and shortens", () => {
    expect(formatCount(1234567)).toBe("1\u2009234\u2009567");
    expect(formatCount(12)).toBe("12");
    expect([999, 1200, 35_000_000, -1500].map(formatShort)).toEqual(["999", "1.2k", "35M", "−1.5k"]);
  });
});

describe("formatTicks", () => {
  it.each([
    [
      [0.9, 0.95, 1],
      ["0.90", "0.95", "1.00"],
    ],
    [
      [0, 5000, 10000],
      ["0", "5k", "10k"],
    ],
    [
      [0, 500, 1000],
      ["0", "500", "1000"],
    ],
    [
      [0, 2500, 5000, 7500, 10000],
      ["0", "2.5k", "5.0k", "7.5k", "10.0k"],
    ],
    [
      [0, 0.0001, 0.0002],
      ["0", "1e−4", "2e−4"],
    ],
    [
      [-1, 0, 1],
      ["−1", "0", "1"],
    ],
    [
      [2_000_000, 2_000_500],
      ["2.0000M", "2.0005M"],
    ],
    [
      [1_000_000, 1_000_000.1, 1_000_000.2],
      ["1000000.0", "1000000.1", "1000000.2"],
    ],
    [
      [0, 2e7, 4e7],
      ["0", "20M", "40M"],
    ],
  ])("%j", (ticks, labels) => expect(formatTicks(ticks)).toEqual(labels));

  it("survives one tick and none", () => {
    expect(formatTicks([0.25])).toEqual(["0.25"]);
    expect(formatTicks([])).toEqual([]);
  });
});

describe("formatLogTicks", () => {
  it.each([
    [
      [0.001, 0.01, 0.1],
      ["10⁻³", "0.01", "0.1"],
    ],
    [
      [0.001, 0.0015, 0.002],
      ["0.0010", "0.0015", "0.0020"],
    ],
    [
      [5e-9, 1e-8, 2e-8, 5e-8, 1e-7],
      ["5e−9", "1e−8", "2e−8", "5e−8", "1e−7"],
    ],
    [
      [0.5, 1, 20000],
      ["0.5", "1", "20k"],
    ],
    [[], []],
  ])("%j", (ticks, labels) => expect(formatLogTicks(ticks)).toEqual(labels));
});

describe("formatLogTick", () => {
  it.each([
    [0.001, "10⁻³"],
    [0.01, "0.01"],
    [1, "1"],
    [20, "20"],
    [1e5, "10⁵"],
  ])("%d as %s", (tick, label) => expect(formatLogTick(tick)).toBe(label));
});
