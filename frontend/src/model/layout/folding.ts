// What is folded away: a folder takes all sections below it into one heading.
import type { Block } from "./arrangement";
import { pathsTo } from "../tags/tag_path";

export interface FoldedBlock extends Block {
  open: boolean;
}

/** The outermost closed folder that a section is in; null where it is open. */
export const closedAround = (name: string, closed: ReadonlySet<string>) =>
  pathsTo(name).find((path) => closed.has(path)) ?? null;

/** Blocks as they are shown: of what is below a closed folder the first one's place stands for all. */
export function foldBlocks(
  blocks: readonly Block[],
  closed: ReadonlySet<string>,
  columns: number,
): FoldedBlock[] {
  const shown: FoldedBlock[] = [];
  const folded = new Map<string, number>();
  for (const block of blocks) {
    const path = closedAround(block.section.name, closed);
    const at = path === null ? undefined : folded.get(path);
    if (path === null) shown.push({ ...block, open: true });
    else if (at === undefined) {
      folded.set(path, shown.length);
      const section = { name: path, cards: block.section.cards };
      const span = path === block.section.name ? block.span : columns;
      shown.push({ ...block, section, span, later: false, open: false });
    } else {
      const first = shown[at]!;
      const cards = [...first.section.cards, ...block.section.cards];
      const span = path === block.section.name ? first.span : columns;
      shown[at] = { ...first, section: { name: path, cards }, span };
    }
  }
  return shown;
}
