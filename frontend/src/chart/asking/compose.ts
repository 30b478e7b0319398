// From the server's answers to what is drawn: each line and band with its look.
import type { Bands } from "../../api/bands";
import type { Columns } from "../../api/columns";
import type { Card } from "../../model/layout/card";
import { plainLook, type Look } from "../../model/runs/colours";
import { edgesOf, type Band } from "../drawing/band";
import { everyone, others, type Spread } from "./plan";
import type { Line } from "../drawing/scene";

export interface Looking {
  /** Whether a run is still to be shown: the answer may be older than the reader's choice. */
  isShown(run: string): boolean;
  lookOf(run: string): Look;
}

/** Runs that are in no group first, behind all others. */
export function composeLines(
  columns: readonly Columns[],
  { members }: Card,
  { isShown, lookOf }: Looking,
  isGuest = false,
): Line[] {
  const lines = columns.flatMap(({ tag, series }): Line[] => {
    const member = members.find((one) => one.tag.tag === tag);
    if (!member) return [];
    const { pale, dash } = member;
    return series
      .filter(({ status, run }) => status === "ok" && isShown(run))
      .map((one) => ({ tag, columns: one, look: lookOf(one.run), pale, dash, isGuest }));
  });
  const isPlain = ({ look }: Line) => look === plainLook;
  return [...lines.filter(isPlain), ...lines.filter((line) => !isPlain(line))];
}

/** `lookOf`: of a group. A band of runs that are in no group, or of all where they are in none, has no colour of its own. */
export function composeBands(
  bands: readonly Bands[],
  { members }: Card,
  spread: Spread,
  lookOf: (group: string) => Look,
  isAllAGroup: boolean,
): Band[] {
  return bands.flatMap(({ tag, groups }): Band[] => {
    const member = members.find((one) => one.tag.tag === tag);
    if (!member) return [];
    const { pale, dash } = member;
    return groups.map((columns) => {
      const { name } = columns;
      const isPlain = name === others || (name === everyone && !isAllAGroup);
      return {
        tag,
        columns,
        ...edgesOf(columns, spread),
        look: isPlain ? plainLook : lookOf(name),
        pale,
        dash,
      };
    });
  });
}
