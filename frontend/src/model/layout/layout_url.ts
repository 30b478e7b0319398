// The part of the view that says which cards there are and where they stand, as the address's fragment has it.
import { snapHeight } from "./card_height";
import { decodeNames, encodeNames } from "../view/name_list";
import { addGroup, renameGroup, type TagGroup } from "../tags/tag_groups";

export interface LayoutView {
  /** Means per epoch share a chart with their batches. */
  joinEpochs: boolean;
  /** Validation shares a chart with training. */
  joinValidation: boolean;
  /** Cards that the reader has joined, by their names; the first one holds the others. */
  joins: readonly (readonly string[])[];
  /** Tags that the reader has taken out of the card that they would share. */
  apart: ReadonlySet<string>;
  /** Tags whose cards are pinned, in the order in which they stand. */
  pinned: ReadonlySet<string>;
  /** In pixels, of the cards that the reader has resized. */
  heights: ReadonlyMap<string, number>;
  tagGroups: readonly TagGroup[];
  /** What the panel beside the charts shows. */
  side: "runs" | "tags";
  /** Folders of the tree of tags that are folded away. */
  closedTags: ReadonlySet<string>;
}

export const initialLayout: LayoutView = {
  joinEpochs: true,
  joinValidation: false,
  joins: [],
  apart: new Set(),
  pinned: new Set(),
  heights: new Map(),
  tagGroups: [],
  side: "runs",
  closedTags: new Set(),
};

export function encodeLayout(layout: LayoutView, out: URLSearchParams): void {
  if (!layout.joinEpochs) out.set("epochs", "apart");
  if (layout.joinValidation) out.set("validation", "joined");
  for (const names of layout.joins) out.append("join", encodeNames(names));
  for (const name of layout.apart) out.append("apart", name);
  for (const name of layout.pinned) out.append("pin", name);
  for (const [name, height] of layout.heights) out.append("height", `${height}:${name}`);
  for (const { name, match } of layout.tagGroups)
    out.append("section", encodeNames(name === match ? [match] : [match, name]));
  if (layout.side !== initialLayout.side) out.set("side", layout.side);
  for (const path of layout.closedTags) out.append("foldedtags", path);
}

export function decodeLayout(read: URLSearchParams): LayoutView {
  const heights = new Map<string, number>();
  for (const text of read.getAll("height")) {
    const [, pixels, name] = /^(\d+):(.+)$/su.exec(text) ?? [];
    if (name) heights.set(name, snapHeight(Number(pixels)));
  }
  let tagGroups: readonly TagGroup[] = [];
  for (const [match = "", name = match] of read.getAll("section").map(decodeNames))
    tagGroups = renameGroup(addGroup(tagGroups, match), match, name);
  return {
    joinEpochs: read.get("epochs") !== "apart",
    joinValidation: read.get("validation") === "joined",
    joins: read
      .getAll("join")
      .map(decodeNames)
      .filter((names) => names.length > 1),
    apart: new Set(read.getAll("apart")),
    pinned: new Set(read.getAll("pin")),
    heights,
    tagGroups,
    side: read.get("side") === "tags" ? "tags" : "runs",
    closedTags: new Set(read.getAll("foldedtags")),
  };
}
