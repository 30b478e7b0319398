// One card on its way onto another.
import type { Card } from "./card";

export class CardDrag {
  card = $state.raw<Card | null>(null);
  /** What it would be joined to if it were dropped where it is. */
  target = $state.raw<Card | null>(null);
  /** The pointer, in pixels of the window. */
  at = $state.raw({ left: 0, top: 0 });
}
