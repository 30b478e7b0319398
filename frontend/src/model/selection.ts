// Which runs are drawn: a base and the runs that differ from it. Runs that appear later follow the base.

export type Base = "default" | "all" | "none";

export interface Selection {
  base: Base;
  /** Runs whose state is the opposite of the base's. */
  flips: ReadonlySet<string>;
}

export const initialSelection: Selection = { base: "default", flips: new Set() };

/** With more runs than this the page starts with the newest few only. */
export const crowd = 100;
export const newestShown = 20;

/** What the default shows: all runs, or in a crowd the ones that started last. */
export function defaultRuns(runs: readonly { name: string; started: number | null }[]): ReadonlySet<string> {
  const chosen =
    runs.length <= crowd
      ? runs
      : [...runs]
          .sort((a, b) => (b.started ?? 0) - (a.started ?? 0) || a.name.localeCompare(b.name))
          .slice(0, newestShown);
  return new Set(chosen.map((run) => run.name));
}

export function isSelected(selection: Selection, run: string, defaults: ReadonlySet<string>): boolean {
  const base = selection.base === "all" || (selection.base === "default" && defaults.has(run));
  return base !== selection.flips.has(run);
}

/** The selection after setting some runs, with everything else as it was. */
export function setSelected(
  selection: Selection,
  runs: Iterable<string>,
  on: boolean,
  defaults: ReadonlySet<string>,
): Selection {
  const flips = new Set(selection.flips);
  for (const run of runs) {
    if (isSelected({ base: selection.base, flips }, run, defaults) === on) continue;
    if (!flips.delete(run)) flips.add(run);
  }
  return { base: selection.base, flips };
}

export const onlyRuns = (runs: Iterable<string>): Selection => ({ base: "none", flips: new Set(runs) });

/** Sets every run that passes a filter; without a filter the base itself changes, so that later runs follow. */
export function setAll(
  selection: Selection,
  filtered: readonly string[],
  total: number,
  on: boolean,
  defaults: ReadonlySet<string>,
): Selection {
  if (filtered.length === total) return { base: on ? "all" : "none", flips: new Set() };
  return setSelected(selection, filtered, on, defaults);
}
