// What people have noted of the runs, as far as the list and the charts heed it.
import type { RunNotes, RunSummary } from "../../api/types";
import type { Filter } from "../tags/filter";

export interface RunMarks {
  starred: ReadonlySet<string>;
  archived: ReadonlySet<string>;
  /** Names that were given to runs in place of their own. */
  names: ReadonlyMap<string, string>;
}

export const noMarks: RunMarks = { starred: new Set(), archived: new Set(), names: new Map() };

export function marksOf(runs: Iterable<RunSummary>): RunMarks {
  const starred = new Set<string>();
  const archived = new Set<string>();
  const names = new Map<string, string>();
  for (const { name, notes } of runs) {
    if (!notes) continue;
    if (notes.starred) starred.add(name);
    if (notes.archived) archived.add(name);
    if (notes.name) names.set(name, notes.name);
  }
  return { starred, archived, names };
}

/** Whether both come to the same marks; what a note says is no mark. */
export const isMarkedSame = (a: RunNotes | null | undefined, b: RunNotes | null | undefined) =>
  (a?.starred ?? false) === (b?.starred ?? false) &&
  (a?.archived ?? false) === (b?.archived ?? false) &&
  (a?.name ?? "") === (b?.name ?? "");

/** What a run is called on the page. A given name that is another run's, too, has the run's own beside it. */
export function titleOf(run: string, names: RunMarks["names"], isRun: (name: string) => boolean): string {
  const own = run === "." ? "(this directory)" : run;
  const given = names.get(run);
  if (given === undefined) return own;
  const isShared = isRun(given) || [...names].some(([other, name]) => name === given && other !== run);
  return isShared && given !== run ? `${given} (${own})` : given;
}

/** A run passes by its own name or by the one that it was given. */
export function passes(filter: Filter, run: string, names: RunMarks["names"]): boolean {
  const given = names.get(run);
  return filter.matches(run) || (given !== undefined && filter.matches(given));
}
