// Tags in sections by the first segment of their path.
import type { Tag } from "../api/types";

export interface Section {
  name: string;
  tags: Tag[];
}

export const looseSection = "(no prefix)";

export function sectionOf(tag: string): string {
  const slash = tag.indexOf("/");
  return slash > 0 ? tag.slice(0, slash) : looseSection;
}

/** The tag without its section. */
export function leafOf(tag: string): string {
  const slash = tag.indexOf("/");
  return slash > 0 && slash < tag.length - 1 ? tag.slice(slash + 1) : tag;
}

const ordering = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Sections and tags in natural order; tags without a prefix last. */
export function makeSections(tags: Tag[]): Section[] {
  const sections = new Map<string, Tag[]>();
  for (const tag of tags) {
    const name = sectionOf(tag.tag);
    const members = sections.get(name);
    if (members) members.push(tag);
    else sections.set(name, [tag]);
  }
  const last = (name: string) => (name === looseSection ? 1 : 0);
  return [...sections]
    .map(([name, members]) => ({ name, tags: members.sort((a, b) => ordering.compare(a.tag, b.tag)) }))
    .sort((a, b) => last(a.name) - last(b.name) || ordering.compare(a.name, b.name));
}
