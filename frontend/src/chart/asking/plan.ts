// What a chart draws of its runs: their lines, or bands of many runs each where lines could not be told apart.
import { partition, type Group, type Grouping } from "../../model/runs/grouping";
import type { Band, View } from "../../model/view/view_url";

/** Beyond so many lines of one chart the eye finds none again, and each of them makes the page slower. */
export const mostLines = 80;
/** Beyond so many bands one hides another: a crowd of more groups is one band. */
const mostBands = 40;
/** So many lines are drawn over a crowd's band: those nearest to the pointer. */
export const mostNearest = 10;

/** Stands for all runs, and for those that are in no group. */
export const everyone = "all runs";
export const others = "other runs";

export type Spread = Exclude<Band, "none">;

/** One tag's share. */
export interface Plan {
  lines: string[];
  bands: Group[];
}

/** What a card of these runs, tag by tag, draws; a crowd shows the lines that are nearest to the pointer, too. */
export function planFor(
  runsByTag: readonly string[][],
  grouping: Grouping,
  { band, everyLine }: Pick<View, "band" | "everyLine">,
): { plans: Plan[]; isCrowd: boolean } {
  const isGrouped = grouping.expression !== null;
  const isCrowd = !everyLine && runsByTag.reduce((sum, runs) => sum + runs.length, 0) > mostLines;
  const hasBands = isGrouped && band !== "none";
  const plans = runsByTag.map((runs): Plan => {
    if (!isCrowd && !hasBands) return { lines: runs, bands: [] };
    if (!isGrouped) return { lines: [], bands: [{ name: everyone, runs }] };
    const { groups, loose } = partition(runs, grouping);
    if (isCrowd && groups.length > mostBands) return { lines: [], bands: [{ name: everyone, runs }] };
    if (!isCrowd || loose.length <= mostLines) return { lines: loose, bands: groups };
    return { lines: [], bands: [...groups, { name: others, runs: loose }] };
  });
  return { plans, isCrowd: isCrowd && plans.some(({ bands }) => bands.length > 0) };
}

export const spreadOf = (band: Band): Spread => (band === "none" ? "minmax" : band);
