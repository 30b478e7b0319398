// Run names as a tree by path, flattened into the rows that a virtual list shows.

import { naturalSort } from "./order";

export interface GroupRow {
  kind: "group";
  path: string;
  label: string;
  depth: number;
  open: boolean;
  /** Every run below, shown or folded away. */
  runs: string[];
}

export interface RunRow {
  kind: "run";
  name: string;
  label: string;
  depth: number;
}

export type Row = GroupRow | RunRow;

interface Node {
  children: Map<string, Node>;
  isRun: boolean;
}

const newNode = (): Node => ({ children: new Map(), isRun: false });

/** Rows in natural order. A chain of folders with one child each is one group, as in a file browser. */
export function makeRows(names: Iterable<string>, closed: ReadonlySet<string>): Row[] {
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
  const rows: Row[] = [];
  addRows(rows, root, "", 0, closed);
  return rows;
}

function addRows(rows: Row[], node: Node, prefix: string, depth: number, closed: ReadonlySet<string>): void {
  const entries = naturalSort(node.children, ([segment]) => segment);
  for (const [segment, child] of entries) {
    let label = segment;
    let path = prefix + segment;
    let folder = child;
    while (!folder.isRun && folder.children.size === 1) {
      const [next, only] = [...folder.children][0]!;
      label += "/" + next;
      path += "/" + next;
      folder = only;
    }
    if (folder.isRun) rows.push({ kind: "run", name: path, label, depth });
    if (folder.children.size === 0) continue;
    const open = !closed.has(path);
    rows.push({ kind: "group", path, label, depth, open, runs: runsBelow(folder, path) });
    if (open) addRows(rows, folder, path + "/", depth + 1, closed);
  }
}

function runsBelow(node: Node, path: string): string[] {
  const names: string[] = [];
  for (const [segment, child] of node.children) {
    const name = `${path}/${segment}`;
    if (child.isRun) names.push(name);
    names.push(...runsBelow(child, name));
  }
  return names;
}
