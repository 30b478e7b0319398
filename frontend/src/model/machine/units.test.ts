import { expect, test } from "vitest";
import { formatQuantity, formatTimes, unitOf } from "./units";

test("a description tells its unit, the last one that it names", () => {
  expect(unitOf("Power drawn, in watts.")).toBe("W");
  expect(unitOf("Read from all disks, in bytes per second.")).toBe("B/s");
  expect(unitOf("The time of a step: what one step in twenty exceeds, in milliseconds.")).toBe("ms");
  expect(unitOf("Memory in use, in bytes.")).toBe("B");
  expect(unitOf("How many cores the training may keep busy.")).toBe("");
  expect(unitOf("in percentages")).toBe("");
});

test("values have three digits and their unit", () => {
  const told = (value: number, unit: string) => formatQuantity(value, unit).replaceAll("\u202f", " ");
  expect(told(62.345, "%")).toBe("62 %");
  expect(told(6.25, "%")).toBe("6.3 %");
  expect(told(0.3, "%")).toBe("0.3 %");
  expect(told(6, "%")).toBe("6 %");
  expect(told(0.04, "%")).toBe("< 0.1 %");
  expect(told(100, "%")).toBe("100 %");
  expect(told(0, "%")).toBe("0 %");
  expect(told(0.04, "ms")).toBe("0.04 ms");
  expect(told(0.00412, "ms")).toBe("0.0041 ms");
  expect(told(27.14, "ms")).toBe("27.1 ms");
  expect(told(15, "ms")).toBe("15 ms");
  expect(told(1234.5, "ms")).toBe("1235 ms");
  expect(told(30, "W")).toBe("30 W");
  expect(told(1_200_000, "B/s")).toBe("1.20 MB/s");
  expect(told(NaN, "%")).toBe("NaN");
  expect(told(4, "")).toBe("4");
});

test("factors are coarse", () => {
  expect([1.04, 1.94, 9.96].map(formatTimes)).toEqual(["1.0×", "1.9×", "10×"]);
});
