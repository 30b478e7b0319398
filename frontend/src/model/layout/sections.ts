// The page's sections: what is pinned, the reader's groups, then the tags by the folders they are in.
import { tagNames, type Card } from "./card";
import { makeFilter } from "../tags/filter";
import { naturalSort } from "../tags/order";
import type { TagGroup } from "../tags/tag_groups";
import { growTree, walk } from "../tags/tag_tree";

export interface Section {
  /** What the view knows it by: a path, or what no path can be. */
  name: string;
  cards: Card[];
}

export interface Placing {
  /** Tags whose cards are pinned, in the order in which they stand. */
  pinned: ReadonlySet<string>;
  groups: readonly TagGroup[];
}

// No path of a folder ends with a slash.
export const pinnedSection = "pinned/";
export const groupSection = (group: TagGroup) => `group:${group.match}/`;
/** Whether a section stands where the reader has put it. */
export const isFixed = (section: string) => section.endsWith("/");

/** What a section is called. */
export function titleOf(section: string, groups: readonly TagGroup[]): string {
  if (section === pinnedSection) return "Pinned";
  return groups.find((group) => groupSection(group) === section)?.name ?? section;
}

export const isPinned = (card: Card, pinned: Placing["pinned"]) =>
  tagNames(card).some((name) => pinned.has(name));

/** Each card stands in the first of these that it belongs to. */
export function makeSections(cards: readonly Card[], { pinned, groups }: Placing): Section[] {
  const places = [...pinned];
  const placeOf = (card: Card) => places.findIndex((name) => tagNames(card).includes(name));
  const [held, others] = part(cards, (card) => isPinned(card, pinned));
  const sections: Section[] = [];
  if (held.length > 0)
    sections.push({ name: pinnedSection, cards: held.sort((a, b) => placeOf(a) - placeOf(b)) });
  let rest = others;
  for (const group of groups) {
    const filter = makeFilter(group.match);
    const [own, left] = part(rest, (card) => tagNames(card).some((name) => filter.matches(name)));
    // An empty group stays, so that it can be taken away; but nothing stands where there is no card at all.
    if (cards.length > 0)
      sections.push({ name: groupSection(group), cards: naturalSort(own, ({ name }) => name) });
    rest = left;
  }
  for (const { path, cards: own } of walk(growTree(rest)))
    if (own.length > 0) sections.push({ name: path, cards: own });
  return sections;
}

function part<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  const yes: T[] = [];
  const no: T[] = [];
  for (const item of items) (test(item) ? yes : no).push(item);
  return [yes, no];
}
