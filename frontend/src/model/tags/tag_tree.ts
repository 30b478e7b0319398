// Cards as a tree by their tags' paths, of any depth; what a training is judged by comes first.
import type { Card } from "../layout/card";
import { naturalSort } from "./order";
import { foldersOf, leafIn, looseSection, textSection } from "./tag_path";

export interface Branch {
  path: string;
  /** The last part of its path. */
  label: string;
  /** What stands in the folder itself. */
  cards: Card[];
  branches: Branch[];
  /** Cards in the folder and everywhere below it. */
  count: number;
}

/** First segments with these names come first, in this order. */
const leading = ["train", "training", "val", "valid", "validation", "eval", "test"];
/** These come after all others. */
const trailing = ["pipeline", "device", "host", "system", "health", looseSection, textSection];

function rank(branch: Branch): number {
  const name = branch.label.toLowerCase();
  if (leading.includes(name)) return leading.indexOf(name) - leading.length;
  return trailing.indexOf(name) + 1;
}

interface Folder {
  cards: Card[];
  folders: Map<string, Folder>;
}

const newFolder = (): Folder => ({ cards: [], folders: new Map() });

export function growTree(cards: Iterable<Card>): Branch[] {
  const root = newFolder();
  for (const card of cards) {
    let folder = root;
    for (const segment of foldersOf(card.members[0]!.tag)) {
      let inner = folder.folders.get(segment);
      if (!inner) folder.folders.set(segment, (inner = newFolder()));
      folder = inner;
    }
    folder.cards.push(card);
  }
  return branchesOf(root, "").sort((a, b) => rank(a) - rank(b));
}

function branchesOf(folder: Folder, prefix: string): Branch[] {
  return naturalSort(folder.folders, ([segment]) => segment).map(([segment, inner]) =>
    branchOf(inner, prefix + segment, segment),
  );
}

/** A folder that holds but one card is not worth a heading: the card stands in the folder around it. */
function branchOf(folder: Folder, path: string, label: string): Branch {
  const inner = branchesOf(folder, `${path}/`);
  const branches = inner.filter(({ count }) => count > 1);
  const lonely = inner.filter(({ count }) => count === 1).flatMap(({ cards }) => cards);
  const cards = naturalSort([...folder.cards, ...lonely], (card) => leafIn(path, card.members[0]!.tag));
  return {
    path,
    label,
    cards,
    branches,
    count: branches.reduce((sum, { count }) => sum + count, cards.length),
  };
}

/** All branches, each before those below it. */
export function* walk(branches: readonly Branch[]): Generator<Branch> {
  for (const branch of branches) {
    yield branch;
    yield* walk(branch.branches);
  }
}

/** The first card in a folder or below it. */
export function firstCard(branch: Branch): Card {
  let inner = branch;
  while (inner.cards.length === 0) inner = inner.branches[0]!;
  return inner.cards[0]!;
}
