// The list of runs without its folders, in the order of what the runs have reached.
import { toNumber } from "../api/numbers";
import type { RunSummary } from "../api/types";
import { naturalSort } from "./order";
import type { RunRow } from "./run_tree";

export type RunSort = "name" | "highest" | "lowest" | "latest";

/** Runs without a value, and those whose value is not a number, come last; equal ones by name. */
export function sortedRows(
  names: readonly string[],
  byName: ReadonlyMap<string, RunSummary>,
  sort: Exclude<RunSort, "name">,
): RunRow[] {
  const keyOf = (name: string): number => {
    const run = byName.get(name);
    if (sort === "latest") return -(run?.last_event ?? -Infinity);
    const value = run?.value ? toNumber(run.value.value) : NaN;
    return sort === "highest" ? -value : value;
  };
  return naturalSort(names, (name) => name)
    .map((name) => ({ name, key: keyOf(name) }))
    .sort((a, b) => compare(a.key, b.key))
    .map(({ name }) => ({ kind: "run", name, label: name, depth: 0 }));
}

function compare(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : Number(a > b);
}
