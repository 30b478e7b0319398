// What turning the wheel, or moving two fingers, over a chart asks for.

type Turn = Pick<WheelEvent, "deltaX" | "deltaY" | "deltaMode" | "ctrlKey" | "altKey" | "shiftKey">;

export type WheelAction =
  | { kind: "zoom"; factor: number }
  /** In pixels to the right. */
  | { kind: "pan"; by: number };

/** Pixels of a pixel, a line and a page. */
const modes = [1, 16, 400];
/** A notch of a wheel counts no more than this: one that reports 120 at once would jump. */
const mostAtOnce = 30;

/** null: the page scrolls. A browser reports pinching as turning with Ctrl. */
export function readWheel(turn: Turn, isZoomed: boolean): WheelAction | null {
  const unit = modes[turn.deltaMode] ?? 1;
  const [across, down] = [turn.deltaX * unit, turn.deltaY * unit];
  if (turn.ctrlKey || turn.altKey) {
    const by = Math.max(-mostAtOnce, Math.min(mostAtOnce, down || across));
    return { kind: "zoom", factor: Math.exp(by / 100) };
  }
  // With Shift some systems turn the wheel's direction themselves.
  if (isZoomed && turn.shiftKey) return { kind: "pan", by: across || down };
  return isZoomed && Math.abs(across) > Math.abs(down) ? { kind: "pan", by: across } : null;
}
