// Tags in sections by the first segment of their path; what a training is judged by comes first.
import type { Tag } from "../api/types";
import { singleCard, type Card } from "./card";
import { naturalSort } from "./order";

export interface Section {
  name: string;
  cards: Card[];
}

export const looseSection = "(no prefix)";
export const textSection = "text";

/** Sections with these names come first, in this order. */
const leading = ["train", "training", "val", "valid", "validation", "eval", "test"];
/** These come after all others. */
const trailing = ["pipeline", "device", "host", "system", "health", looseSection, textSection];

// TensorBoard's writers append this to the names of texts.
const textSuffix = "/text_summary";

/** A tag's name as it is shown. */
export function nameOf(tag: Tag): string {
  if (tag.display_name && tag.display_name !== tag.tag) return tag.display_name;
  const isText = tag.kind === "text" && tag.tag.endsWith(textSuffix) && tag.tag.length > textSuffix.length;
  return isText ? tag.tag.slice(0, -textSuffix.length) : tag.tag;
}

function slashOf(name: string): number {
  const slash = name.indexOf("/");
  return slash < name.length - 1 ? slash : -1;
}

export function sectionOf(tag: Tag): string {
  const slash = slashOf(nameOf(tag));
  if (slash > 0) return nameOf(tag).slice(0, slash);
  return tag.kind === "text" ? textSection : looseSection;
}

/** The shown name without its section. */
export function leafOf(tag: Tag): string {
  const name = nameOf(tag);
  const slash = slashOf(name);
  return slash > 0 ? name.slice(slash + 1) : name;
}

function rank(section: string): number {
  const name = section.toLowerCase();
  if (leading.includes(name)) return leading.indexOf(name) - leading.length;
  return trailing.indexOf(name) + 1;
}

export function makeSections(tags: readonly Tag[]): Section[] {
  const sections = new Map<string, Tag[]>();
  for (const tag of tags) {
    const name = sectionOf(tag);
    const members = sections.get(name);
    if (members) members.push(tag);
    else sections.set(name, [tag]);
  }
  return naturalSort(sections, ([name]) => name)
    .map(([name, members]) => ({ name, cards: naturalSort(members, leafOf).map(singleCard) }))
    .sort((a, b) => rank(a.name) - rank(b.name));
}
