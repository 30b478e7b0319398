// Runs in groups: which group a run's name puts it into, and what the groups are.
import { makeFilter } from "../tags/filter";
import { naturalSort } from "../tags/order";

export type GroupBy = "none" | "folder" | "expression" | "all";

export interface Group {
  name: string;
  runs: string[];
}

export interface Grouping {
  /** What it captures of a run's name is the name of the run's group; null: runs are in no groups. */
  expression: string | null;
  /** Why the expression is not one, or null. */
  error: string | null;
  /** null: the run is in no group. */
  groupOf(run: string): string | null;
}

const folders = "^(?:(.*)/)?[^/]*$";
const everyRun = "^";
/** The group of runs of which nothing was captured, such as those in no folder. */
export const blank = "(none)";

const apart: Grouping = { expression: null, error: null, groupOf: () => null };

/** `written`: the reader's own expression. */
export function makeGrouping(by: GroupBy, written: string): Grouping {
  if (by === "none" || (by === "expression" && written === "")) return apart;
  return groupingBy(by === "folder" ? folders : by === "all" ? everyRun : written);
}

/** Groups of the runs that an expression matches, by what it captures: as TensorBoard colours them, and read as a filter is. */
export function groupingBy(expression: string): Grouping {
  const filter = makeFilter(expression);
  if (filter.error !== null) return { ...apart, error: filter.error };
  const whole = expression === everyRun ? "all runs" : expression;
  const groupOf = (run: string) => {
    const found = filter.find(run);
    if (!found) return null;
    const captured = found.slice(1).map((part: string | undefined) => part ?? "");
    if (captured.length === 0) return whole;
    return captured.some((part) => part !== "") ? captured.join(", ") : blank;
  };
  return { expression, error: null, groupOf };
}

/** The groups that these runs form in the order of their names, and the runs that are in none. */
export function partition(
  runs: Iterable<string>,
  { groupOf }: Grouping,
): { groups: Group[]; loose: string[] } {
  const members = new Map<string, string[]>();
  const loose: string[] = [];
  for (const run of runs) {
    const name = groupOf(run);
    const group = name === null ? loose : members.get(name);
    if (group) group.push(run);
    else members.set(name!, [run]);
  }
  const groups = naturalSort(members, ([name]) => name).map(([name, own]) => ({ name, runs: own }));
  return { groups, loose };
}
