// The list of runs without its folders, in the order of what the runs have reached.
import { toNumber } from "../../api/numbers";
import type { RunSummary } from "../../api/types";
import { firstOnes } from "../tags/order";
import type { RunRow } from "./run_tree";

export type RunSort = "name" | "highest" | "lowest" | "latest";

/**
 * Runs without a value, and those whose value is not a number, come last; equal ones as they are given. Those of `first`
 * come before all others.
 */
export function sortedRows(
  names: readonly string[],
  runOf: (name: string) => RunSummary | undefined,
  sort: Exclude<RunSort, "name">,
  first: ReadonlySet<string> = new Set(),
): RunRow[] {
  const keyOf = (name: string): number => {
    const run = runOf(name);
    if (sort === "latest") return -(run?.last_event ?? -Infinity);
    const value = run?.value ? toNumber(run.value.value) : NaN;
    return sort === "highest" ? -value : value;
  };
  const sorted = names.map((name) => ({ name, key: keyOf(name) })).sort((a, b) => compare(a.key, b.key));
  return firstOnes(sorted, ({ name }) => first.has(name)).map(({ name }, i) => ({
    kind: "run",
    name,
    label: name,
    depth: 0,
    place: i + 1,
    siblings: names.length,
  }));
}

function compare(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : Number(a > b);
}
