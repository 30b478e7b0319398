// Which runs are drawn: a base, rules that set many runs at once, and single runs that differ from both. A selection is
// as long as what the reader did, however many runs it concerns; runs that appear later follow the base and the rules.
import { makeFilter } from "../tags/filter";
import { groupingBy } from "./grouping";
import { noMarks, passes, type RunMarks } from "./run_marks";

export type Base = "default" | "all" | "none";

/** Sets the runs below a folder that pass a filter, or only those of them that are in a group. */
export interface Rule {
  /** Path of a folder; "" for all runs. */
  below: string;
  /** A regular expression as a filter takes it; "" for all runs. */
  match: string;
  group?: GroupKey;
  on: boolean;
}

export interface GroupKey {
  /** A regular expression that groups runs by what it captures. */
  expression: string;
  name: string;
}

export interface Selection {
  base: Base;
  /** A later rule goes before an earlier one. */
  rules: readonly Rule[];
  /** Runs whose state is the opposite of what base and rules say. */
  flips: ReadonlySet<string>;
}

export const initialSelection: Selection = { base: "default", rules: [], flips: new Set() };

/** With more runs than this the page starts with the newest few only. */
export const crowd = 100;

type Test = (run: string) => boolean;
type Names = RunMarks["names"];

/** `names`: the names that were given to runs, which a filter finds them by, too. */
export function ruleTest({ below, match, group }: Rule, names: Names = noMarks.names): Test {
  const folder = `${below}/`;
  const filter = makeFilter(match);
  const isMeant = (run: string) => (below === "" || run.startsWith(folder)) && passes(filter, run, names);
  if (!group) return isMeant;
  const { groupOf } = groupingBy(group.expression);
  return (run) => groupOf(run) === group.name && isMeant(run);
}

/** Says of each run whether it is selected. */
export function chooser(
  selection: Selection,
  defaults: ReadonlySet<string>,
  names: Names = noMarks.names,
): Test {
  const { base, flips } = selection;
  const rules = selection.rules.map((rule) => ({ on: rule.on, test: ruleTest(rule, names) })).reverse();
  return (run) => {
    const ruled = rules.find((rule) => rule.test(run))?.on;
    const on = ruled ?? (base === "all" || (base === "default" && defaults.has(run)));
    return on !== flips.has(run);
  };
}

/** The selection with one run set, and everything else as it was. */
export function setRun(
  selection: Selection,
  run: string,
  on: boolean,
  defaults: ReadonlySet<string>,
  names: Names = noMarks.names,
): Selection {
  if (chooser(selection, defaults, names)(run) === on) return selection;
  const flips = new Set(selection.flips);
  if (!flips.delete(run)) flips.add(run);
  return { ...selection, flips };
}

/** The selection with all runs set that a rule is about. */
export function setRule(selection: Selection, rule: Rule, names: Names = noMarks.names): Selection {
  if (rule.below === "" && rule.match === "" && !rule.group)
    return { base: rule.on ? "all" : "none", rules: [], flips: new Set() };
  const test = ruleTest(rule, names);
  const others = selection.rules.filter((other) => !isSameMeant(other, rule));
  return {
    base: selection.base,
    rules: [...others, rule],
    flips: new Set([...selection.flips].filter((run) => !test(run))),
  };
}

const isSameMeant = (a: Rule, b: Rule) =>
  a.below === b.below &&
  a.match === b.match &&
  a.group?.expression === b.group?.expression &&
  a.group?.name === b.group?.name;

export const onlyRun = (run: string): Selection => ({ base: "none", rules: [], flips: new Set([run]) });
export const onlyRule = (rule: Rule): Selection => ({ base: "none", rules: [rule], flips: new Set() });
