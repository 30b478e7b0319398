// Which runs are drawn: a base, rules that set many runs at once, and single runs that differ from both. A selection is
// as long as what the reader did, however many runs it concerns; runs that appear later follow the base and the rules.
import { makeFilter } from "./filter";
import { noMarks, passes, type RunMarks } from "./run_marks";

export type Base = "default" | "all" | "none";

/** Sets the runs below a folder that pass a filter. */
export interface Rule {
  /** Path of a folder; "" for all runs. */
  below: string;
  /** A regular expression as a filter takes it; "" for all runs. */
  match: string;
  on: boolean;
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
export function ruleTest({ below, match }: Rule, names: Names = noMarks.names): Test {
  const folder = `${below}/`;
  const filter = makeFilter(match);
  return (run) => (below === "" || run.startsWith(folder)) && passes(filter, run, names);
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
  if (rule.below === "" && rule.match === "")
    return { base: rule.on ? "all" : "none", rules: [], flips: new Set() };
  const test = ruleTest(rule, names);
  const others = selection.rules.filter(({ below, match }) => below !== rule.below || match !== rule.match);
  return {
    base: selection.base,
    rules: [...others, rule],
    flips: new Set([...selection.flips].filter((run) => !test(run))),
  };
}

export const onlyRun = (run: string): Selection => ({ base: "none", rules: [], flips: new Set([run]) });
export const onlyRule = (rule: Rule): Selection => ({ base: "none", rules: [rule], flips: new Set() });
