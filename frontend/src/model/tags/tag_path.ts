// Where a tag stands among the others: its path, and its name there.
import type { Tag } from "../../api/types";

export const looseSection = "(no prefix)";
export const textSection = "text";

// TensorBoard's writers append this to the names of texts.
const textSuffix = "/text_summary";

/** A tag's name as it is shown. */
export function nameOf(tag: Tag): string {
  if (tag.display_name && tag.display_name !== tag.tag) return tag.display_name;
  const isText = tag.kind === "text" && tag.tag.endsWith(textSuffix) && tag.tag.length > textSuffix.length;
  return isText ? tag.tag.slice(0, -textSuffix.length) : tag.tag;
}

/** Slashes part a name only where something stands on both sides. */
const segmentsOf = (name: string) => name.match(/(?:^\/+)?[^/]+(?:\/+$)?/g) ?? [name];

/** The folders that a tag is in, the outermost first; a tag without any is in one of those without. */
export function foldersOf(tag: Tag): string[] {
  const folders = segmentsOf(nameOf(tag)).slice(0, -1);
  return folders.length > 0 ? folders : [tag.kind === "text" ? textSection : looseSection];
}

/** The shown name without the path of a folder that the tag is below. */
export function leafIn(path: string, tag: Tag): string {
  const name = nameOf(tag);
  if (!name.startsWith(`${path}/`)) return name;
  return name.slice(path.length + 1).replace(/^\/+/, "") || name;
}

/** The paths of a folder and of all that it is in, the outermost first. */
export function pathsTo(path: string): string[] {
  const segments = segmentsOf(path);
  return segments.map((_, i) => segments.slice(0, i + 1).join("/"));
}
