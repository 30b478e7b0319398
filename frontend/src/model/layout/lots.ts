// A section's cards in lots of whole rows: of very many cards only those that are near are built.
import type { Card } from "./card";

/** Several screens: a section of few cards is one lot. */
const rowsOfLot = 12;

export interface Lot {
  cards: Card[];
  rows: number;
}

/** `isWhole`: whether a card takes a whole row. */
export function lotsOf(cards: readonly Card[], columns: number, isWhole: (card: Card) => boolean): Lot[] {
  const lots: Lot[] = [];
  let column = 0;
  for (const card of cards) {
    const whole = isWhole(card);
    let lot = lots.at(-1);
    if (column === 0 || whole || !lot) {
      if (!lot || lot.rows === rowsOfLot) lots.push((lot = { cards: [], rows: 0 }));
      lot.rows++;
    }
    lot.cards.push(card);
    column = whole ? 0 : (column + 1) % columns;
  }
  return lots;
}
