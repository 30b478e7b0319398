import { expect, test } from "vitest";
import type { Samples } from "./samples";
import { stackOf } from "./stack";

const samples = (x: number[], value: number[]): Samples => ({
  x: Float64Array.from(x),
  value: Float64Array.from(value),
});
const at = [1, 2, 3];

test("phases lie on top of each other, in the order of a step", () => {
  const stack = stackOf(
    new Map([
      ["logging", samples(at, [5, 5, 5])],
      ["step", samples(at, [35, 25, 45])],
      ["data_wait", samples(at, [60, 70, 50])],
      ["copy", samples(at, [0, 0, 0])],
    ]),
  )!;
  expect(stack.layers.map(({ phase }) => phase.name)).toEqual(["data_wait", "step", "logging"]);
  expect([...stack.layers[1]!.low]).toEqual([60, 70, 50]);
  expect([...stack.layers[2]!.high]).toEqual([100, 100, 100]);
});

test("the parts of a step stand for it where they are known, and never beside it", () => {
  const stack = stackOf(
    new Map([
      ["data_wait", samples(at, [20, 20, 20])],
      ["step", samples(at, [80, 80, 80])],
      ["forward", samples([2, 3], [50, 50])],
      ["other", samples([2, 3], [30, 30])],
    ]),
  )!;
  const share = (name: string) => [...stack.layers.find(({ phase }) => phase.name === name)!.share];
  expect(share("step")).toEqual([80, 0, 0]);
  expect(share("forward")).toEqual([0, 50, 50]);
  expect([...stack.layers.at(-1)!.high]).toEqual([100, 100, 100]);
});

test("samples that miss a moment are nothing there, and more than all is all", () => {
  const stack = stackOf(
    new Map([
      ["data_wait", samples(at, [100, 150, NaN])],
      ["logging", samples([1, 2.1], [100, 50])],
    ]),
  )!;
  expect([...stack.layers[0]!.share]).toEqual([50, 75, 0]);
  expect([...stack.layers[1]!.share]).toEqual([50, 25, 0]);
});

test("what was interpolated over a pause is left out", () => {
  const shares = new Map([["data_wait", samples([1, 2, 3, 4, 5], [10, 10, 10, 10, 10])]]);
  expect([...stackOf(shares, Float64Array.of(0.8, 1.9, 5.2))!.x]).toEqual([1, 2, 5]);
});

test("nothing is stacked of nothing", () => {
  expect(stackOf(new Map())).toBeNull();
  expect(stackOf(new Map([["copy", samples([1], [0])]]))).toBeNull();
});
