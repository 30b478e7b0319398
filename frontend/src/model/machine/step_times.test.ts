import { expect, test } from "vitest";
import { compared, type StepTimes } from "./step_times";

const of = (whole: number | null): StepTimes => ({ waterfall: { bars: [], end: 0 }, whole });
const say = (one: number | null, other: number | null) =>
  compared(of(one), of(other), ["slow", "fixed"])?.replaceAll("\u202f", " ") ?? null;

test("two runs compare by their median steps, the quicker one first", () => {
  expect(say(30, 15)).toBe("The median step of fixed is 2.0× as fast as that of slow: 15 ms against 30 ms.");
  expect(say(15, 30)).toBe("The median step of slow is 2.0× as fast as that of fixed: 15 ms against 30 ms.");
  expect(say(30, 29.5)).toBe("The median steps of both take about as long: 29.5 ms against 30 ms.");
  expect(say(null, 29.5)).toBeNull();
  expect(compared(null, of(1), ["a", "b"])).toBeNull();
});
