import { expect, test } from "vitest";
import { sharesOf, splits, transformsOf } from "./makers";

test("the parts that are told make up the time, in their order", () => {
  const told: Record<string, number> = { batch_blocked: 10, batch_cpu: 90 };
  const found = sharesOf(splits[0]!, (name) => told[name] ?? null)!;
  expect(found.map(({ word, share }) => [word, share])).toEqual([
    ["At work", 90],
    ["Waiting for disk, network or a lock", 10],
  ]);
  expect(sharesOf(splits[1]!, (name) => told[name] ?? null)).toBeNull();
});

test("transforms are told by their names, the slowest first", () => {
  const told: Record<string, number> = { "transform/Resize": 20, "transform/Rotate_2": 30 };
  const tags = [
    "pipeline/step",
    "pipeline/transform/Resize",
    "pipeline/transform/Rotate_2",
    "pipeline/transform/None",
  ];
  expect(transformsOf(tags, (name) => told[name] ?? null)).toEqual([
    { name: "Rotate_2", share: 30 },
    { name: "Resize", share: 20 },
  ]);
});
