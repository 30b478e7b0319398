// Where sections go: small ones share a row of the grid, so that a section of one chart does not take a whole one.
import type { CardSize } from "../view/view_url";

export interface Sized {
  cards: number;
  /** Holds a card of full width. */
  wide: boolean;
  /** Stands where the reader has put it: none may overtake it. */
  fixed?: boolean;
}

export interface Placed<T> {
  item: T;
  /** Columns of the grid that it takes. */
  span: number;
}

export const columnGap = 24;
const cardWidths: Record<CardSize, number> = { small: 264, medium: 372, large: 640 };

/** A section that fills what a row has left may overtake one less than this many others; from farther away it would be missed. */
const reach = 3;

/** As many columns as there is room for with cards of at least their size's width. */
export function columnsIn(width: number, size: CardSize): number {
  return Math.max(1, Math.floor((width + columnGap) / (cardWidths[size] + columnGap)));
}

/** Row by row in the given order, which is also the order of reading and of the Tab key. */
export function pack<T>(items: readonly T[], columns: number, sizeOf: (item: T) => Sized): Placed<T>[] {
  const waiting = items.map((item) => ({
    item,
    span: spanOf(sizeOf(item), columns),
    reach: sizeOf(item).fixed ? 1 : reach,
  }));
  const placed: Placed<T>[] = [];
  let free = 0;
  while (waiting.length > 0) {
    const fitting = waiting.slice(0, waiting[0]!.reach).findIndex(({ span }) => span <= free);
    if (fitting < 0) free = columns;
    const [next] = waiting.splice(Math.max(0, fitting), 1);
    free -= next!.span;
    placed.push({ item: next!.item, span: next!.span });
  }
  return placed;
}

/**
 * As many columns as fit. Where the reader has not asked for a size, one fewer if that needs no more rows: larger cards
 * serve better than an empty column.
 */
export function chooseColumns<T>(
  items: readonly T[],
  width: number,
  size: CardSize,
  sizeOf: (item: T) => Sized,
): number {
  const most = columnsIn(width, size);
  if (size !== "medium" || most < 3) return most;
  const rows = countRows(items, most, sizeOf);
  return rows >= 2 && countRows(items, most - 1, sizeOf) <= rows ? most - 1 : most;
}

function countRows<T>(items: readonly T[], columns: number, sizeOf: (item: T) => Sized): number {
  let rows = 0;
  let free = 0;
  for (const { item, span } of pack(items, columns, sizeOf)) {
    if (span > free) {
      free = columns;
      rows += Math.ceil(sizeOf(item).cards / span);
    }
    free -= span;
  }
  return rows;
}

function spanOf({ cards, wide }: Sized, columns: number): number {
  return wide ? columns : Math.max(1, Math.min(cards, columns));
}
