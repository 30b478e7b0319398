import { expect, test } from "vitest";
import { waterfallOf, widthOf } from "./waterfall";

const of = (times: Record<string, number>) => waterfallOf((name) => times[name] ?? null);

test("each phase begins where the one before it ends", () => {
  const { bars, end } = of({ data_wait_p50: 20, data_wait_p95: 45, step_p50: 5, logging_p50: 0.5 })!;
  expect(bars.map(({ phase, from, length, slow }) => [phase.name, from, length, slow])).toEqual([
    ["data_wait", 0, 20, 45],
    ["step", 20, 5, null],
    ["logging", 25, 0.5, null],
  ]);
  expect(end).toBe(25.5);
});

test("the parts of a step stand in its place", () => {
  const found = of({ data_wait_p50: 1, step_p50: 9, forward_p50: 3, backward_p50: 5, optimizer_p50: 1 })!;
  expect(found.bars.map(({ phase }) => phase.name)).toEqual([
    "data_wait",
    "forward",
    "backward",
    "optimizer",
  ]);
  expect(found.end).toBe(10);
});

test("slow steps are drawn as far as they do not make the usual one small", () => {
  const one = of({ data_wait_p50: 20, data_wait_p95: 30 })!;
  expect(widthOf([one])).toBe(30);
  expect(widthOf([one, of({ data_wait_p50: 10, data_wait_p95: 900 })!])).toBe(40);
  expect(of({})).toBeNull();
  expect(widthOf([])).toBe(1);
});
