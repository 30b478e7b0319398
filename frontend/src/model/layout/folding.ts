// What is folded away: a folder takes all sections below it into one heading.
import type { Block } from "./arrangement";
import { pathsTo } from "../tags/tag_path";

export interface FoldedBlock extends Block {
  open: boolean;
}

/** The outermost closed folder that a section is in; null where it is open. */
export const closedAround = (name: string, closed: ReadonlySet<string>) =>
  pathsTo(name).find((path) => closed.has(path)) ?? null;

/** Folders of what tells of the machine, not of what is learnt: folded unless the reader has unfolded them. */
const quiet: ReadonlySet<string> = new Set(["pipeline", "host", "device"]);

interface Folds {
  closed: ReadonlySet<string>;
  /** Of the quiet folders those that the reader has unfolded. */
  opened: ReadonlySet<string>;
}

/** Whether a folder is folded without anybody's doing: not where it is looked for, nor where there is nothing else. */
const isQuiet = (name: string, sections: readonly string[], isFiltered: boolean) =>
  quiet.has(name) && !isFiltered && sections.some((section) => !quiet.has(pathsTo(section)[0] ?? ""));

/** All that is folded, by the reader or by itself. */
export function foldedOf(
  { closed, opened }: Folds,
  sections: readonly string[],
  isFiltered: boolean,
): ReadonlySet<string> {
  const more = [...quiet].filter((name) => !opened.has(name) && isQuiet(name, sections, isFiltered));
  return more.length > 0 ? new Set([...closed, ...more]) : closed;
}

/** What is folded once a folder has been folded, or unfolded. */
export function toggleFold(
  folds: Folds,
  name: string,
  sections: readonly string[],
  isFiltered: boolean,
): Partial<Folds> {
  const isFolded = foldedOf(folds, sections, isFiltered).has(name);
  if (isFolded || isQuiet(name, sections, isFiltered)) {
    const change: Partial<Folds> = {};
    if (folds.closed.has(name)) change.closed = toggled(folds.closed, name);
    if (quiet.has(name) && folds.opened.has(name) !== isFolded) change.opened = toggled(folds.opened, name);
    return change;
  }
  return { closed: toggled(folds.closed, name) };
}

function toggled(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const found = new Set(names);
  if (!found.delete(name)) found.add(name);
  return found;
}

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
