// Run names as a tree by path, flattened into the rows that a virtual list shows.

import { firstOnes, naturalSort } from "../tags/order";

export interface GroupRow {
  kind: "group";
  path: string;
  label: string;
  depth: number;
  open: boolean;
  /** Every run below, shown or folded away. */
  runs: readonly string[];
  /** Where it stands among the rows of its folder, from 1, and how many those are. */
  place: number;
  siblings: number;
}

export interface RunRow {
  kind: "run";
  name: string;
  label: string;
  depth: number;
  place: number;
  siblings: number;
}

export type Row = GroupRow | RunRow;

/** A folder or a run of the tree, with what is below it in natural order. */
interface Entry {
  path: string;
  label: string;
  isRun: boolean;
  /** It is, or holds, a run that comes first. */
  isFirst: boolean;
  children: Entry[];
  runs: string[];
}

interface Node {
  children: Map<string, Node>;
  isRun: boolean;
}

const newNode = (): Node => ({ children: new Map(), isRun: false });

/**
 * The tree of all names. A chain of folders with one child each is one group, as in a file browser. The runs of `first`
 * come before the others of their folder, and folders with such a run before other folders.
 */
export function makeTree(names: Iterable<string>, first: ReadonlySet<string> = new Set()): readonly Entry[] {
  const root = newNode();
  for (const name of names) {
    let node = root;
    for (const segment of name.split("/")) {
      let child = node.children.get(segment);
      if (!child) node.children.set(segment, (child = newNode()));
      node = child;
    }
    node.isRun = true;
  }
  return entriesOf(root, "", first);
}

function entriesOf(node: Node, prefix: string, first: ReadonlySet<string>): Entry[] {
  const entries = naturalSort(node.children, ([segment]) => segment).map(([segment, child]) => {
    let label = segment;
    let folder = child;
    while (!folder.isRun && folder.children.size === 1) {
      const [next, only] = folder.children.entries().next().value!;
      label += "/" + next;
      folder = only;
    }
    const path = prefix + label;
    const children = entriesOf(folder, path + "/", first);
    const runs = children.flatMap((entry) => (entry.isRun ? [entry.path, ...entry.runs] : entry.runs));
    const isFirst = (folder.isRun && first.has(path)) || children.some((entry) => entry.isFirst);
    return { path, label, isRun: folder.isRun, isFirst, children, runs };
  });
  return first.size === 0 ? entries : firstOnes(entries, (entry) => entry.isFirst);
}

/** Rows in natural order, without what is folded away. */
export function makeRows(tree: readonly Entry[], closed: ReadonlySet<string>): Row[] {
  const rows: Row[] = [];
  addRows(rows, tree, 0, closed);
  return rows;
}

function addRows(rows: Row[], entries: readonly Entry[], depth: number, closed: ReadonlySet<string>): void {
  // A run that is a folder, too, has a row as each.
  const siblings = entries.reduce((sum, one) => sum + Number(one.isRun) + Number(one.children.length > 0), 0);
  let place = 0;
  for (const { path, label, isRun, children, runs } of entries) {
    if (isRun) rows.push({ kind: "run", name: path, label, depth, place: ++place, siblings });
    if (children.length === 0) continue;
    const open = !closed.has(path);
    rows.push({ kind: "group", path, label, depth, open, runs, place: ++place, siblings });
    if (open) addRows(rows, children, depth + 1, closed);
  }
}
