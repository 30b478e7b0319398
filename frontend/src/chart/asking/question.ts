// What a card asks the server for.
import type { BandsQuery, ColumnsQuery, NearestQuery } from "../../api/types";
import type { Card } from "../../model/layout/card";
import { isExact, isOff } from "../../model/view/smoothing";
import type { View } from "../../model/view/view_url";
import type { Part } from "./part";
import { mostNearest, type Plan } from "./plan";

export type Query = ColumnsQuery | BandsQuery;

export const isBands = (query: Query): query is BandsQuery => "groups" in query;
export const isLines = (query: Query): query is ColumnsQuery => !isBands(query);

/** A place on a chart. */
export interface Place {
  x: number;
  value: number;
  /** Whether y is logarithmic, and so what is near. */
  log: boolean;
}

/** Questions for each of a card's tags, whose runs are drawn as the plan of the same place says. */
export function queriesFor(
  card: Card,
  view: View,
  plans: readonly Plan[],
  { range, pixels, logX }: Part,
): Query[] {
  const { kind, amount } = view.smoothing;
  return card.members.flatMap(({ tag, exact }, i): Query[] => {
    const { lines, bands } = plans[i]!;
    const common = {
      tag: tag.tag,
      x: view.x,
      x_tag: view.xTag,
      log_x: logX,
      range,
      pixels,
      smoothing: exact || isExact(tag.tag) || isOff(kind, amount) ? null : view.smoothing,
      superseded: view.superseded,
    };
    const queries: Query[] = [];
    // A tag of no run at all is asked about, too: there is no chart without an answer.
    if (lines.length > 0 || bands.length === 0) queries.push({ ...common, runs: lines });
    if (bands.length > 0) queries.push({ ...common, groups: bands });
    return queries;
  });
}

/** The lines of single runs over the bands that were drawn. */
export function linesOver({ range, pixels, ...band }: BandsQuery, runs: string[]): ColumnsQuery {
  return { ...lineOf(band), range, pixels, runs };
}

/** Which of a band's runs pass nearest to a place. */
export function nearestTo(band: BandsQuery, place: Place): NearestQuery {
  return {
    ...lineOf(band),
    runs: band.groups.flatMap(({ runs }) => runs),
    at: place.x,
    value: place.value,
    log_y: place.log,
    limit: mostNearest,
  };
}

type LineQuery = Pick<BandsQuery, "tag" | "x" | "x_tag" | "log_x" | "smoothing" | "superseded">;

const lineOf = ({ tag, x, x_tag, log_x, smoothing, superseded }: LineQuery) => ({
  tag,
  x,
  x_tag,
  log_x,
  smoothing,
  superseded,
});
