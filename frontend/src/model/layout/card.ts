// What one card of the page shows: a tag, or several scalar tags that share a chart.
import type { Tag } from "../../api/types";

export interface Member {
  tag: Tag;
  /** Thin and pale, behind the lines that matter more. */
  pale: boolean;
  /** A canvas dash pattern that tells tags of one card apart; null: each run's own. */
  dash: readonly number[] | null;
  /** Drawn as it was logged, whatever the smoothing. */
  exact: boolean;
}

export interface Card {
  key: string;
  /** The first tag's name: the view speaks of a card by it. */
  name: string;
  kind: string;
  members: readonly Member[];
}

/** Tells the clear lines of one card apart, the first one solid. */
const dashes: readonly (readonly number[])[] = [
  [],
  [6, 3],
  [2, 3],
  [9, 3, 2, 3],
  [12, 4],
  [5, 2, 2, 2, 2, 2],
];

export const keyOf = (tag: Tag) => `${tag.kind}:${tag.tag}`;

export const singleCard = (tag: Tag): Card => ({
  key: keyOf(tag),
  name: tag.tag,
  kind: tag.kind,
  members: [{ tag, pale: false, dash: null, exact: false }],
});

export const tagNames = (card: Card) => card.members.map(({ tag }) => tag.tag);

/** The name of the series per batch whose mean per epoch a tag holds; a tag that is no such mean is its own. */
export function batchOf(name: string): string {
  return /[^/]\/epoch$/.test(name) ? name.slice(0, -"/epoch".length) : name.replace(/(?<=.)_epoch$/, "_step");
}

/** Points per run, by the names of tags. */
export type Densities = ReadonlyMap<string, number>;

/** So many times the points of another series make a series dense. */
const dense = 4;
/** A single point is no line that another one would hide. */
const shortest = 2;

/**
 * Scalar tags in one chart: what has a mean per epoch beside it is pale, and so are the dense ones of the others, so that
 * what is logged once per epoch stands clear before what is logged per batch. What stands clear before something pale
 * is as it was logged, and so is what its means smooth already.
 */
export function cardOf(key: string, tags: readonly Tag[], densities: Densities = new Map()): Card {
  const first = tags[0]!;
  if (tags.length === 1) return { ...singleCard(first), key };
  const means = tags.filter(({ tag }) => !hasMean(tag, tags));
  const points = ({ tag }: Tag) => densities.get(tag) ?? 0;
  const sparsest = Math.min(...means.map(points).filter((count) => count >= shortest));
  const clear = means.filter((tag) => points(tag) < dense * sparsest);
  const hasPale = clear.length < tags.length;
  const members = tags.map((tag): Member => {
    const pale = !clear.includes(tag);
    const dash = pale || clear.length === 1 ? null : dashes[clear.indexOf(tag) % dashes.length]!;
    return { tag, pale, dash, exact: hasPale && !(pale && means.includes(tag)) };
  });
  return { key, name: first.tag, kind: first.kind, members };
}

const hasMean = (name: string, tags: readonly Tag[]) =>
  tags.some(({ tag }) => tag !== name && batchOf(tag) === name);

/** The card as it is asked for and drawn once it is known how many points its series have. */
export const withDensities = ({ key, members }: Card, densities: Densities) =>
  cardOf(
    key,
    members.map(({ tag }) => tag),
    densities,
  );

/** What tells a card's tags apart, in few words: the parts of their names that not all of them have. */
export function memberLabels({ members }: Card): ReadonlyMap<string, string> {
  const tags = members.map(({ tag }) => tag);
  const parts = distinctParts([...new Set(tags.map(({ tag }) => batchOf(tag)))]);
  const labels = tags.map(({ tag }): [string, string] => {
    const base = batchOf(tag);
    const rhythm = hasMean(tag, tags) ? "batch" : base === tag ? "" : "epoch";
    return [tag, [parts.get(base)!, rhythm].filter(Boolean).join(" ")];
  });
  return new Map(labels);
}

const edges = /^[/_.-]+|[/_.-]+$/g;

/** Names without the beginnings and the ends that all of them share; whole where one would be left with nothing. */
function distinctParts(names: readonly string[]): ReadonlyMap<string, string> {
  if (names.length === 1) return new Map([[names[0]!, ""]]);
  const split = names.map((name) => name.split(/(?=[/_.-])/));
  const shared = (at: (parts: string[], index: number) => string | undefined) => {
    let count = 0;
    while (split.every((parts) => count < parts.length && at(parts, count) === at(split[0]!, count))) count++;
    return count;
  };
  const start = shared((parts, index) => parts[index]);
  const end = shared((parts, index) => parts[parts.length - 1 - index]);
  const rest = split.map((parts) =>
    parts
      .slice(start, parts.length - end)
      .join("")
      .replace(edges, ""),
  );
  const isTelling = rest.every((part) => part !== "");
  return new Map(names.map((name, i) => [name, isTelling ? rest[i]! : name]));
}
