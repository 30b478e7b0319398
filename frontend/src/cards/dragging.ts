// The pointer's way from one card's grip to another card: shared by all grips.
import type { Board } from "../model/layout/board.svelte";
import type { Card } from "../model/layout/card";
import { canJoin } from "../model/layout/joining";
import { holdCard } from "./moves";

/** A press that moves less than this many pixels is a click. */
const slack = 4;
/** So near to the upper or lower edge the page scrolls, by so many pixels a frame. */
const edge = 56;
const pace = 12;

/** `done`: told whether the card has moved at all. */
export function dragCard(
  event: PointerEvent & { currentTarget: HTMLElement },
  card: Card,
  board: Board,
  done: (moved: boolean) => void,
): void {
  const { drag } = board;
  const grip = event.currentTarget;
  const start = { left: event.clientX, top: event.clientY };
  const over = new AbortController();
  const { signal } = over;
  let frame = 0;

  function follow(to: PointerEvent) {
    drag.at = { left: to.clientX, top: to.clientY };
    if (!drag.card && Math.hypot(drag.at.left - start.left, drag.at.top - start.top) >= slack) {
      drag.card = card;
      frame = requestAnimationFrame(scroll);
    }
    if (drag.card) drag.target = targetAt(drag.at, card, board);
  }

  function scroll() {
    const page = document.getElementById("charts")!;
    const { top, bottom } = page.getBoundingClientRect();
    const by = drag.at.top < top + edge ? -pace : drag.at.top > bottom - edge ? pace : 0;
    if (by) {
      page.scrollBy({ top: by, behavior: "instant" });
      drag.target = targetAt(drag.at, card, board);
    }
    frame = requestAnimationFrame(scroll);
  }

  function end(drop: boolean) {
    over.abort();
    cancelAnimationFrame(frame);
    const { target } = drag;
    const moved = drag.card !== null;
    drag.card = drag.target = null;
    done(moved);
    if (drop && moved && target) void holdCard(target.key, () => board.join(target, card));
  }

  grip.setPointerCapture(event.pointerId);
  addEventListener("pointermove", follow, { signal });
  addEventListener("pointerup", () => end(true), { signal });
  addEventListener("pointercancel", () => end(false), { signal });
  addEventListener(
    "keydown",
    (pressed) => {
      if (pressed.key !== "Escape") return;
      pressed.stopPropagation();
      end(false);
    },
    { signal, capture: true },
  );
}

function targetAt({ left, top }: { left: number; top: number }, card: Card, board: Board): Card | null {
  const slot = document.elementFromPoint(left, top)?.closest<HTMLElement>("[data-card]");
  const found = board.cards.find(({ key }) => key === slot?.dataset["card"]);
  return found && canJoin(found, card) ? found : null;
}
