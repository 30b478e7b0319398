// Groups of charts that the reader makes: each holds the tags that a regular expression matches.
import { makeFilter } from "./filter";

export interface TagGroup {
  name: string;
  /** A regular expression as a filter takes it; no two groups have the same. */
  match: string;
}

type Groups = readonly TagGroup[];

/** An expression that is none, or that every tag would match, makes no group. */
export const isGroupable = (match: string) => match !== "" && makeFilter(match).error === null;

export const addGroup = (groups: Groups, match: string): Groups =>
  !isGroupable(match) || groups.some((group) => group.match === match)
    ? groups
    : [...groups, { name: match, match }];

export const removeGroup = (groups: Groups, match: string): Groups =>
  groups.filter((group) => group.match !== match);

/** Without a name a group is called by its expression. */
export const renameGroup = (groups: Groups, match: string, name: string): Groups =>
  groups.map((group) => (group.match === match ? { name: name.trim() || match, match } : group));

/** Moves a group by so many places, as far as there are any. */
export function moveGroup(groups: Groups, match: string, by: number): Groups {
  const from = groups.findIndex((group) => group.match === match);
  const to = Math.max(0, Math.min(groups.length - 1, from + by));
  return from < 0 || from === to ? groups : groups.toSpliced(from, 1).toSpliced(to, 0, groups[from]!);
}
