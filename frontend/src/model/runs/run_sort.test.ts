import { describe, expect, it } from "vitest";
import type { JsonNumber, RunSummary } from "../../api/types";
import { naturalSort } from "../tags/order";
import { sortedRows, type RunSort } from "./run_sort";

const run = (name: string, value: JsonNumber | null, last_event: number | null): RunSummary => ({
  name,
  status: "idle",
  started: 0,
  last_event,
  tags: 1,
  points: 1,
  warnings: 0,
  newest: null,
  value: value === null ? null : { tag: "val/acc", step: 1, wall_time: 1, value },
  notes: null,
  front: false,
});

const runs = [
  run("lr-0.1", 0.5, 30),
  run("lr-0.02", 0.5, 10),
  run("none", null, null),
  run("lost", "NaN", 20),
  run("best", "Infinity", 40),
];

describe("sortedRows", () => {
  it.each<[Exclude<RunSort, "name">, string[]]>([
    ["highest", ["best", "lr-0.02", "lr-0.1", "lost", "none"]],
    ["lowest", ["lr-0.02", "lr-0.1", "best", "lost", "none"]],
    ["latest", ["best", "lr-0.1", "lost", "lr-0.02", "none"]],
  ])("%s first", (sort, order) => {
    const byName = new Map(runs.map((entry) => [entry.name, entry]));
    const names = naturalSort(byName.keys(), (name) => name);
    const rows = sortedRows(names, (name) => byName.get(name), sort);
    expect(rows.map((row) => row.name)).toEqual(order);
    const place = { depth: 0, place: 1, siblings: 5 };
    expect(rows[0]).toEqual({ kind: "run", name: order[0], label: order[0], ...place });
  });

  it("puts those that come first before the others, in the same order", () => {
    const byName = new Map(runs.map((entry) => [entry.name, entry]));
    const names = naturalSort(byName.keys(), (name) => name);
    const rows = sortedRows(names, (name) => byName.get(name), "highest", new Set(["none", "lr-0.1"]));
    expect(rows.map((row) => row.name)).toEqual(["lr-0.1", "none", "best", "lr-0.02", "lost"]);
    expect(rows.map((row) => row.place)).toEqual([1, 2, 3, 4, 5]);
  });
});
