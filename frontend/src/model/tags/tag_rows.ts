// The tree of tags, flattened into the rows that a virtual list shows.
import type { Card } from "../layout/card";
import { leafIn } from "./tag_path";
import { firstCard, type Branch } from "./tag_tree";

interface Place {
  label: string;
  depth: number;
  /** Where it stands among the rows of its folder, from 1, and how many those are. */
  place: number;
  siblings: number;
}

export interface TagFolder extends Place {
  kind: "folder";
  path: string;
  open: boolean;
  /** Tags everywhere below it. */
  count: number;
  first: Card;
}

export interface TagLeaf extends Place {
  kind: "tag";
  card: Card;
}

export type TagRow = TagFolder | TagLeaf;

export const keyOf = (row: TagRow) => (row.kind === "tag" ? row.card.key : `folder:${row.path}`);

/** Rows in the tree's order, without what is folded away; a folder's own tags come before the folders in it. */
export function makeTagRows(tree: readonly Branch[], closed: ReadonlySet<string>): TagRow[] {
  const rows: TagRow[] = [];
  addRows(rows, { path: "", cards: [], branches: tree }, 0, closed);
  return rows;
}

interface Level {
  path: string;
  cards: readonly Card[];
  branches: readonly Branch[];
}

function addRows(rows: TagRow[], level: Level, depth: number, closed: ReadonlySet<string>): void {
  const { path, cards, branches } = level;
  const siblings = cards.length + branches.length;
  let place = 0;
  const addTag = (card: Card) => {
    const label = leafIn(path, card.members[0]!.tag);
    rows.push({ kind: "tag", card, label, depth, place: ++place, siblings });
  };
  for (const card of cards) addTag(card);
  for (const branch of branches) {
    const first = firstCard(branch);
    if (branch.count === 1) {
      addTag(first);
      continue;
    }
    const { label, inner } = chainOf(branch);
    const open = !closed.has(inner.path);
    const { path: own, count } = inner;
    rows.push({ kind: "folder", path: own, label, depth, open, count, first, place: ++place, siblings });
    if (open) addRows(rows, inner, depth + 1, closed);
  }
}

/** A folder that holds nothing but one other is one row with it, as in a file browser. */
function chainOf(branch: Branch): { label: string; inner: Branch } {
  let inner = branch;
  let { label } = branch;
  while (inner.cards.length === 0 && inner.branches.length === 1) {
    inner = inner.branches[0]!;
    label += `/${inner.label}`;
  }
  return { label, inner };
}
