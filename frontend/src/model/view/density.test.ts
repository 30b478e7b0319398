import { expect, it } from "vitest";
import { pixelsFor } from "./density";

it("draws every pixel of a usual chart and fewer where lines are many", () => {
  expect(pixelsFor(812.4, 20)).toBe(812);
  expect(pixelsFor(800, 0)).toBe(800);
  expect(pixelsFor(800, 2000)).toBe(150);
  expect(pixelsFor(0.2, 1)).toBe(1);
  expect(pixelsFor(1e6, 1)).toBe(10_000);
});
