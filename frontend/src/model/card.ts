// What one card of the page shows: a tag, or several scalar tags that share a chart.
import type { Tag } from "../api/types";

export interface Member {
  tag: Tag;
  /** Thin and pale, behind the lines that matter more. */
  pale: boolean;
  /** A canvas dash pattern that tells tags of one card apart; null: each run's own. */
  dash: readonly number[] | null;
}

export interface Card {
  key: string;
  /** The first tag's name: the view speaks of a card by it. */
  name: string;
  kind: string;
  members: readonly Member[];
}

export const keyOf = (tag: Tag) => `${tag.kind}:${tag.tag}`;

export const singleCard = (tag: Tag): Card => ({
  key: keyOf(tag),
  name: tag.tag,
  kind: tag.kind,
  members: [{ tag, pale: false, dash: null }],
});
